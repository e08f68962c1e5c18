import { once } from 'node:events';
import { setInterval } from 'node:timers';
import {
  largestPage,
  orderPage,
  rejectionHeaders,
  type Script,
  sendJson,
} from '@wemasy-orders/client/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from './support/api.js';
import { type Assistant, type CallResult, clientKinds, startAssistant } from './support/assistant.js';

const apiError = { error: true, message: 'No.' };
const page = '<!DOCTYPE html><html><title>502</title><p>secret page</p></html>';

const unexpected = ['unexpected_response', 'outcome_unknown'] as const;

/** What the API does, and the code of a list and of a sync that meet it. */
const answers: readonly [string, Script, ...(readonly [string, string])][] = [
  [
    '401',
    (_, response) => sendJson(response, 401, apiError),
    'authentication_failed',
    'authentication_failed',
  ],
  ['403', (_, response) => sendJson(response, 403, apiError), 'permission_denied', 'permission_denied'],
  [
    '422',
    (_, response) => sendJson(response, 422, { message: 'Bad.', errors: { status: ['Wrong.'] } }),
    'validation_failed',
    'validation_failed',
  ],
  ['404', (_, response) => sendJson(response, 404, apiError), 'unexpected_response', 'unexpected_response'],
  ['400', (_, response) => sendJson(response, 400, apiError), 'upstream_error', 'upstream_error'],
  ['500', (_, response) => sendJson(response, 500, apiError), 'upstream_error', 'outcome_unknown'],
  [
    '502 with a web page',
    (_, response) => void response.writeHead(502, { 'content-type': 'text/html' }).end(page),
    'upstream_error',
    'outcome_unknown',
  ],
  [
    '503 that asks for an hour of patience',
    (_, response) => sendJson(response, 503, apiError, { 'retry-after': '3600' }),
    'upstream_error',
    'outcome_unknown',
  ],
  [
    '200 that says error: true',
    (_, response) => sendJson(response, 200, { ...apiError, data: [] }),
    'upstream_error',
    'outcome_unknown',
  ],
  ['408', (_, response) => sendJson(response, 408, apiError), 'upstream_error', 'outcome_unknown'],
  ['200 with a web page', (_, response) => void response.writeHead(200).end(page), ...unexpected],
  ['200 without a body', (_, response) => void response.writeHead(200).end(), ...unexpected],
  ['204', (_, response) => void response.writeHead(204).end(), ...unexpected],
  [
    '200 with half of a JSON text',
    (_, response) => void response.writeHead(200).end('{"error":fal'),
    ...unexpected,
  ],
  ['200 with other data', (_, response) => sendJson(response, 200, { data: 'x' }), ...unexpected],
  [
    'a redirect to another host',
    (_, response) => void response.writeHead(302, { location: 'https://evil.example.com/' }).end(),
    ...unexpected,
  ],
  ['a connection that breaks', (_, response) => void response.destroy(), 'network_error', 'outcome_unknown'],
  [
    'a connection that breaks within the answer',
    (_, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{', () => response.destroy());
    },
    'network_error',
    'outcome_unknown',
  ],
];

/** What it does that a deadline has to end. */
const silences: typeof answers = [
  ['nothing at all', () => undefined, 'upstream_timeout', 'outcome_unknown'],
  [
    'an answer that trickles in for ever',
    (_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(timer));
    },
    'upstream_timeout',
    'outcome_unknown',
  ],
];

function expectFailure({ text, isError, structured }: CallResult, code: string): void {
  expect(isError).toBe(true);
  expect(structured).toBeUndefined();
  expect(text).toMatch(
    new RegExp(
      `^${code}: [A-Z].*\\.\\nsource: (local|upstream)\\nretryable: (yes|no)\\n` +
        `(retry_after_seconds: \\d+\\n)?(detail: .+\\n)*next: \\S.*$`,
    ),
  );
}

const environment = ({ url }: Api) => ({
  WEMASY_API_URL: url,
  WEMASY_API_TOKEN: 'token',
  WEMASY_MAX_WAIT_MS: '5000',
  WEMASY_RATE_LIMITS: 'listOrders=1000/60,syncOrder=1000/60',
});

describe.each(clientKinds)('the server, asked by the official %s', (kind) => {
  let api: Api;
  let assistant: Assistant;
  let orderId = 0;

  beforeAll(async () => {
    api = await startApi();
    assistant = await startAssistant({ kind, environment: environment(api) });
    return async () => {
      await assistant.close();
      await api.close();
    };
  });

  describe('turns into a failure that says what to do', () => {
    it.each(answers)('%s', async (_, script, listCode, syncCode) => {
      api.behaves(script);
      const listed = await assistant.call('list_orders');
      expectFailure(listed, listCode);
      const synced = await assistant.call('sync_order', { order_id: (orderId += 1) });
      expectFailure(synced, syncCode);
      for (const { text } of [listed, synced]) expect(text).not.toMatch(/secret page|<|evil\.example/);
    });
  });

  describe('does not wait for ever for', () => {
    let impatient: Assistant;

    beforeAll(async () => {
      impatient = await startAssistant({
        kind,
        environment: { ...environment(api), WEMASY_TIMEOUT_MS: '750' },
      });
      return () => impatient.close();
    });

    it.each(silences)('%s', async (_, script, listCode, syncCode) => {
      const closed: Promise<unknown>[] = [];
      api.behaves((request, response, index) => {
        closed.push(once(response, 'close'));
        return script(request, response, index);
      });
      const [listed, synced] = await Promise.all([
        impatient.call('list_orders'),
        impatient.call('sync_order', { order_id: (orderId += 1) }),
      ]);
      expectFailure(listed, listCode);
      expectFailure(synced, syncCode);
      expect(closed).toHaveLength(2);
      await Promise.all(closed);
    });
  });

  it('says of a sync whose answer was lost when it was sent and how to look, and does not send it again', async () => {
    api.behaves((_, response) => void response.destroy());
    const order_id = (orderId += 1);
    const first = await assistant.call('sync_order', { order_id });
    const sent = api.requests.length;
    const again = await assistant.call('sync_order', { order_id });
    expect(api.requests).toHaveLength(sent);
    expect(first.text).toMatch(
      /^outcome_unknown: Order \d+ was sent at \S+Z; whether it reached the books is not known\. The connection to the API broke/,
    );
    expect(again.text).toMatch(/ by wemasy-orders-mcp \S+; whether .* not known\. It was not sent again\.\n/);
    expect(again.text).toMatch(/^next: Do not repeat it\. .*SnelStart.*list_orders with search_query/m);
  });

  it('says of an order that is in the books since when and by whom, and sends it again only on purpose', async () => {
    api.behaves((_, response) =>
      sendJson(response, 200, { error: false, message: 'Order synced.', data: [] }),
    );
    const order_id = (orderId += 1);
    const done = await assistant.call('sync_order', { order_id });
    expect(done.text).toBe(
      `order ${order_id}: synced at ${String(done.structured?.['synced_at'])}\nthe API says "Order synced."`,
    );
    expect(done.structured).toMatchObject({ order_id, outcome: 'synced', message: 'Order synced.' });
    const sent = api.requests.length;
    const again = await assistant.call('sync_order', { order_id });
    expectFailure(again, 'already_synced');
    expect(again.text).toMatch(
      /was sent to bookkeeping at \S+Z by wemasy-orders-mcp \S+; it was not sent again\./,
    );
    expect(api.requests).toHaveLength(sent);
    expect((await assistant.call('sync_order', { order_id, resend: true })).isError).toBe(false);
    expect(api.requests).toHaveLength(sent + 1);
  });

  describe('sends nothing of a call that cannot work', () => {
    it.each([
      ['a wrong status', 'list_orders', { status: 'no_status' }, 'detail: status: Invalid option'],
      [
        'more rows than fit',
        'list_orders',
        { per_page: largestPage + 1 },
        `detail: per_page: must be a whole number from 1 to ${largestPage}`,
      ],
      [
        'text that is no number',
        'list_orders',
        { per_page: '5x' },
        `detail: per_page: must be a whole number from 1 to ${largestPage} in digits, e.g. 12`,
      ],
      [
        'text that is no order id',
        'sync_order',
        { order_id: '5.0' },
        'detail: order_id: must be a whole number from 1 in digits, e.g. 12',
      ],
      [
        'an unknown argument',
        'list_orders',
        { query: 'x' },
        'detail: query: is not an argument; known are sortKey',
      ],
      ['an unknown column', 'list_orders', { fields: ['order_session'] }, 'detail: fields.0: Invalid option'],
      ['columns that are no list', 'list_orders', { fields: { id: true } }, 'detail: fields: must be a list'],
      ['no order', 'sync_order', {}, 'detail: order_id: must be a whole number from 1'],
      ['an order of zero', 'sync_order', { order_id: 0 }, 'detail: order_id: must be a whole number from 1'],
    ])('%s', async (_, tool, args, detail) => {
      const sent = api.requests.length;
      const answer = await assistant.call(tool, args);
      expectFailure(answer, 'invalid_arguments');
      expect(answer.text).toContain(detail);
      expect(api.requests).toHaveLength(sent);
    });
  });

  it('does not blame the address where the API itself finds nothing, and passes on its words', async () => {
    api.behaves((_, response) => sendJson(response, 404, { message: 'No query results for order 7.' }));
    for (const { text } of [
      await assistant.call('list_orders'),
      await assistant.call('sync_order', { order_id: (orderId += 1) }),
    ]) {
      expect(text).toMatch(/^detail: the API says "No query results for order 7\."$/m);
      expect(text).not.toContain('WEMASY_API_URL');
    }
  });

  it('takes no page for another one, and never asks for it again', async () => {
    api.behaves((_, response) => sendJson(response, 200, orderPage([{ id: 1 }], { perPage: 1, total: 3 })));
    const sent = api.requests.length;
    expectFailure(await assistant.call('list_orders', { page: 3 }), 'unexpected_response');
    const summary = await assistant.call('list_orders', { summarize: true });
    expect(summary.structured).toMatchObject({ page: 1, has_more: true, totals_scope: 'page' });
    expect(summary.text).toContain('The API answered with page 1 where page 2 was asked for.');
    expect(api.requests).toHaveLength(sent + 3);
  });

  it('takes null for an argument that is not given', async () => {
    api.behaves((_, response) => sendJson(response, 200, orderPage([])));
    const { isError } = await assistant.call('list_orders', { status: null, page: null, fields: null });
    expect(isError).toBe(false);
    expect(api.requests.at(-1)).toMatchObject({ body: '{"per_page":25}' });
  });

  it('answers an unknown tool with a protocol error', async () => {
    await expect(assistant.call('delete_order')).rejects.toMatchObject({ code: -32602 });
  });

  it('tears down the request to the API when the call is cancelled', async () => {
    const controller = new AbortController();
    let closed: Promise<unknown> | undefined;
    api.behaves((_, response) => {
      closed = once(response, 'close');
      controller.abort('no longer wanted');
    });
    await expect(assistant.call('list_orders', {}, { signal: controller.signal })).rejects.toThrow();
    expect(closed).toBeDefined();
    await closed;
  });

  // The last one: the server keeps to what the API asks for.
  it('says how many seconds to wait after a 429, and sends nothing meanwhile', async () => {
    api.behaves((_, response) => sendJson(response, 429, apiError, rejectionHeaders(30)));
    for (const args of [{ tool: 'list_orders' }, { tool: 'sync_order', order_id: (orderId += 1) }]) {
      const { tool, ...rest } = args;
      const first = await assistant.call(tool, rest);
      expectFailure(first, 'rate_limited');
      expect(first.text).toMatch(
        /^rate_limited: The API rejected the call .*\nsource: upstream\nretryable: yes\nretry_after_seconds: 3[0-2]\n/,
      );
      const sent = api.requests.length;
      const second = await assistant.call(tool, rest);
      expect(second.text).toMatch(
        /^rate_limited: .*\nsource: local\nretryable: yes\nretry_after_seconds: [23]\d\n/,
      );
      expect(api.requests).toHaveLength(sent);
    }
  });
});
