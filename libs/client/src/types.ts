import type { Drift, ReadPage } from './drift.js';
import type { OrdersError } from './errors.js';
import type { FetchHeaders } from './fetch.js';
import type { Call } from './generated/calls.js';
import type { SyncOrderResponse } from './generated/schema.js';
import type { CallArguments } from './operations.js';

/** What the caller of one operation may ask for. */
export interface CallOptions {
  /** Cancels the call; a request in flight is torn down. */
  readonly signal?: AbortSignal | undefined;
  /** Deadline of each request of the call, from sending it to the end of its answer, in ms; default: the client's. */
  readonly timeoutMs?: number | undefined;
  /**
   * How often the call may be repeated, 0 or more; default: the client's. It never makes a write less safe: that is repeated
   * only when it certainly did not reach the API, or on the documented 429.
   */
  readonly maxRetries?: number | undefined;
  /**
   * Headers to send besides the client's own. One that the client sets itself, such as `authorization` or `content-type`, is
   * refused with an `InvalidArgumentsError`.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Longest wait for permits in ms, over all attempts; default: the client's. */
  readonly maxWaitMs?: number | undefined;
  /** A `background` call leaves room for interactive ones; default `interactive`. */
  readonly priority?: 'interactive' | 'background' | undefined;
  /** Called when the call has to wait for a permit. */
  readonly onWait?: ((wait: { readonly expectedWaitMs: number }) => void) | undefined;
  /**
   * Called with a permit in hand before each request of the call; the request leaves only once it has resolved. If it
   * rejects, nothing leaves and the call rejects with the same.
   *
   * If it resolves to a function, that is called when the announced attempt had no effect and the call continues: the
   * permit ran out meanwhile, there was no connection, or the API rejected the attempt (429). How the call ends says the
   * rest.
   */
  readonly beforeSend?: (() => Promise<Rollback | undefined>) | undefined;
}

/** What an answer said beside its data. */
export interface ApiResponse {
  /** HTTP status, a documented success. */
  readonly status: number;
  /** Headers of the answer, names in lower case; the token is in none of them. */
  readonly headers: FetchHeaders;
  /** What to name when you ask the vendor about this call; undefined where the answer carried none. */
  readonly requestId: string | undefined;
}

/** Data of an answer, and the answer beside it. */
export interface WithResponse<Data> {
  /** What the promise itself resolves to. */
  readonly data: Data;
  /** Status, headers and request id. */
  readonly response: ApiResponse;
}

/** A promise of the data of an answer. */
export interface ApiPromise<Data> extends Promise<Data> {
  /** The same call, with the status, the headers and the request id beside the data. Rejects as the promise does. */
  withResponse(): Promise<WithResponse<Data>>;
}

/** Filters and sorting of a list; a field that is undefined or null is not sent. */
export type OrderFilters = Omit<CallArguments<'listOrders'>, 'page'>;

/** As much of the client as a walk over the pages needs. */
export interface OrdersLister {
  /** One page of orders, as `OrdersClient.list` gives it. */
  list(filters?: CallArguments<'listOrders'>, call?: CallOptions): Promise<ReadPage>;
}

/** As much of the client as sending orders needs. */
export interface OrderSender {
  /** Sends one order, as `OrdersClient.sync` does. */
  sync(orderId: number, call?: CallOptions): Promise<SyncOrderResponse>;
}

/** Takes back what `beforeSend` announced; the call waits for it, and rejects if it does. */
export type Rollback = () => Promise<void>;

/** One attempt, after its end; for logs. */
export interface AttemptReport {
  /** The operation that was called. */
  readonly operationId: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** Wait for the permit, ms. */
  readonly waitedMs: number;
  /** Time from sending to the end of the answer, ms. */
  readonly durationMs: number;
  /** HTTP status; absent where no complete answer came. */
  readonly status?: number;
  /** Absent after a success. */
  readonly error?: OrdersError;
}

/** One request, at the moment when it leaves. The token is in none of its texts. */
export interface RequestReport {
  /** The operation that is called. */
  readonly operationId: string;
  /** 1 for the first request of a call. */
  readonly attempt: number;
  /** HTTP method, in capitals. */
  readonly method: string;
  /** The whole address. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or null where there is no body. It may hold personal data. */
  readonly body: string | null;
}

/** One complete answer, before it is checked. The token is in none of its texts. */
export interface ResponseReport {
  /** The operation that was called. */
  readonly operationId: string;
  /** Number of the request that it answers, 1 for the first of a call. */
  readonly attempt: number;
  /** HTTP status. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: FetchHeaders;
  /** Untrusted text; it may hold personal data. */
  readonly body: string;
}

/** Takes the client's log lines; `console` is one. The lines hold no token, no order and no text of the API. */
export interface Logger {
  /** What went well. */
  debug(message: string, details: object): void;
  /** What failed, or differs from the document. */
  warn(message: string, details: object): void;
}

/** Differences from the document that no earlier answer showed to this client; for logs. */
export interface DriftReport {
  /** The operation whose answer differs. */
  readonly operationId: string;
  /** Each difference once. */
  readonly drift: readonly Drift[];
}

/** A request as it leaves, without the token. */
export interface OutgoingRequest<Of extends Call = Call> {
  readonly operation: Of;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** A complete answer of the API, not yet checked. */
export interface Answer {
  readonly status: number;
  readonly headers: FetchHeaders;
  readonly text: string;
  /** The body as it came, where the document says that it is no JSON. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
}
