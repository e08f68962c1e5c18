import { text } from 'node:stream/consumers';
import type { InputStream } from '../terminal.js';
import { UsageError } from '../usage-error.js';

/**
 * Order ids as people and programs write them: with spaces, commas or line breaks between them. Each is kept once, in the
 * order of its first appearance.
 *
 * @throws {UsageError} for anything that is no id, before any order is sent
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
 * The ids that were named; `-`, or none where something is piped in, stands for stdin.
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
    'Name order ids, or pipe them in: wemasy-orders sync 2502 2503.',
  );
}
