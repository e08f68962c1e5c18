import type { Drift } from './drift.js';
import type { OrdersError } from './errors.js';
import type { FetchHeaders } from './fetch.js';
import type { Operation } from './generated/operations.js';

/** What the caller of one operation may ask for. */
export interface CallOptions {
  /** Cancels the call; a request in flight is torn down. */
  readonly signal?: AbortSignal | undefined;
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

/** Takes back what `beforeSend` announced; the call waits for it, and rejects if it does. */
export type Rollback = () => Promise<void>;

/** One attempt, after its end; for logs. */
export interface AttemptReport {
  readonly operationId: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** Wait for the permit, ms. */
  readonly waitedMs: number;
  /** Time from sending to the end of the answer, ms. */
  readonly durationMs: number;
  readonly status?: number;
  readonly error?: OrdersError;
}

/** Differences from the document that no earlier answer showed to this client; for logs. */
export interface DriftReport {
  readonly operationId: string;
  readonly drift: readonly Drift[];
}

/** A request as it leaves, without the token. */
export interface OutgoingRequest<Of extends Operation = Operation> {
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
