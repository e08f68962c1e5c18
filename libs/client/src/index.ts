export { baseUrlFault, tokenFault } from './connection-faults.js';
export { AuthenticationError } from './errors/authentication-error.js';
export { CancelledError } from './errors/cancelled-error.js';
export { ConfigurationError } from './errors/configuration-error.js';
export { ConnectionError } from './errors/connection-error.js';
export { EmptyBodyError } from './errors/empty-body-error.js';
export { HtmlBodyError } from './errors/html-body-error.js';
export { type ArgumentFault, InvalidArgumentsError } from './errors/invalid-arguments-error.js';
export { MalformedJsonError } from './errors/malformed-json-error.js';
export { NotFoundError } from './errors/not-found-error.js';
export {
  isOrdersError,
  OrdersError,
  type OrdersErrorCode,
  type RateLimitFacts,
} from './errors/orders-error.js';
export { OutcomeUnknownError } from './errors/outcome-unknown-error.js';
export { PaginationError } from './errors/pagination-error.js';
export { PermissionError } from './errors/permission-error.js';
export { RateLimitedError } from './errors/rate-limited-error.js';
export { RedirectError } from './errors/redirect-error.js';
export { RefusedError } from './errors/refused-error.js';
export { SchemaMismatchError } from './errors/schema-mismatch-error.js';
export { TimeoutError } from './errors/timeout-error.js';
export { UpstreamError } from './errors/upstream-error.js';
export { ValidationFailedError } from './errors/validation-failed-error.js';
export type { Fetch, FetchHeaders, FetchRequest, FetchResponse } from './fetch.js';
export type {
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
export { type OperationId, rateLimitPolicies, type RateLimitOverride } from './operations.js';
export {
  createOrdersClient,
  type OrderFilters,
  type OrdersClient,
  type OrdersClientOptions,
} from './orders-client.js';
export type { AttemptReport, CallOptions } from './send.js';
export type { PathsClient } from './transport.js';
export { withoutToken } from './without-token.js';
