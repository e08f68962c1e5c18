export type { Body, SchemaOutput, SuccessName } from './answer.js';
export { baseUrlFault, tokenFault } from './call-options.js';
export type { Drift, OrdersPage, ReadPage, UnreadableOrder } from './drift.js';
export { isOrdersErrorCode, type OrdersErrorCode, ordersErrorCodes } from './error-codes.js';
export {
  type AnsweredBy,
  type AnswerFacts,
  type ApiErrors,
  ApiReportedError,
  type ArgumentFault,
  AuthenticationError,
  CancelledError,
  ConfigurationError,
  ConnectionError,
  InvalidArgumentsError,
  OrdersError,
  type OrdersErrorFacts,
  OutcomeUnknownError,
  PermissionError,
  RateLimitedError,
  type RateLimitFacts,
  TimeoutError,
  UnexpectedResponseError,
  type UnexpectedResponseKind,
  UpstreamError,
  ValidationFailedError,
} from './errors.js';
export { isOrdersError } from './is-orders-error.js';
export type { BodyStream, Fetch, FetchHeaders, FetchRequest, FetchResponse } from './fetch.js';
export type {
  components,
  ListOrdersRequest,
  Order,
  OrderBilling,
  OrderPage,
  OrderPdfStatus,
  OrderSortKey,
  OrderStatus,
  PaginationLink,
  paths,
  PdfDocument,
  SortOrder,
  SyncOrderResponse,
} from './generated/schema.js';
export {
  type CallArguments,
  isSafe,
  type OrUndefined,
  type OperationId,
  rateLimitPolicies,
  type RateLimitOverride,
} from './operations.js';
export {
  type CallResult,
  createOrdersClient,
  type OrdersClient,
  type OrdersClientOptions,
} from './orders-client.js';
export type {
  PathAnswer,
  PathBody,
  PathCall,
  PathMethod,
  PathOperation,
  PathParams,
  PathsClient,
  PathWith,
} from './paths-client.js';
export type { DroppedItem, ReadBody } from './read-body.js';
export { type TokenProvider, withoutToken } from './token-source.js';
export type {
  ApiPromise,
  ApiResponse,
  AttemptReport,
  CallOptions,
  DriftReport,
  Logger,
  OrderFilters,
  OrderSender,
  OrdersLister,
  RequestReport,
  ResponseReport,
  Rollback,
  WithResponse,
} from './types.js';
export type { Coverage, WalkDoubt, WalkFacts } from './walk-facts.js';
export {
  type OrdersIterable,
  type OrdersWalk,
  walkOrders,
  type WalkOptions,
  type WalkStep,
} from './walk-orders.js';
