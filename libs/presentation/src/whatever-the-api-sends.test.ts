import { readFileSync } from 'node:fs';
import { createOrdersClient, type Fetch, isOrdersError, type OrdersPage } from '@wemasy-orders/client';
import type { AnswerField } from '@wemasy-orders/client/operations';
import { amountForms, amountsAnswer, mutationsOf } from '@wemasy-orders/client/testing';
import { describe, expect, it } from 'vitest';
import { columnsFor } from './columns.js';
import { exactAmount, totalsOf } from './totals.js';

const shown: AnswerField = { privacy: 'public', types: [] };
/** An order whose amount may be shown, whatever the document marks. */
const publicOrder = { types: ['object'], fields: { id: shown, status: shown, total: shown } };

/** The page that the client makes of an answer; undefined where it refuses the answer. */
async function pageOf(json: string): Promise<OrdersPage | undefined> {
  const fetch: Fetch = () =>
    Promise.resolve({ status: 200, headers: new Map<string, string>(), text: () => Promise.resolve(json) });
  const client = createOrdersClient({ token: 'canary-token-5f2a', fetch });
  return client.list().catch((error: unknown) => {
    if (!isOrdersError(error)) throw error;
    return undefined;
  });
}

describe('an amount, in whichever form the API writes it', async () => {
  const page = await pageOf(amountsAnswer());
  const orders = page?.data ?? [];

  it.each(amountForms.map(({ json, exact }, at) => [json, exact, at] as const))(
    'is exact or unreadable: %s',
    (_, exact, at) => {
      expect(exactAmount(orders[at]?.total)).toBe(exact);
    },
  );

  it('is in the sum exactly, or counted as missing from it', () => {
    expect(orders).toHaveLength(38);
    const unreadable = [...amountForms.keys()].filter((at) => amountForms[at]?.exact === undefined);
    expect(totalsOf(orders, 'none', publicOrder)).toEqual({
      byStatus: { paid: { count: 38, sum: '100000000000000000374.875510000000000000000000000001' } },
      unreadable: {
        count: unreadable.length,
        order_ids: unreadable.slice(0, 20).map((at) => orders[at]?.id),
      },
      hasAmounts: true,
    });
  });
});

describe('the documented page of which one field changes', () => {
  const example = readFileSync(new URL('../../../openapi/vendor/list-orders.txt', import.meta.url), 'utf8');

  it('can be shown in every column and summed', async () => {
    const [json = ''] = /(?<=Response Example\n)\{.*?\n\}/s.exec(example) ?? [];
    let shown = 0;
    for (const { body } of mutationsOf(JSON.parse(json))) {
      const page = await pageOf(JSON.stringify(body));
      for (const order of page?.data ?? []) {
        for (const column of columnsFor('full')) column.cellOf(order);
        shown += 1;
      }
      totalsOf(page?.data ?? [], 'full');
    }
    expect(shown).toBeGreaterThan(500);
  }, 60_000);
});
