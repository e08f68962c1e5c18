/** System calls that run before a connection is established. */
const connecting: ReadonlySet<string> = new Set(['connect', 'getaddrinfo']);

/** Error code of Node's fetch for a connection attempt that took too long. */
const connectTimeout = 'UND_ERR_CONNECT_TIMEOUT';

/**
 * Whether an error of `fetch` proves that the request was not sent. `fetch` puts the reason into the error's cause, and
 * several reasons into an `AggregateError`.
 *
 * A code alone proves nothing. EHOSTUNREACH and ETIMEDOUT also occur on an established connection, after the request
 * was sent. Certificates are checked again when TLS is renegotiated.
 */
export function isUnsent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isUnsent);
  if ('syscall' in error && typeof error.syscall === 'string') return connecting.has(error.syscall);
  if ('code' in error && typeof error.code === 'string') return error.code === connectTimeout;
  return isUnsent(error.cause);
}
