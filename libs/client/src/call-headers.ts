import { type ArgumentFault, InvalidArgumentsError } from './errors.js';

/** Headers that the client sets itself, or that belong to the connection (RFC 9110 §7.6.1). */
const reserved: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

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
    if (reserved.has(name) || taken.has(name) || name.startsWith('proxy-')) return 'is set by the client';
    if (names.has(name)) return 'is given twice';
    return typeof value === 'string' && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
      ? undefined
      : 'contains a line break or another character that no header has';
  }
}
