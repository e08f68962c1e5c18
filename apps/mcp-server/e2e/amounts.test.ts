import { amountForms, amountsAnswer } from '@wemasy-orders/client/testing';
import { cleanText, exactAmount } from '@wemasy-orders/presentation';
import { beforeAll, describe, expect, it } from 'vitest';
import { startApi } from './support/api.js';
import { type Assistant, startAssistant } from './support/assistant.js';

describe('amounts in any form', () => {
  let assistant: Assistant;
  beforeAll(async () => {
    const api = await startApi();
    api.behaves((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(amountsAnswer());
    });
    const started = await startAssistant({
      environment: { WEMASY_API_URL: api.url, WEMASY_API_TOKEN: 'token' },
    });
    assistant = started;
    return async () => {
      await started.close();
      await api.close();
    };
  });

  const unreadable = amountForms.filter(({ exact }) => exact === undefined).length;

  it('are exact or declared unreadable, in both channels', async () => {
    const { structured, text } = await assistant.call('list_orders', {
      fields: ['id', 'total'],
      per_page: amountForms.length,
    });
    expect(structured).toMatchObject({ columns: ['id', 'total'] });
    const rows: unknown = structured?.['rows'];
    const cells = Array.isArray(rows) ? rows.map((row: unknown) => (Array.isArray(row) ? row[1] : row)) : [];
    expect(cells).toHaveLength(amountForms.length);
    for (const [at, { json, exact }] of amountForms.entries()) {
      const cell = String(cells[at] ?? '');
      // What cannot be read as an amount is absent, or the text that the API wrote, cleaned.
      if (exact === undefined) expect(['', cleanText(String(JSON.parse(json)))]).toContain(cell);
      else {
        expect(exactAmount(cell)).toBe(exact);
        expect(text).toContain(`\n${at + 1},${cell}\n`);
      }
    }
    expect(structured?.['note']).toContain(`and ${unreadable - 5} more.`);
  });

  it('are in the sum exactly, or counted as missing from it', async () => {
    const { structured, text } = await assistant.call('list_orders', { summarize: true });
    const sum = '100000000000000000374.875510000000000000000000000001';
    expect(structured).toMatchObject({ totals: { paid: { count: amountForms.length, sum } } });
    expect(structured?.['note']).toContain(`and ${unreadable - 5} more.`);
    expect(text).toContain(sum);
  });
});
