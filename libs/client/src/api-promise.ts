import type { FetchHeaders } from './fetch.js';

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

/** Makes the promise that a caller gets of a whole answer. */
export function apiPromise<Data>(call: Promise<WithResponse<Data>>): ApiPromise<Data> {
  const data = call.then((whole) => whole.data);
  return Object.assign(data, {
    withResponse: () => {
      // The caller takes a failure from the other promise; unhandled, this one would end the process.
      data.catch(() => undefined);
      return call;
    },
  });
}
