import { text } from 'node:stream/consumers';
import { UsageError } from '../errors.js';
import type { InputStream } from '../terminal.js';

/**
 * Parses order ids separated by spaces, commas or line breaks. Each is kept once, where it first appears.
 *
 * @throws {UsageError} naming everything that is no id
 */
export function parseOrderIds(words: readonly string[]): number[] {
  const parts = words.flatMap((word) => word.split(/[\s,]+/)).filter((part) => part !== '');
  const wrong = parts.filter((part) => !/^[1-9]\d{0,15}$/.test(part) || !Number.isSafeInteger(Number(part)));
  if (wrong.length > 0) {
    throw new UsageError(
      `${wrong
        .slice(0, 5)
        .map((part) => JSON.stringify(part.slice(0, 40)))
        .join(', ')} ${wrong.length === 1 ? 'is no order id' : 'are no order ids'}.`,
      'An id is the whole number in the column id of `wemasy-orders list`, not the order_number.',
    );
  }
  return [...new Set(parts.map(Number))];
}

/**
 * The ids on the command line. `-` reads ids from stdin, and so does naming none where stdin is no terminal.
 *
 * @throws {UsageError} where there are none
 */
export async function readOrderIds(words: readonly string[], stdin: InputStream): Promise<number[]> {
  const fromStdin = words.includes('-') || (words.length === 0 && stdin.isTTY !== true);
  const named = words.filter((word) => word !== '-');
  const ids = parseOrderIds(fromStdin ? [...named, await text(stdin)] : named);
  if (ids.length > 0) return ids;
  throw new UsageError(
    'No order is named.',
    'Give order ids, or pipe them in: wemasy-orders sync 2502 2503.',
  );
}
