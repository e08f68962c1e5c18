/** System calls that come before a connection stands. */
const connecting: ReadonlySet<string> = new Set(['connect', 'getaddrinfo']);

/** How Node's fetch says that connecting took too long. */
const connectTimeout = 'UND_ERR_CONNECT_TIMEOUT';

/**
 * Whether what `fetch` rejected with proves that the request has not left. `fetch` hides the reason in the cause of its
 * error, and several reasons in one that lists them.
 *
 * A code proves nothing by itself: EHOSTUNREACH and ETIMEDOUT can also be what becomes of a connection that stood, and over
 * which the request has left; and a certificate is looked at again when TLS is negotiated anew.
 */
export function isUnsent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isUnsent);
  if ('syscall' in error && typeof error.syscall === 'string') return connecting.has(error.syscall);
  if ('code' in error && typeof error.code === 'string') return error.code === connectTimeout;
  return isUnsent(error.cause);
}
