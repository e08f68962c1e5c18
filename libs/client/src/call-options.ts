import { type ArgumentFault, InvalidArgumentsError } from './errors.js';
import { version } from './version.js';

/** How long and how often a call is tried. */
export interface CallLimits {
  readonly timeoutMs?: number | undefined;
  readonly maxRetries?: number | undefined;
  readonly maxWaitMs?: number | undefined;
}

/** What cannot work about the limits of a client or a call. */
export function callLimitFaults({
  timeoutMs = 1,
  maxRetries = 0,
  maxWaitMs = 0,
}: CallLimits): ArgumentFault[] {
  const rules: readonly (readonly [string, boolean, string])[] = [
    ['timeoutMs', Number(timeoutMs) === timeoutMs && timeoutMs > 0, 'must be a number above 0'],
    [
      'maxRetries',
      Number.isSafeInteger(maxRetries) && maxRetries >= 0,
      'must be a whole number of 0 or more',
    ],
    ['maxWaitMs', Number(maxWaitMs) === maxWaitMs, 'must be a number'],
  ];
  return rules.flatMap(([argument, isKept, fault]) => (isKept ? [] : [{ argument, fault }]));
}

/** Headers that the client sets itself, or that belong to the connection (RFC 9110 §7.6.1). */
const reserved =
  /^(accept|accept-encoding|authorization|connection|content-encoding|content-length|content-type|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade|proxy-.*)$/;

/**
 * A caller's headers with names in lower case. A header that the client sets is refused, not replaced: the caller would
 * believe that it was sent.
 *
 * @param own headers of the operation itself, which a caller cannot replace either
 * @throws {InvalidArgumentsError} naming each header that cannot be sent; values are not repeated
 */
export function callHeaders(
  headers: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  if (Symbol.iterator in headers) {
    // Such as `Headers`: its entries are no properties, so none would be sent.
    throw new InvalidArgumentsError([
      { argument: 'headers', fault: 'must be an object with a text for each name' },
    ]);
  }
  const faults: ArgumentFault[] = [];
  const names = new Set<string>();
  const taken = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const entries = Object.entries(headers).map(([given, value]) => {
    const name = given.toLowerCase();
    const fault = faultOf(name, value);
    if (fault !== undefined) faults.push({ argument: `headers.${given.slice(0, 100)}`, fault });
    names.add(name);
    return [name, value] as const;
  });
  if (faults.length > 0) throw new InvalidArgumentsError(faults);
  return Object.fromEntries(entries);

  function faultOf(name: string, value: unknown): string | undefined {
    if (!/^[!#$%&'*+.^`|~\w-]+$/.test(name)) return 'is not the name of a header';
    if (reserved.test(name) || taken.has(name)) return 'is set by the client';
    if (names.has(name)) return 'is given twice';
    return typeof value === 'string' && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
      ? undefined
      : 'contains a line break or another character that no header has';
  }
}

/**
 * What the client calls itself. A browser names itself: some refuse the header, and others ask the API's permission for it
 * first (CORS).
 *
 * @param prefix the caller's own name, in front
 * @param platform `navigator.userAgent`, which begins with `Mozilla/` in browsers only
 */
export function userAgentHeader(prefix: string | undefined, platform: string | undefined) {
  if (platform?.startsWith('Mozilla/')) return {};
  const own = `wemasy-orders-client/${version}`;
  return { 'user-agent': prefix === undefined ? own : `${prefix} ${own}` };
}

/** What is wrong with a prefix, as the end of a sentence that names it; undefined where nothing is. */
export function userAgentFault(prefix: string | undefined): string | undefined {
  return prefix === undefined || /^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(prefix)
    ? undefined
    : 'is empty or contains a character that no header has';
}

/** What the platform calls itself; undefined on Node 20. */
export function platformName(): string | undefined {
  const navigator: unknown = Reflect.get(globalThis, 'navigator');
  const isNamed = typeof navigator === 'object' && navigator !== null && 'userAgent' in navigator;
  return isNamed && typeof navigator.userAgent === 'string' ? navigator.userAgent : undefined;
}

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
