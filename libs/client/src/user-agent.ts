import { version } from './version.js';

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
