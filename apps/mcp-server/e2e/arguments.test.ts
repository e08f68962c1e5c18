import { orderPage, sendJson } from '@wemasy-orders/client/testing';
import { columnsFor, defaultColumns } from '@wemasy-orders/presentation';
import { beforeAll, describe, expect, it } from 'vitest';
import { injectedArguments } from '../src/tools/injected-arguments.js';
import { documentedTools, readingTools } from './support/documented-tools.js';
import { type Api, startApi } from './support/api.js';
import { type Assistant, startAssistant } from './support/assistant.js';

let api: Api;
let assistant: Assistant;
beforeAll(async () => {
  api = await startApi();
  api.behaves(({ url }, response) =>
    sendJson(
      response,
      200,
      url.includes('orders/all')
        ? orderPage([{ id: 7, total: '1.50' }])
        : { error: false, message: 'Order synced.' },
    ),
  );
  assistant = await startAssistant({
    environment: {
      WEMASY_API_URL: api.url,
      WEMASY_API_TOKEN: 'token',
      WEMASY_RATE_LIMITS: 'listOrders=1000/60,syncOrder=1000/60',
    },
  });
  return async () => {
    await assistant.close();
    await api.close();
  };
});

let lastOrder = 0;
const validCalls: readonly (readonly [string, () => Record<string, unknown>])[] = [
  ['list_orders', () => ({ per_page: 1 })],
  ['sync_order', () => ({ order_id: (lastOrder += 1) })],
];

describe.each(validCalls)('%s', (tool, valid) => {
  it.each([...injectedArguments.keys()])('is carried out without %s, which clients add', async (name) => {
    const sent = api.requests.length;
    const { isError, structured, text } = await assistant.call(tool, { ...valid(), [name]: 'x' });
    expect({ isError, sent: api.requests.length }).toEqual({ isError: false, sent: sent + 1 });
    expect(structured?.['note']).toContain(name);
    expect(text).toContain(name);
  });

  it('is refused, unsent, with an argument that neither it nor a client has', async () => {
    const sent = api.requests.length;
    const { isError, text } = await assistant.call(tool, { ...valid(), statuz: 'paid' });
    expect({ isError, sent: api.requests.length }).toEqual({ isError: true, sent });
    expect(text).toMatch(/^invalid_arguments: (.*\n)+detail: statuz: is not an argument/);
  });
});

/** What the last request asked the API for, in its address or its body. */
function lastAsked(): Record<string, unknown> {
  const { url = '', body = '' } = api.requests.at(-1) ?? {};
  const query = Object.fromEntries(new URL(url, 'http://localhost').searchParams);
  return { ...query, ...JSON.parse(body === '' ? '{}' : body) };
}

describe('a value that a client sends as text', () => {
  it.each([
    [{ per_page: '12' }, { per_page: 12 }],
    [{ page: ' 2\n' }, { page: '2' }],
    [{ status: ' paid ' }, { status: 'paid' }],
    [{ search_query: 8 }, { search_query: '8' }],
  ])('%j reaches the API as %j', async (args, asked) => {
    await assistant.call('list_orders', args);
    expect(lastAsked()).toMatchObject(asked);
  });

  it.each([{ status: '' }, { status: ' ' }, { per_page: '' }, { status: null }])(
    '%j means that nothing is given',
    async (args) => {
      await assistant.call('list_orders', {});
      const without = lastAsked();
      expect((await assistant.call('list_orders', args)).isError).toBe(false);
      expect(lastAsked()).toEqual(without);
    },
  );

  const two = defaultColumns(columnsFor('none'))
    .slice(0, 2)
    .map(({ name }) => name);
  it.each([JSON.stringify(two), two.join(), two.join(', ')])('%s names two columns', async (fields) => {
    expect((await assistant.call('list_orders', { fields })).structured?.['columns']).toEqual(two);
  });

  it.each([
    ['false', 1],
    ['True', 0],
  ])('"%s" is understood by a switch', async (summarize, rows) => {
    const { structured } = await assistant.call('list_orders', { summarize });
    expect(structured?.['rows'] ?? []).toHaveLength(rows);
  });

  it('sends the order that was meant', async () => {
    const { structured } = await assistant.call('sync_order', { order_id: '2502', resend: 'false' });
    expect(structured).toMatchObject({ order_id: 2502, outcome: 'synced' });
    expect(api.requests.at(-1)?.body).toContain('2502');
  });

  it.each([
    ['sync_order', { order_id: '31x' }],
    ['sync_order', { order_id: '1e3' }],
    ['sync_order', { order_id: '007' }],
    ['sync_order', { order_id: '9007199254740993' }],
    ['list_orders', { per_page: '1.0' }],
    ['list_orders', { summarize: 'yes' }],
    ['list_orders', { fields: '["id"' }],
  ])('is refused, unsent, where something would be lost: %s %j', async (tool, args) => {
    const sent = api.requests.length;
    const { isError, text } = await assistant.call(tool, args);
    expect({ isError, sent: api.requests.length }).toEqual({ isError: true, sent });
    expect(text).toMatch(/^invalid_arguments: (.*\n)+detail: \w+: must be /);
  });
});

describe('what is listed', () => {
  it('marks the tool that writes as destructive, and only that', async () => {
    const tools = await assistant.listTools();
    expect(tools.map(({ name, annotations }) => [name, annotations['destructiveHint'] ?? false])).toEqual(
      documentedTools.map((name) => [name, !readingTools.includes(name)]),
    );
  });

  it('says ranges and defaults in the description too, for clients that drop them from the schema', async () => {
    const [list] = await assistant.listTools();
    const properties = list?.inputSchema.properties ?? {};
    const bounded = Object.entries(properties).flatMap(([name, property]) =>
      ['minimum', 'maximum', 'default'].flatMap((keyword) => {
        const value = property[keyword];
        // Every page number is at least 1, as every reader expects.
        return value === undefined || (name === 'page' && keyword === 'minimum') ? [] : [[property, value]];
      }),
    );
    expect(bounded.length).toBeGreaterThan(2);
    for (const [property, value] of bounded) {
      expect(Object(property).description).toMatch(new RegExp(`\\b${String(value)}\\b`));
    }
  });
});
