/** 128 bits: enough that two accounts never meet, short enough for a file name. */
const NAMESPACE_HEX_DIGITS = 32;

/**
 * The prefix under which the records of one account at one API lie.
 *
 * It is an HMAC-SHA-256 of the base URL keyed by the account's secret, so it names the account to whoever
 * knows the secret and tells nobody else anything about it.
 *
 * @param baseUrl Address of the API; spelling differences that mean the same address make no difference.
 * @param account What the API tells accounts apart by, usually the token.
 * @throws TypeError if `baseUrl` is not an absolute URL or `account` is empty.
 */
export function accountNamespace(baseUrl: string | URL, account: string): string {
  if (account === '') throw new TypeError('The account must not be empty');
  // Not imported: whoever loads this library for its stores would wait for all of it.
  const { createHmac } = process.getBuiltinModule('node:crypto');
  return createHmac('sha256', account)
    .update(normalise(new URL(baseUrl)))
    .digest('hex')
    .slice(0, NAMESPACE_HEX_DIGITS);
}

/** `URL` has lower-cased scheme and host and dropped a default port already. */
function normalise(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
}
