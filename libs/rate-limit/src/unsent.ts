/** System calls that come before a connection stands. */
const connecting: ReadonlySet<string> = new Set(['connect', 'getaddrinfo']);

/** Reasons that are no system call's and can only come from connecting or from agreeing on TLS. */
const connectFailures: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * Whether what `fetch` rejected with proves that the request has not left. `fetch` hides the reason in the cause of its
 * error, and several reasons in one that lists them.
 *
 * A system error's code proves nothing by itself: EHOSTUNREACH and ETIMEDOUT can also be what becomes of a connection that
 * stood, and over which the request has left.
 */
export function isUnsent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isUnsent);
  if ('syscall' in error && typeof error.syscall === 'string') return connecting.has(error.syscall);
  if ('code' in error && typeof error.code === 'string') return connectFailures.has(error.code);
  return isUnsent(error.cause);
}
