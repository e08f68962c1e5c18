import { createVirtualClock } from '@wemasy-orders/state/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { calls } from './generated/calls.js';
import type { FetchRequest, FetchResponse } from './fetch.js';
import { createOrdersClient, type OrdersClientOptions } from './orders-client.js';
import { orderPage, sixtyListsAMinute } from './testing/index.js';
import type { CallOptions, RequestReport, ResponseReport } from './types.js';

/** Searched for in everything that comes out of the client. */
const canary = 'canary-token-5f2a';
const synced = { error: false, message: 'Order synced.', data: [] };

afterEach(() => {
  vi.unstubAllGlobals();
});

/** A page with an order of any form. */
const pageOf = (order: object) => ({ data: { ...orderPage([]).data, data: [order] } });

interface Reply {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

function responseOf({ status = 200, body = orderPage([]), headers = {} }: Reply): FetchResponse {
  return {
    status,
    headers: new Headers(headers),
    text: () => Promise.resolve(typeof body === 'string' ? body : JSON.stringify(body)),
  };
}

/** A client whose API gives these replies in turn, and the last one again and again. */
function clientOf(replies: readonly Reply[] = [{}], options: Partial<OrdersClientOptions> = {}) {
  const requests: FetchRequest[] = [];
  const client = createOrdersClient({
    token: canary,
    random: () => 0,
    rateLimiter: sixtyListsAMinute(options.clock),
    fetch: (_, request) => {
      requests.push(request);
      return Promise.resolve(responseOf(replies[requests.length - 1] ?? replies.at(-1) ?? {}));
    },
    ...options,
  });
  return { client, requests };
}

describe('the options of one call', () => {
  it('send headers beside those of the client', async () => {
    const { client, requests } = clientOf();
    await client.list({}, { headers: { 'X-Trace': 'a1', Cookie: 'shop=7' } });
    expect(requests[0]?.headers).toMatchObject({
      'x-trace': 'a1',
      cookie: 'shop=7',
      authorization: `Bearer ${canary}`,
      'content-type': 'application/json',
    });
  });

  it.each([
    ['Authorization', { Authorization: 'Bearer other' }],
    ['Host', { Host: 'elsewhere.example' }],
    ['content-type', { 'content-type': 'text/plain' }],
    ['Content-Length', { 'Content-Length': '0' }],
    ['Transfer-Encoding', { 'Transfer-Encoding': 'chunked' }],
    ['proxy-authorization', { 'proxy-authorization': 'Basic x' }],
    ['a name that is none', { 'x y': '1' }],
    ['a value with a line break', { 'x-trace': 'a\r\nauthorization: Bearer other' }],
  ])('refuse %s and send nothing', async (_, headers: Record<string, string>) => {
    const { client, requests } = clientOf();
    const call: CallOptions = { headers };
    for (const refused of [client.list({}, call), client.sync(7, call)]) {
      await expect(refused).rejects.toMatchObject({ code: 'invalid_arguments', effect: 'none' });
    }
    await expect(
      client.paths.POST('/services/webshop/v1/orders/all', { body: {}, headers }),
    ).rejects.toThrow();
    expect(requests).toEqual([]);
  });

  it.each([
    ['Headers', new Headers({ 'x-trace': 'a' })],
    ['a Map', new Map([['x-trace', 'a']])],
    ['a list', [['x-trace', 'a']]],
  ])('refuse %s as headers, of which none would be sent', async (_, given: object) => {
    const { client, requests } = clientOf();
    const call: CallOptions = {};
    Object.assign(call, { headers: given });
    await expect(client.list({}, call)).rejects.toMatchObject({
      code: 'invalid_arguments',
      faults: [{ argument: 'headers' }],
    });
    expect(requests).toEqual([]);
  });

  it('refuse one header under two names', async () => {
    const { client } = clientOf();
    await expect(client.list({}, { headers: { 'X-Trace': 'a', 'x-trace': 'b' } })).rejects.toMatchObject({
      faults: [{ argument: 'headers.x-trace', fault: 'is given twice' }],
    });
  });

  it.each([
    { timeoutMs: 0 },
    { timeoutMs: Number.NaN },
    { timeoutMs: -1 },
    { maxRetries: -1 },
    { maxRetries: 0.5 },
    { maxRetries: Number.POSITIVE_INFINITY },
    { maxWaitMs: Number.NaN },
    JSON.parse('{"timeoutMs":"5"}'),
    JSON.parse('{"maxWaitMs":"5"}'),
  ])('refuse %j, and so does the client', async (limits) => {
    const { client, requests } = clientOf();
    await expect(client.list({}, limits)).rejects.toMatchObject({
      code: 'invalid_arguments',
      faults: [{ argument: Object.keys(limits)[0] }],
    });
    expect(requests).toEqual([]);
    expect(() => clientOf([], limits)).toThrow(Object.keys(limits)[0]);
  });

  it.each([
    [0, 1],
    [1, 2],
    [4, 5],
  ])('with maxRetries %i send a list at most %i times', async (maxRetries, sent) => {
    const clock = createVirtualClock();
    const { client, requests } = clientOf([{ status: 503 }], { clock });
    const failed = expect(client.list({}, { maxRetries })).rejects.toMatchObject({ status: 503 });
    await clock.advance(60_000);
    await failed;
    expect(requests).toHaveLength(sent);
  });

  it('never repeat a write that may have taken effect, whatever maxRetries says', async () => {
    const { client, requests } = clientOf([{ status: 503 }], { maxRetries: 9 });
    await expect(client.sync(7, { maxRetries: 9 })).rejects.toMatchObject({ code: 'outcome_unknown' });
    expect(requests).toHaveLength(1);
  });

  it('set the deadline of each request', async () => {
    const clock = createVirtualClock();
    const { client } = clientOf([], {
      clock,
      fetch: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('torn down'));
          });
        }),
    });
    const failed = expect(client.sync(7, { timeoutMs: 50 })).rejects.toMatchObject({
      cause: { code: 'upstream_timeout', timeoutMs: 50 },
    });
    await clock.advance(50);
    await failed;
  });

  it('hold for a call by operation id as well', async () => {
    const { client, requests } = clientOf([{ status: 503 }]);
    await expect(client.call('listOrders', {}, { maxRetries: 0, headers: { 'x-a': '1' } })).rejects.toThrow();
    expect(requests.map(({ headers }) => headers['x-a'])).toEqual(['1']);
  });
});

describe('a token that is looked up', () => {
  it('is asked for with each request, also a repeated one', async () => {
    let asked = 0;
    const { client, requests } = clientOf([{ status: 503 }, {}], {
      token: async () => `${canary}-${(asked += 1)}`,
    });
    await client.list();
    await client.list();
    expect(requests.map(({ headers }) => headers['authorization'])).toEqual([
      `Bearer ${canary}-1`,
      `Bearer ${canary}-2`,
      `Bearer ${canary}-3`,
    ]);
  });

  it('passes on what the look-up throws, and nothing leaves', async () => {
    const fault = new Error('the vault is sealed');
    const announced = vi.fn(() => Promise.resolve(undefined));
    const { client, requests } = clientOf([], { token: () => Promise.reject(fault) });
    await expect(client.sync(7, { beforeSend: announced })).rejects.toBe(fault);
    expect(announced).not.toHaveBeenCalled();
    expect(requests).toEqual([]);
  });

  it.each(['', 'two words', 'line\nbreak'])('is refused when it is %j', async (token) => {
    const { client, requests } = clientOf([], { token: () => token });
    await expect(client.list()).rejects.toMatchObject({ code: 'configuration_error', effect: 'none' });
    expect(requests).toEqual([]);
  });

  it('does not outlast the signal of the call', async () => {
    const caller = new AbortController();
    const { client, requests } = clientOf([], { token: () => new Promise<never>(() => {}) });
    const call = client.list({}, { signal: caller.signal });
    setTimeout(() => {
      caller.abort();
    });
    await expect(call).rejects.toMatchObject({ code: 'cancelled', effect: 'none' });
    expect(requests).toEqual([]);
  });

  it('is hidden in every answer, each value of it', async () => {
    const values = [`${canary}-old`, `${canary}-new`];
    const body = { message: `unknown token ${canary}-old, not ${canary}-new` };
    const reply = { status: 401, body, headers: { 'x-request-id': `${canary}-old` } };
    const { client } = clientOf([{}, reply], { token: () => values.shift() ?? `${canary}-new` });
    await client.list();
    const error: unknown = await client.list().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ apiMessage: 'unknown token [token], not [token]' });
    expect(JSON.stringify(error)).not.toContain(canary);
  });
});

describe('listAll', () => {
  it('gives the orders of all pages, each once, and says afterwards what it read', async () => {
    const pages = [1, 2, 3].map((page) => ({
      body: orderPage([{ id: page * 2 }, { id: page * 2 + 1 }], { page, perPage: 2, total: 6 }),
    }));
    const { client, requests } = clientOf(pages);
    const orders = client.listAll({ status: 'paid' }, { headers: { 'x-a': '1' } });
    const ids: number[] = [];
    for await (const { id } of orders) ids.push(id);
    expect(ids).toEqual([2, 3, 4, 5, 6, 7]);
    expect(orders.facts()).toMatchObject({ read: 6, pages: 3, coverage: 'adds_up' });
    expect(requests.map(({ headers }) => headers['x-a'])).toEqual(['1', '1', '1']);
    expect(requests.map(({ body }) => JSON.parse(body ?? '')['status'])).toEqual(['paid', 'paid', 'paid']);
  });

  it('reads no further page once the caller stops', async () => {
    const body = orderPage([{ id: 1 }, { id: 2 }], { perPage: 2, total: 18 });
    const { client, requests } = clientOf([{ body }]);
    for await (const { id } of client.listAll()) if (id === 2) break;
    expect(requests).toHaveLength(1);
  });

  it('refuses a second iteration, which would leave out what the first one gave', async () => {
    const body = orderPage([{ id: 1 }, { id: 2 }], { perPage: 2, total: 18 });
    const { client, requests } = clientOf([{ body }]);
    const orders = client.listAll();
    for await (const { id } of orders) if (id === 1) break;
    const again = async () => {
      for await (const order of orders) expect(order).toBeUndefined();
    };
    await expect(again()).rejects.toThrow(TypeError);
    expect(requests).toHaveLength(1);
    expect(orders.facts()).toMatchObject({ read: 2, coverage: 'in_doubt', doubts: ['unfinished'] });
  });

  it('rejects in the iteration', async () => {
    const { client } = clientOf([{ status: 401 }]);
    const read = async () => {
      for await (const order of client.listAll()) expect(order).toBeUndefined();
    };
    await expect(read()).rejects.toMatchObject({ code: 'authentication_failed' });
  });
});

it.each([
  [1, 3, true],
  [2, 3, true],
  [3, 3, false],
  [1, 1, false],
])('page %i of %i has a next page: %j', async (page, lastPage, hasNextPage) => {
  const { client } = clientOf([{ body: orderPage([], { page, perPage: 1, total: lastPage }) }]);
  expect((await client.list({ page })).hasNextPage).toBe(hasNextPage);
});

describe('withResponse', () => {
  const headers = { 'X-Request-Id': 'req-1', 'x-echo': `Bearer ${canary}` };

  it('gives status, headers and request id beside the data, without the token', async () => {
    const { client } = clientOf([{ headers }, { body: synced, headers }, { headers }]);
    const listed = await client.list().withResponse();
    expect(listed.data).toMatchObject({ current_page: 1, hasNextPage: false });
    const sent = await client.sync(7).withResponse();
    expect(sent.data).toEqual(synced);
    const called = await client.call('listOrders', {}).withResponse();
    expect(called.data.value.data.current_page).toBe(1);
    for (const { response } of [listed, sent, called]) {
      expect(response).toMatchObject({ status: 200, requestId: 'req-1' });
      expect([...response.headers]).toEqual([
        ['x-echo', 'Bearer [token]'],
        ['x-request-id', 'req-1'],
      ]);
    }
  });

  it('rejects as the call does, and leaves no rejection without a listener', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const { client } = clientOf([{ status: 403 }]);
    await expect(client.list().withResponse()).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(client.list()).rejects.toMatchObject({ code: 'permission_denied' });
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe('hooks and logger', () => {
  it('see each request and each answer, without the token', async () => {
    const seen: (RequestReport | ResponseReport)[] = [];
    const page = orderPage([{ id: 1, status: canary }]);
    const { client } = clientOf([{ status: 503, body: canary }, { body: page }], {
      onRequest: (report) => seen.push(report),
      onResponse: (report) => seen.push(report),
    });
    await client.list({ search_query: canary }, { headers: { 'x-copy': `Bearer ${canary}` } });
    expect(seen).toMatchObject([
      { operationId: 'listOrders', attempt: 1, method: 'POST', headers: { 'x-copy': 'Bearer [token]' } },
      { operationId: 'listOrders', attempt: 1, status: 503, body: '[token]' },
      { attempt: 2, url: expect.stringContaining('/orders/all?page=1') },
      { attempt: 2, status: 200 },
    ]);
    expect(JSON.stringify(seen)).not.toContain(canary);
  });

  it.each(['onRequest', 'onResponse', 'onAttempt', 'onDrift'] as const)(
    'change nothing by throwing or rejecting (%s)',
    async (hook) => {
      const drifting = pageOf({ id: 1, order_number: 8 });
      const failing = () => {
        throw new Error('the hook failed');
      };
      for (const fails of [failing, () => Promise.reject(new Error('the hook failed'))]) {
        const { client } = clientOf([{ body: drifting }], { [hook]: fails });
        expect((await client.list()).data).toHaveLength(1);
      }
      await new Promise((resolve) => setImmediate(resolve));
    },
  );

  it('change nothing where the logger throws or rejects', async () => {
    const failing = () => {
      throw new Error('the logger failed');
    };
    for (const fails of [failing, () => Promise.reject(new Error('the logger failed'))]) {
      const logger = { debug: fails, warn: fails };
      const { client } = clientOf([{ status: 503 }, { body: pageOf({ id: 1, order_number: 8 }) }], {
        logger,
      });
      expect((await client.list()).data).toHaveLength(1);
    }
    // An unhandled rejection would fail the run.
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('log each attempt and each difference, without token, order or text of the API', async () => {
    const lines: unknown[] = [];
    const logger = {
      debug: (...line: unknown[]) => void lines.push(['debug', ...line]),
      warn: (...line: unknown[]) => void lines.push(['warn', ...line]),
    };
    const body = pageOf({ id: 4711, order_number: 8, invoice_id: 'secret-invoice' });
    const { client } = clientOf([{ status: 503, body: { message: 'secret words' } }, { body }], { logger });
    await client.list();
    expect(lines).toMatchObject([
      [
        'warn',
        'request failed',
        { operationId: 'listOrders', attempt: 1, status: 503, code: 'upstream_error' },
      ],
      ['debug', 'request answered', { operationId: 'listOrders', attempt: 2, status: 200 }],
      ['warn', 'an answer differs from its documentation', { operationId: 'listOrders' }],
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/canary|secret|4711/);
  });
});

describe('a client', () => {
  it('is closed at the end of `await using`', async () => {
    const { client } = clientOf([{}], { rateLimiter: undefined });
    await client.list();
    await client[Symbol.asyncDispose]();
    await expect(client.list()).rejects.toMatchObject({ code: 'cancelled', effect: 'none' });
  });

  it.each([undefined, null, 5, {}])('refuses %j as a token when it is set up', (token: unknown) => {
    const create = () => createOrdersClient(Object.assign({ token: canary }, { token }));
    expect(create).toThrow(expect.objectContaining({ code: 'configuration_error' }));
  });

  it.each(['null', '[]', '"x"', '5'])('refuses %s as arguments, and nothing leaves', async (text) => {
    const args: object = JSON.parse(text);
    const { client, requests } = clientOf();
    const call = client.callOperation(calls.listOrders, args);
    await expect(call).rejects.toMatchObject({ code: 'invalid_arguments' });
    expect(requests).toEqual([]);
  });

  it('can be disposed where the platform has no Symbol.asyncDispose', async () => {
    vi.stubGlobal('Symbol', Object.create(Symbol, { asyncDispose: { value: undefined } }));
    const { client } = clientOf();
    vi.unstubAllGlobals();
    const dispose: unknown = Reflect.get(client, Symbol.for('Symbol.asyncDispose'));
    expect(dispose).toBeTypeOf('function');
    expect(Object.keys(client)).not.toContain('undefined');
  });

  it.each([
    [undefined, /^wemasy-orders-client\/\S+$/],
    ['my-shop/1.2 (nightly)', /^my-shop\/1\.2 \(nightly\) wemasy-orders-client\/\S+$/],
  ])('names itself to the API, after %j', async (userAgent, expected) => {
    const { client, requests } = clientOf([{}], { userAgent });
    await client.list();
    expect(requests[0]?.headers['user-agent']).toMatch(expected);
  });

  it('leaves the user agent to a browser', async () => {
    vi.stubGlobal('navigator', { userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/143.0.0.0' });
    const { client, requests } = clientOf([{}], { userAgent: 'my-shop/1.2' });
    await client.list();
    expect(requests[0]?.headers).not.toHaveProperty('user-agent');
  });

  it.each(['', ' x', 'a\nb'])('refuses %j as user agent', (userAgent) => {
    expect(() => clientOf([], { userAgent })).toThrow('user agent');
  });

  it('looks the global fetch up for each request', async () => {
    const client = createOrdersClient({ token: canary });
    const stubbed = vi.fn(() => Promise.resolve(responseOf({})));
    vi.stubGlobal('fetch', stubbed);
    await client.list();
    expect(stubbed).toHaveBeenCalledOnce();
  });
});
