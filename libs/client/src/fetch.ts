import type { ResponseHeaders } from '@wemasy-orders/rate-limit';

/** As much of `fetch` as the client needs. The global one fits; `@wemasy-orders/client/node` has a lighter one. */
export type Fetch = (url: string, request: FetchRequest) => Promise<FetchResponse>;

/** A request as the client gives it to a `fetch`. */
export interface FetchRequest {
  /** HTTP method, in capitals. */
  readonly method: string;
  /** Names in lower case; the token is among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or null where there is no body. */
  readonly body: string | null;
  /** A redirect is an answer like any other, since following it would send the token elsewhere. */
  readonly redirect: 'manual';
  /** Tears the request down, also while its answer arrives. */
  readonly signal: AbortSignal;
  /**
   * Whether the request may be repeated. One that may not should have a connection of its own: on a connection that the
   * server is about to close, its outcome would be unknown. The global fetch ignores this.
   */
  readonly isSafe: boolean;
}

/** As much of a `Response` as the client needs. */
export interface FetchResponse {
  /** HTTP status. */
  readonly status: number;
  /** Headers of the answer. */
  readonly headers: FetchHeaders;
  /** The whole body as UTF-8, decompressed, without a byte order mark. */
  text(): Promise<string>;
  /** The whole body, decompressed; where neither this nor `body` is there, an answer that is no text arrives damaged. */
  bytes?(): Promise<Uint8Array>;
  /** The body piece by piece, so that a huge one need not be read whole; where absent, `text` is used. */
  readonly body?: BodyStream | null | undefined;
}

/** As much of a `ReadableStream` as the client needs. */
export interface BodyStream {
  /** Locks the stream, and reads it piece by piece. */
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
    cancel(): Promise<void>;
  };
}

/** `Headers`, or a `Map` with lower-case names. */
export interface FetchHeaders extends ResponseHeaders, Iterable<[string, string]> {}
