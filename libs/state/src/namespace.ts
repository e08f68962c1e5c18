/** 128 bits: enough that two accounts never share a name, and short enough for a file name. */
const NAMESPACE_HEX_DIGITS = 32;

/**
 * The key prefix of the records of one account at one API.
 *
 * It is an HMAC-SHA-256 of the base URL keyed by the account's secret: it names the account for those who know the
 * secret, and reveals nothing about it to others.
 *
 * @param baseUrl Address of the API; spelling differences that mean the same address make no difference.
 * @param account What the API distinguishes accounts by, usually the token.
 * @throws TypeError if `baseUrl` is not an absolute URL or `account` is empty.
 */
export function accountNamespace(baseUrl: string | URL, account: string): string {
  if (account === '') throw new TypeError('The account must not be empty');
  // Not imported: loading it would delay those who use this library for its stores only.
  const { createHmac } = process.getBuiltinModule('node:crypto');
  return createHmac('sha256', account)
    .update(normalise(new URL(baseUrl)))
    .digest('hex')
    .slice(0, NAMESPACE_HEX_DIGITS);
}

/** `URL` has already lower-cased scheme and host and dropped a default port. */
function normalise(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
}
