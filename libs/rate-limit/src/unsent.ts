/**
 * Reasons that can only come from setting up a connection: looking up the name, connecting, or agreeing on TLS.
 * ECONNRESET, EPIPE and the like are not among them: they can come after the request has left.
 */
const connectFailures: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * Whether what `fetch` rejected with proves that the request has not left. `fetch` hides the reason in the cause of its
 * error, and several reasons in one that lists them.
 */
export function isUnsent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isUnsent);
  if ('code' in error && typeof error.code === 'string') return connectFailures.has(error.code);
  return isUnsent(error.cause);
}
