import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { parseOrderIds, readOrderIds } from './order-ids.js';

const nothing = Object.assign(Readable.from([]), { isTTY: true });

describe('order ids', () => {
  it('are separated by spaces, commas or line breaks, and count once', () => {
    expect(parseOrderIds(['3', '1,2', ' 3\n\n4\t5 '])).toEqual([3, 1, 2, 4, 5]);
  });

  it.each(['0', '-1', '1.5', 'INV-7', '1e3', '99999999999999999', '٣'])('exclude %j', (word) => {
    expect(() => parseOrderIds(['1', word])).toThrow(`${JSON.stringify(word)} is no order id.`);
  });

  it('come from stdin for -, and where none are named and stdin is a pipe', async () => {
    expect(await readOrderIds(['7', '-'], Readable.from(['8\n9\n']))).toEqual([7, 8, 9]);
    expect(await readOrderIds([], Readable.from(['8\n', '9\n']))).toEqual([8, 9]);
    expect(await readOrderIds(['7'], Readable.from(['8']))).toEqual([7]);
  });

  it('are not read from a keyboard', async () => {
    await expect(readOrderIds([], nothing)).rejects.toThrow('No order is named.');
  });

  it('are missing where stdin is empty', async () => {
    await expect(readOrderIds(['-'], Readable.from(['\n']))).rejects.toThrow('No order is named.');
  });
});
