import { createOrdersClient, type Order } from '@wemasy-orders/client';
import type * as operationsModule from '@wemasy-orders/client/operations';
import type { Privacy } from '@wemasy-orders/client/operations';
import { operationsMarkedAs, sendJson, startUpstream } from '@wemasy-orders/client/testing';
import { systemClock } from '@wemasy-orders/state';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';

afterEach(() => {
  vi.doUnmock('@wemasy-orders/client/operations');
  vi.resetModules();
});

type Mode = 'none' | 'names' | 'full';

type Operations = typeof operationsModule.operations;

/** Calls a tool of a server that is built from a document with these marks. */
async function serverWith(privacy: Privacy, personalData: Mode, answer: readonly [number, unknown]) {
  return serverOf((operations) => operationsMarkedAs(privacy, operations), personalData, answer);
}

/** Calls a tool of a server that is built from a changed document. */
async function serverOf(
  change: (operations: Operations) => object,
  personalData: Mode,
  answer: readonly [number, unknown],
) {
  vi.resetModules();
  vi.doMock('@wemasy-orders/client/operations', async (importOriginal) => {
    const { operations, ...others } = await importOriginal<typeof operationsModule>();
    return { ...others, operations: change(operations) };
  });
  const { createTools } = await import('./tools/create-tools.js');
  const { failureText } = await import('./results/failure.js');
  const { failureOf } = await import('@wemasy-orders/presentation');
  const upstream = await startUpstream((_, response) => {
    sendJson(response, ...answer);
  });
  onTestFinished(() => upstream.close());
  const client = createOrdersClient({ token: 'token-5f2a', baseUrl: upstream.url });
  const orderSync = {
    sync: async (orderId: number) => {
      const { message = '' } = await client.sync(orderId);
      return { orderId, message, syncedAt: '2026-11-29T01:00:00.000Z', recorded: true };
    },
  };
  const tools = createTools({
    personalData,
    readOnly: false,
    maxWaitMs: 1_000,
    answerWithinMs: 10_000,
    clock: systemClock,
  });
  return async (name: string, input: object) => {
    const tool = tools.find((each) => each.name === name) ?? expect.fail(`no tool ${name}`);
    try {
      return await tool.run(input, {
        services: () => Promise.resolve({ client, orderSync }),
        signal: new AbortController().signal,
        stopping: new AbortController().signal,
        progress: { waits: () => undefined, done: () => undefined },
      });
    } catch (error) {
      return { structured: undefined, text: failureText(failureOf(error, personalData)) };
    }
  };
}

const canary = /canary|7531\.42/i;
const orders: readonly Order[] = [7, 8].map((id) => ({
  id,
  date: 'canary date',
  status: 'canary_status',
  order_number: `canary ${id}`,
  total: id === 7 ? '7531.42' : 'canary total',
  should_snelstart_sync: true,
  invoice_id: 'canary invoice',
  billing: { invoice_firstname: 'Canary', invoice_company: 'Canary BV', invoice_city: 'Canary City' },
}));
const page = (data: readonly object[]) => ({
  error: false,
  data: { current_page: 1, last_page: 1, per_page: 25, total: data.length, data },
});
const unreadable = { id: null, order_number: 'canary 9' };

describe.each<[Privacy, Mode]>([
  ['name', 'none'],
  ['personal', 'names'],
  ['secret', 'full'],
])('where everything is %s, in the mode %s', (privacy, mode) => {
  it.each([
    ['a page', [...orders], {}],
    ['a page with an order that could not be read', [...orders, unreadable], {}],
    ['a summary', [...orders], { summarize: true }],
    ['a summary with an order that could not be read', [...orders, unreadable], { summarize: true }],
  ])('%s has ids and counts alone', async (_, data, input) => {
    const call = await serverWith(privacy, mode, [200, page(data)]);
    const { structured, text } = await call('list_orders', input);
    expect(structured).toMatchObject({ totals: { '(not shown)': { count: 2 } } });
    expect(structured?.['note']).toContain('Amounts may not be shown, so there are no sums.');
    expect(JSON.stringify(structured) + text).not.toMatch(canary);
  });

  it.each([
    [200, { error: false, message: 'canary', data: [] }],
    [200, { error: true, message: 'canary', data: [] }],
    [401, { error: true, message: 'canary' }],
    [422, { message: 'canary', errors: { order_id: ['canary'] } }],
    [500, { message: 'canary' }],
  ])('what the API says with status %s is not passed on', async (status, body) => {
    const call = await serverWith(privacy, mode, [status, body]);
    const answers = [await call('sync_order', { order_id: 7 }), await call('list_orders', {})];
    for (const answer of answers) expect(JSON.stringify(answer)).not.toMatch(canary);
  });
});

it('shows the same where the marks allow it', async () => {
  const call = await serverWith('name', 'names', [200, page(orders)]);
  const { structured, text } = await call('list_orders', {});
  expect(structured).toMatchObject({ totals: { canary_status: { count: 2, sum: '7531.42' } } });
  expect(text).toContain('Canary BV');
});

describe.each([[{}], [{ summarize: true }]])(
  'where no field of an order may be shown, list_orders with %j',
  (input) => {
    it('counts the orders, and says why there is no more', async () => {
      const call = await serverOf(allSecret, 'full', [200, page(orders)]);
      const { structured, text } = await call('list_orders', input);
      expect(structured).toMatchObject({
        columns: [],
        rows: [],
        totals: { '(not shown)': { count: 2 } },
        note: expect.stringContaining('may not be shown'),
      });
      expect(JSON.stringify(structured) + text).not.toMatch(canary);
    });

    it('takes no fields', async () => {
      const call = await serverOf(allSecret, 'full', [200, page(orders)]);
      const { text } = await call('list_orders', { ...input, fields: ['id'] });
      expect(text).toContain('invalid_arguments');
    });
  },
);

function allSecret(operations: Operations): object {
  return JSON.parse(JSON.stringify(operations).replaceAll(/"privacy":"\w+"/g, '"privacy":"secret"'));
}
