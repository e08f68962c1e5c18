/**
 * What is wrong with a token, as the end of a sentence that names it; undefined where nothing is. fetch rejects a
 * character that HTTP does not allow in a header with an error that quotes the whole header.
 */
export function tokenFault(token: unknown): string | undefined {
  if (typeof token !== 'string') return 'is not a text';
  if (token === '') return 'is empty';
  return /^[\x21-\x7e]+$/.test(token)
    ? undefined
    : 'contains a space, a line break or another character no token has';
}

/** What is wrong with a base URL, as the end of a sentence that names it; undefined where nothing is. */
export function baseUrlFault(text: string): string | undefined {
  if (!URL.canParse(text)) return 'is not a URL';
  const url = new URL(text);
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) {
    return 'must start with https:// (http:// only for this machine itself)';
  }
  return url.username === '' && url.password === '' && url.search === '' && url.hash === ''
    ? undefined
    : 'must not contain a user, a password, a query or a fragment';
}
