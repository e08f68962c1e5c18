import { getEventListeners, once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { createRateLimiter } from '@wemasy-orders/rate-limit';
import { createMemoryStore, systemClock } from '@wemasy-orders/state';
import { createVirtualClock } from '@wemasy-orders/state/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { type OrdersError } from './errors.js';
import { isOrdersError } from './is-orders-error.js';
import type { Fetch } from './fetch.js';
import { type Operation, operations } from './generated/operations.js';
import type { Order } from './generated/schema.js';
import { createHttpFetch } from './node/http-fetch.js';
import { rateLimitPolicies } from './operations.js';
import { createOrdersClient, type OrdersClientOptions } from './orders-client.js';
import {
  orderPage,
  ownPolicies,
  type Script,
  sendJson,
  sixtyListsAMinute,
  startUpstream,
  unreachableUrl,
  type Upstream,
} from './testing/index.js';
import { walkOrders } from './walk-orders.js';

const { windowMs } = ownPolicies.find(({ name }) => name === 'syncOrder') ?? expect.fail('it has no policy');
const windowSeconds = windowMs / 1_000;
/** What the limiter allows for the error of clocks during a window, in s. */
const clockError = Math.floor(windowSeconds / 1_000);

/** Searched for in everything that comes out of the client. */
const canary = 'canary-token-5f2a';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function upstreamWith(script: Script): Promise<Upstream> {
  const upstream = await startUpstream(script);
  closers.push(() => upstream.close());
  return upstream;
}

function clientOf(baseUrl: string, options: Partial<OrdersClientOptions> = {}) {
  const rateLimiter = sixtyListsAMinute(options.clock);
  const client = createOrdersClient({ token: canary, baseUrl, random: () => 0, rateLimiter, ...options });
  closers.push(
    () => client.close(),
    () => rateLimiter.close(),
  );
  return client;
}

/** What a call rejects with; everything about it is searched for the token. */
async function failureOf(call: Promise<unknown>): Promise<OrdersError> {
  const error: unknown = await call.then(
    () => expect.fail('the call succeeded'),
    (thrown: unknown) => thrown,
  );
  if (!isOrdersError(error)) throw error;
  const everything = [
    error.stack,
    JSON.stringify(error),
    JSON.stringify(Object.getOwnPropertyDescriptors(error)),
  ];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    everything.push(String(cause), cause.stack);
  expect(everything.join('\n')).not.toContain(canary);
  return error;
}

const limits = (limit: number, remaining: number) => ({
  'x-ratelimit-limit': String(limit),
  'x-ratelimit-remaining': String(remaining),
});
const emptyPage = orderPage([]);
const synced = { error: false, message: 'Order synced', data: [] };

describe('list', () => {
  it('sends the filters in the body, the page in the query, and the token in its header', async () => {
    const upstream = await upstreamWith((_, response) => sendJson(response, 200, orderPage([], { page: 3 })));
    await clientOf(upstream.url).list({
      status: 'on_hold',
      per_page: 5,
      sortKey: null,
      search_query: undefined,
      page: 3,
    });
    expect(upstream.requests).toHaveLength(1);
    expect(upstream.requests[0]).toMatchObject({
      method: 'POST',
      url: '/api/services/webshop/v1/orders/all?page=3',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        authorization: `Bearer ${canary}`,
      },
    });
    expect(JSON.parse(upstream.requests[0]?.body ?? '')).toEqual({ status: 'on_hold', per_page: 5 });
  });

  it('gives back the page whole, with fields that the document does not know', async () => {
    const order = { id: 1, total: '12.30', loyalty_points: 7 };
    const upstream = await upstreamWith((_, response) => sendJson(response, 200, orderPage([order])));
    const page = await clientOf(upstream.url).list();
    expect(page.data).toEqual([order]);
    expect(page).toEqual({ ...orderPage([order]).data, hasNextPage: false });
  });

  it('accepts a status that the document does not know', async () => {
    const upstream = await upstreamWith((_, response) =>
      sendJson(response, 200, orderPage([{ id: 1, status: 'lost_at_sea' }])),
    );
    expect((await clientOf(upstream.url).list()).data[0]?.status).toBe('lost_at_sea');
  });

  it.each([null, []])('accepts orders that have %j in the place of an object', async (nothing) => {
    const orders: Order[] = [
      { id: 1, billing: nothing, pdf_status: nothing },
      { id: 2, pdf_status: { invoice: nothing, package_slip: nothing } },
    ];
    const upstream = await upstreamWith((_, response) => sendJson(response, 200, orderPage(orders)));
    expect((await clientOf(upstream.url).list()).data).toEqual(orders);
  });

  it.each([
    ['a wrong status', { status: 'no_status' }, 'status'],
    ['a misspelled filter', { stauts: 'paid' }, 'stauts'],
    ['a page of zero', { page: 0 }, 'page'],
    ['no orders a page', { per_page: 0 }, 'per_page'],
  ])('refuses %s without sending anything', async (_, filters, name) => {
    const upstream = await upstreamWith((_request, response) => sendJson(response, 200, emptyPage));
    const error = await failureOf(Reflect.apply(clientOf(upstream.url).list, undefined, [filters]));
    expect(error).toMatchObject({
      name: 'InvalidArgumentsError',
      code: 'invalid_arguments',
      source: 'local',
    });
    expect(error.message).toContain(name);
    expect(upstream.requests).toHaveLength(0);
  });
});

describe('a page other than the one asked for', () => {
  const firstPage = orderPage([{ id: 1 }], { page: 1, perPage: 1, total: 3 });

  it('is an error that names both, and not taken for the answer', async () => {
    const upstream = await upstreamWith((_, response) => sendJson(response, 200, firstPage));
    expect(await failureOf(clientOf(upstream.url).list({ page: 3 }))).toMatchObject({
      name: 'UnexpectedResponseError',
      kind: 'wrong_page',
      code: 'unexpected_response',
      message: 'The API answered with page 1 where page 3 was asked for.',
    });
  });

  it('beyond the last one is a page like any other', async () => {
    const beyond = orderPage([], { page: 9, perPage: 1, total: 3 });
    const upstream = await upstreamWith((_, response) => sendJson(response, 200, beyond));
    expect(await clientOf(upstream.url).list({ page: 9 })).toEqual({ ...beyond.data, hasNextPage: false });
  });
});

describe('a walk over three pages', () => {
  const orders = [1, 2, 3, 4, 5].map((id) => ({ id }));
  const paginate: Script = ({ url }, response) => {
    const page = Number(new URL(url, 'http://upstream').searchParams.get('page'));
    const rows = orders.slice((page - 1) * 2, page * 2);
    sendJson(response, 200, orderPage(rows, { page, perPage: 2, total: orders.length }));
  };

  it('sends the same filters each time and never goes to an address that the API sent', async () => {
    const upstream = await upstreamWith(paginate);
    const client = clientOf(upstream.url);
    const ids: number[] = [];
    const filters = { status: 'paid', per_page: 2, sortKey: 'total_amount' } as const;
    for await (const step of walkOrders({ client, filters })) ids.push(...step.orders.map(({ id }) => id));
    expect(ids).toEqual([1, 2, 3, 4, 5]);
    expect(upstream.requests.map(({ url }) => url)).toEqual(
      [1, 2, 3].map((page) => `/api/services/webshop/v1/orders/all?page=${page}`),
    );
    for (const { body } of upstream.requests) expect(JSON.parse(body)).toEqual(filters);
  });

  it('requests no page that the reader does not want', async () => {
    const upstream = await upstreamWith(paginate);
    for await (const { page } of walkOrders({ client: clientOf(upstream.url), filters: { per_page: 2 } })) {
      if (page === 2) break;
    }
    expect(upstream.requests).toHaveLength(2);
  });
});

describe('sync', () => {
  it('sends the id and gives back the answer', async () => {
    const upstream = await upstreamWith((_, response) => sendJson(response, 200, synced, limits(5, 4)));
    expect(await clientOf(upstream.url).sync(42)).toEqual(synced);
    expect(upstream.requests[0]).toMatchObject({
      url: '/api/services/webshop/v1/orders/sync-snelstart-order',
      body: '{"order_id":42}',
    });
  });

  it("is what the API answered, whatever the log's listener throws", async () => {
    const upstream = await upstreamWith((_, response) => sendJson(response, 200, synced));
    const onAttempt = () => {
      throw new Error('the log is full');
    };
    expect(await clientOf(upstream.url, { onAttempt }).sync(42)).toEqual(synced);
  });
});

describe('a documented failure', () => {
  const apiError = (message: string) => ({ error: true, message });
  const cases = [
    [401, apiError('Unauthenticated.'), 'AuthenticationError', 'authentication_failed'],
    [403, apiError('This action is unauthorized.'), 'PermissionError', 'permission_denied'],
    [
      422,
      { message: 'Bad.', errors: { order_id: ['No such order.'] } },
      'ValidationFailedError',
      'validation_failed',
    ],
  ] as const;
  const operations = ['list', 'sync'] as const;

  it.each(operations.flatMap((operation) => cases.map((each) => [operation, ...each] as const)))(
    '%s: %i has its own error, with status, allowance, request id and the message of the API',
    async (operation, status, body, name, code) => {
      const upstream = await upstreamWith((_, response) =>
        sendJson(response, status, body, { ...limits(60, 57), 'x-request-id': 'req-1' }),
      );
      const client = clientOf(upstream.url);
      const error = await failureOf(operation === 'list' ? client.list() : client.sync(42));
      expect(error).toMatchObject({
        name,
        code,
        status,
        source: 'upstream',
        effect: 'none',
        retryable: false,
        requestId: 'req-1',
        rateLimit: { limit: 60, remaining: 57 },
        apiMessage: body.message,
      });
      expect(upstream.requests).toHaveLength(1);
    },
  );

  it('422 names each field', async () => {
    const upstream = await upstreamWith((_, response) => sendJson(response, 422, cases[2][1]));
    const error = await failureOf(clientOf(upstream.url).sync(42));
    expect(error).toMatchObject({ apiErrors: { order_id: ['No such order.'] } });
  });

  it.each(operations)(
    '%s: a 429 gives the time to wait, a second more than Laravel says',
    async (operation) => {
      const upstream = await upstreamWith((_, response) =>
        sendJson(response, 429, apiError('Too Many Attempts.'), { ...limits(5, 0), 'retry-after': '37' }),
      );
      const client = clientOf(upstream.url, { maxWaitMs: 0 });
      const call = () => failureOf(operation === 'list' ? client.list() : client.sync(42));
      const refused = await call();
      expect(refused).toMatchObject({
        name: 'RateLimitedError',
        code: 'rate_limited',
        source: 'upstream',
        retryable: true,
        effect: 'none',
        status: 429,
        rateLimit: { limit: 5, remaining: 0 },
      });
      expect(upstream.requests).toHaveLength(1);
      const held = await call();
      expect(held).toMatchObject({ name: 'RateLimitedError', source: 'local' });
      for (const { retryAfterSeconds } of [refused, held]) {
        expect(retryAfterSeconds).toBeGreaterThanOrEqual(38);
        expect(retryAfterSeconds).toBeLessThanOrEqual(40 + clockError);
      }
      expect(upstream.requests, 'the second call must not be sent into a known pause').toHaveLength(1);
    },
  );
});

describe('a 429 that is not the documented one', () => {
  const documented = { ...limits(5, 0), 'retry-after': '1' };
  const variants: readonly [string, Record<string, string>][] = [
    ['without any header', {}],
    ['with Retry-After alone', { 'retry-after': '0' }],
    ['without Retry-After', limits(5, 0)],
    ['without the limit', { 'x-ratelimit-remaining': '0', 'retry-after': '1' }],
    [
      'with the headers of other APIs',
      { 'ratelimit-limit': '5', 'ratelimit-remaining': '0', 'retry-after': '1' },
    ],
    ['with requests left', { ...documented, 'x-ratelimit-remaining': '3' }],
    ['with a limit that is no number', { ...documented, 'x-ratelimit-limit': 'many' }],
  ];

  it.each(variants)('leaves a write unknown, and is not sent again: %s', async (_, headers) => {
    const upstream = await upstreamWith((_, response) => sendJson(response, 429, {}, headers));
    const failure = await failureOf(clientOf(upstream.url).sync(42));
    expect(failure).toMatchObject({ code: 'outcome_unknown', effect: 'unknown', status: 429 });
    expect(upstream.requests).toHaveLength(1);
  });

  it.each(variants)('is a rejection all the same for a list: %s', async (_, headers) => {
    const upstream = await upstreamWith((_, response) => sendJson(response, 429, {}, headers));
    const failure = await failureOf(clientOf(upstream.url, { maxWaitMs: 0 }).list());
    expect(failure).toMatchObject({ code: 'rate_limited', effect: 'none', source: 'upstream' });
  });
});

describe('an odd answer', () => {
  const html = '<!DOCTYPE html><html><body>Sign in</body></html>';
  const cases: readonly [string, Script, { name?: string; kind?: string; code: string }][] = [
    [
      'an empty body',
      (_, response) => response.writeHead(200).end(),
      { kind: 'empty_body', code: 'unexpected_response' },
    ],
    [
      'a web page',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(html),
      { kind: 'html_body', code: 'unexpected_response' },
    ],
    [
      'a web page that claims to be JSON',
      (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(html),
      { kind: 'html_body', code: 'unexpected_response' },
    ],
    [
      'text that is not JSON',
      (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"error":fal'),
      { kind: 'malformed_json', code: 'unexpected_response' },
    ],
    [
      '200 with error: true',
      (_, response) => sendJson(response, 200, { error: true, message: 'SnelStart is down', data: [] }),
      { name: 'ApiReportedError', code: 'upstream_error' },
    ],
    [
      'JSON of another form',
      (_, response) => sendJson(response, 200, { data: 'none' }),
      { kind: 'schema_mismatch', code: 'unexpected_response' },
    ],
    [
      'a redirect',
      (_, response) => response.writeHead(302, { location: 'https://example.com/login' }).end(),
      { kind: 'redirect', code: 'unexpected_response' },
    ],
    [
      'an internal server error',
      (_, response) => response.writeHead(500, { 'content-type': 'text/html' }).end(html),
      { name: 'UpstreamError', code: 'upstream_error' },
    ],
    [
      'a bad gateway without a body',
      (_, response) => response.writeHead(502).end(),
      { name: 'UpstreamError', code: 'upstream_error' },
    ],
    [
      'an undocumented 400',
      (_, response) => sendJson(response, 400, { message: 'Bad request' }),
      { name: 'UpstreamError', code: 'upstream_error' },
    ],
    [
      'a 404 of the API',
      (_, response) => sendJson(response, 404, { message: 'Not found' }),
      { kind: 'not_found', code: 'unexpected_response' },
    ],
    [
      'a 405 of a web site',
      (_, response) => response.writeHead(405, { 'content-type': 'text/html' }).end(html),
      { kind: 'not_found', code: 'unexpected_response' },
    ],
    [
      'a connection that breaks before the answer',
      (_, response) => response.destroy(),
      { name: 'ConnectionError', code: 'network_error' },
    ],
    [
      'a connection that breaks within the answer',
      (_, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"error":');
        setImmediate(() => response.destroy());
      },
      { name: 'ConnectionError', code: 'network_error' },
    ],
  ];

  it.each(cases)('to a list has its own error: %s', async (_, script, expected) => {
    const upstream = await upstreamWith(script);
    expect(await failureOf(clientOf(upstream.url).list())).toMatchObject(expected);
  });

  it.each(cases)('never repeats a sync: %s', async (_, script, expected) => {
    const upstream = await upstreamWith(script);
    const error = await failureOf(clientOf(upstream.url).sync(42));
    const certain = expected.kind === 'not_found' || error.status === 400;
    expect(error).toMatchObject(
      certain
        ? { ...expected, effect: 'none' }
        : { name: 'OutcomeUnknownError', code: 'outcome_unknown', cause: expected },
    );
    expect(upstream.requests).toHaveLength(1);
  });

  it.each([
    [400, 'certainly had no effect', 'UpstreamError'],
    [413, 'certainly had no effect', 'UpstreamError'],
    [414, 'certainly had no effect', 'UpstreamError'],
    [415, 'certainly had no effect', 'UpstreamError'],
    [402, 'may have had one', 'OutcomeUnknownError'],
    [408, 'may have had one', 'OutcomeUnknownError'],
    [409, 'may have had one', 'OutcomeUnknownError'],
    [425, 'may have had one', 'OutcomeUnknownError'],
    [499, 'may have had one', 'OutcomeUnknownError'],
  ])('to a sync with the undocumented status %i: it %s', async (status, effect, name) => {
    const upstream = await upstreamWith((_, response) => sendJson(response, status, { message: 'No.' }));
    expect(await failureOf(clientOf(upstream.url).sync(42))).toMatchObject({
      name,
      status,
      effect: effect === 'may have had one' ? 'unknown' : 'none',
    });
    expect(upstream.requests).toHaveLength(1);
  });

  it('does not carry the page or its values into the error', async () => {
    const data = { ...emptyPage.data, last_page: { secret: 'Keizersgracht 1' } };
    const upstream = await upstreamWith((_, response) => sendJson(response, 200, { error: false, data }));
    const error = await failureOf(clientOf(upstream.url).list());
    expect(error).toMatchObject({ kind: 'schema_mismatch' });
    expect(JSON.stringify(error) + error.message).not.toContain('Keizersgracht');
    expect(error.message).toContain('data.last_page: expected integer, found object');
  });

  it('that repeats the token does not carry it any further', async () => {
    const upstream = await upstreamWith(({ headers }, response) =>
      sendJson(response, 401, { error: true, message: `Bad header: ${headers.authorization ?? ''}` }),
    );
    const error = await failureOf(clientOf(upstream.url).list());
    expect(error).toMatchObject({ apiMessage: 'Bad header: Bearer [token]' });
  });

  it.each(['t', 'paid'])('keeps the values of an answer in which the token %j is a word', async (token) => {
    const page = orderPage([{ id: 1, status: 'paid' }]);
    const upstream = await upstreamWith(({ url }, response) =>
      sendJson(response, 200, url.includes('sync') ? synced : page),
    );
    const client = clientOf(upstream.url, { token });
    expect(await client.list()).toEqual({ ...page.data, hasNextPage: false });
    expect(await client.sync(1)).toEqual(synced);
  });

  it('does not follow a redirect with the token', async () => {
    const elsewhere = await upstreamWith((_, response) => sendJson(response, 200, emptyPage));
    const location = `${elsewhere.url}/services/webshop/v1/orders/all`;
    const upstream = await upstreamWith((_, response) => void response.writeHead(307, { location }).end());
    expect(await failureOf(clientOf(upstream.url).list())).toMatchObject({ kind: 'redirect' });
    expect(elsewhere.requests).toHaveLength(0);
  });
});

describe('a retry', () => {
  it('repeats a list after a passing failure', async () => {
    const upstream = await upstreamWith((_, response, index) =>
      index < 2 ? void response.writeHead(503).end() : sendJson(response, 200, emptyPage),
    );
    expect(await clientOf(upstream.url).list()).toEqual({ ...emptyPage.data, hasNextPage: false });
    expect(upstream.requests).toHaveLength(3);
  });

  it('gives up after two', async () => {
    const upstream = await upstreamWith((_, response) => void response.writeHead(503).end());
    expect(await failureOf(clientOf(upstream.url).list())).toMatchObject({ status: 503, retryable: true });
    expect(upstream.requests).toHaveLength(3);
  });

  it('that finds no allowance left ends with what the API answered', async () => {
    const upstream = await upstreamWith((_, response) => void response.writeHead(503, limits(60, 0)).end());
    expect(await failureOf(clientOf(upstream.url, { maxWaitMs: 1_000 }).list())).toMatchObject({
      code: 'upstream_error',
      source: 'upstream',
      status: 503,
    });
    expect(upstream.requests).toHaveLength(1);
  });

  it('does not wait for a server that asks for a long time', async () => {
    const upstream = await upstreamWith(
      (_, response) => void response.writeHead(503, { 'retry-after': '120' }).end(),
    );
    expect(await failureOf(clientOf(upstream.url).list())).toMatchObject({
      status: 503,
      retryAfterSeconds: 120,
    });
    expect(upstream.requests).toHaveLength(1);
  });

  it('repeats a sync that never reached the API, and says so when it gives up', async () => {
    const error = await failureOf(clientOf(unreachableUrl).sync(42));
    expect(error).toMatchObject({ name: 'ConnectionError', effect: 'none', reason: 'ECONNREFUSED' });
  });

  it('counts no permit for a request that never reached the API', async () => {
    const client = clientOf(unreachableUrl);
    const { remaining } = await client.allowance('syncOrder');
    for (let call = 0; call < 3; call += 1) await failureOf(client.sync(42));
    expect((await client.allowance('syncOrder')).remaining).toBe(remaining);
  });
});

describe('cancelling', () => {
  it('is heard by any number of calls, and afterwards nothing of them is left on the signal', async () => {
    const upstream = await upstreamWith((_, response) => sendJson(response, 200, emptyPage));
    const client = clientOf(upstream.url);
    const { signal } = new AbortController();
    await client.list({}, { signal });
    const held = heldBy(signal);
    await Promise.all(Array.from({ length: 59 }, () => client.list({}, { signal })));
    expect(heldBy(signal)).toEqual(held);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('before the call sends nothing', async () => {
    const upstream = await upstreamWith((_, response) => sendJson(response, 200, emptyPage));
    const error = await failureOf(clientOf(upstream.url).list({}, { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ code: 'cancelled', effect: 'none' });
    expect(upstream.requests).toHaveLength(0);
  });

  it('during a list tears the connection down', async () => {
    const controller = new AbortController();
    let closed: Promise<unknown> | undefined;
    const upstream = await upstreamWith((_, response) => {
      closed = once(response, 'close');
      controller.abort();
    });
    const error = await failureOf(clientOf(upstream.url).list({}, { signal: controller.signal }));
    expect(error.code).toBe('cancelled');
    expect(closed).toBeDefined();
    await closed;
  });

  it('during a sync leaves the outcome unknown', async () => {
    const controller = new AbortController();
    const upstream = await upstreamWith(() => {
      controller.abort();
    });
    const error = await failureOf(clientOf(upstream.url).sync(42, { signal: controller.signal }));
    expect(error).toMatchObject({ code: 'outcome_unknown', cause: { code: 'cancelled' } });
  });

  it('during a sync that has no connection yet leaves nothing unknown', async () => {
    const controller = new AbortController();
    const fetch: Fetch = (_, { signal }) => {
      controller.abort();
      return rejecting(signal, Object.assign(new Error('no'), { syscall: 'connect' }));
    };
    const { signal } = controller;
    const error = await failureOf(clientOf('http://127.0.0.1:9/api', { fetch }).sync(42, { signal }));
    expect(error).toMatchObject({ code: 'cancelled', effect: 'none' });
  });

  it('while waiting for allowance sends nothing', async () => {
    const upstream = await upstreamWith((_, response) => sendJson(response, 200, synced, limits(5, 0)));
    const client = clientOf(upstream.url);
    await client.sync(1);
    const controller = new AbortController();
    const onWait = () => {
      controller.abort();
    };
    const error = await failureOf(client.sync(2, { signal: controller.signal, onWait }));
    expect(error).toMatchObject({ code: 'cancelled', effect: 'none' });
    expect(upstream.requests).toHaveLength(1);
  });
});

describe('the deadline', () => {
  it.each([
    ['when no answer comes', () => undefined],
    ['when the answer stops half way', (_request, response) => void response.writeHead(200).write('{"err')],
  ] satisfies [string, Script][])('ends a list %s', async (_, script) => {
    const upstream = await upstreamWith(script);
    const error = await failureOf(clientOf(upstream.url, { timeoutMs: 50 }).list());
    expect(error).toMatchObject({ name: 'TimeoutError', code: 'upstream_timeout', retryable: true });
    expect(upstream.requests).toHaveLength(1);
  });

  it('leaves the outcome of a sync unknown', async () => {
    const upstream = await upstreamWith(() => undefined);
    const error = await failureOf(clientOf(upstream.url, { timeoutMs: 50 }).sync(42));
    expect(error).toMatchObject({ code: 'outcome_unknown', cause: { code: 'upstream_timeout' } });
  });

  it('that is over before there is a connection leaves nothing unknown', async () => {
    const fetch: Fetch = (_, { signal }) =>
      rejecting(signal, Object.assign(new Error('no'), { syscall: 'connect' }));
    const clock = createVirtualClock();
    const call = failureOf(clientOf('http://127.0.0.1:9/api', { fetch, clock, timeoutMs: 1_000 }).sync(42));
    await clock.advance(60_000);
    expect(await call).toMatchObject({ name: 'ConnectionError', effect: 'none', reason: 'ETIMEDOUT' });
  });

  it('is over when the answer has come, however long the shared state takes to note it', async () => {
    const upstream = await upstreamWith((_, response) => sendJson(response, 200, synced, limits(5, 2)));
    const clock = createVirtualClock();
    const store = createMemoryStore({ clock });
    let note: () => void = () => undefined;
    const noting = new Promise<void>((resolve) => (note = resolve));
    let updates = 0;
    const rateLimiter = createRateLimiter({
      store: {
        ...store,
        async update(key, updater, options) {
          updates += 1;
          if (updates === 2) await noting;
          return await store.update(key, updater, options);
        },
      },
      policies: rateLimitPolicies(),
      namespace: 'slow',
      clock,
    });
    let answered: () => void = () => undefined;
    const answering = new Promise<void>((resolve) => (answered = resolve));
    const client = clientOf(upstream.url, { clock, rateLimiter, timeoutMs: 1_000, onAttempt: answered });
    const call = client.sync(42);
    await answering;
    await clock.advance(1_000);
    note();
    expect(await call).toEqual(synced);
    expect((await client.allowance('syncOrder')).remaining).toBe(2);
  });
});

describe('pacing', () => {
  it('answers at once when the wait would be longer than the caller accepts', async () => {
    const upstream = await upstreamWith((_, response, index) =>
      sendJson(response, 200, synced, limits(5, Math.max(0, 4 - index))),
    );
    const client = clientOf(upstream.url, { maxWaitMs: 1_000 });
    for (let orderId = 1; orderId <= 5; orderId += 1) await client.sync(orderId);
    const error = await failureOf(client.sync(6));
    expect(error).toMatchObject({ code: 'rate_limited', source: 'local', effect: 'none' });
    expect(error.retryAfterSeconds).toBeGreaterThan(windowSeconds - 10);
    expect(error.retryAfterSeconds).toBeLessThanOrEqual(windowSeconds + 2 + clockError);
    expect(upstream.requests).toHaveLength(5);
  });

  it('gives up when the time is over and every permit ran out before the call was ready', async () => {
    const upstream = await upstreamWith((_, response) => sendJson(response, 200, synced));
    const clock = createVirtualClock();
    const steps: string[] = [];
    const beforeSend = async () => {
      steps.push('announced');
      await clock.advance(6_000);
      return async () => {
        steps.push('taken back');
      };
    };
    const call = clientOf(upstream.url, { clock }).sync(42, { maxWaitMs: 10_000, beforeSend });
    expect(await failureOf(call)).toMatchObject({
      code: 'rate_limited',
      source: 'local',
      effect: 'none',
      message: 'The permit for the call ran out before it was ready to be sent; it was not sent.',
    });
    expect(steps).toEqual(['announced', 'taken back', 'announced', 'taken back']);
    expect(upstream.requests).toHaveLength(0);
  });

  it('is shared by clients with the same limiter', async () => {
    const upstream = await upstreamWith((_, response, index) =>
      sendJson(response, 200, synced, limits(5, Math.max(0, 4 - index))),
    );
    const rateLimiter = createRateLimiter({
      store: createMemoryStore(),
      policies: rateLimitPolicies(),
      namespace: 'shared',
    });
    closers.push(() => rateLimiter.close());
    const clients = [1, 2].map(() => clientOf(upstream.url, { rateLimiter, maxWaitMs: 1_000 }));
    const outcomes = [];
    for (let orderId = 1; orderId <= 6; orderId += 1) {
      const client = clients[orderId % 2];
      outcomes.push(
        await client?.sync(orderId).then(
          () => 'synced',
          (error: OrdersError) => error.code,
        ),
      );
    }
    expect(outcomes).toEqual(['synced', 'synced', 'synced', 'synced', 'synced', 'rate_limited']);
  });

  it('reports what is left of the allowance', async () => {
    const upstream = await upstreamWith((_, response) => sendJson(response, 200, emptyPage, limits(60, 59)));
    const client = clientOf(upstream.url);
    await client.list();
    expect(await client.allowance('listOrders')).toMatchObject({ limit: 60, remaining: 59 });
  });
});

describe('a call by operation id', () => {
  it('is paced, checked and retried like a list', async () => {
    const upstream = await upstreamWith((_, response, index) =>
      index === 0 ? void response.writeHead(502).end() : sendJson(response, 200, emptyPage, limits(60, 59)),
    );
    const client = clientOf(upstream.url);
    const { value, drift } = await client.call('listOrders', {
      status: 'paid',
      page: 2,
      per_page: undefined,
    });
    expect({ value, drift }).toEqual({ value: emptyPage, drift: [] });
    expect(upstream.requests.map(({ url, body }) => ({ url, body: JSON.parse(body) }))).toEqual([
      { url: '/api/services/webshop/v1/orders/all?page=2', body: { status: 'paid' } },
      { url: '/api/services/webshop/v1/orders/all?page=2', body: { status: 'paid' } },
    ]);
    expect((await client.allowance('listOrders')).remaining).toBe(59);
  });

  it('takes the arguments of the document and no others', async () => {
    const client = clientOf('http://127.0.0.1:9/api');
    // @ts-expect-error: no order has this status
    const wrong = client.call('listOrders', { status: 'lost' });
    expect(await failureOf(wrong)).toMatchObject({ code: 'invalid_arguments', effect: 'none' });
    // @ts-expect-error: the order is not named
    expect(await failureOf(client.call('syncOrder', {}))).toMatchObject({ code: 'invalid_arguments' });
  });

  it('never says of a write that it failed, where it may have taken effect', async () => {
    const upstream = await upstreamWith((_, response) => void response.writeHead(502).end());
    const call = clientOf(upstream.url).call('syncOrder', { order_id: 1 });
    expect((await failureOf(call)).code).toBe('outcome_unknown');
    expect(upstream.requests).toHaveLength(1);
  });
});

describe('an answer of another type than JSON', () => {
  const bytes = Uint8Array.from({ length: 1_024 }, (_, index) => (index * 7) % 256);
  const { operationId, summary, rateLimit, argumentsSchema } = operations.listOrders;
  const document: Operation = {
    ...{ operationId, summary, rateLimit, argumentsSchema },
    ...{ method: 'GET', path: '/invoice', arguments: {}, words: 'public' },
    ...{ successStatus: 200, responseType: 'application/pdf' },
  };

  it.each<[string, Fetch]>([
    ['the global fetch', globalThis.fetch],
    ['the fetch for Node', createHttpFetch({ clock: systemClock })],
  ])('arrives byte for byte through %s', async (_, fetch) => {
    const upstream = await upstreamWith((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/pdf', 'content-encoding': 'gzip' });
      response.end(gzipSync(bytes));
    });
    const { value } = await clientOf(upstream.url, { fetch }).callOperation(document, {});
    expect(value).toEqual(bytes);
    expect(upstream.requests[0]?.headers.accept).toBe('application/pdf, application/json');
  });

  it('is an error like any other, where the API answers with one', async () => {
    const upstream = await upstreamWith((_, response) =>
      sendJson(response, 422, { message: 'No.', errors: { page: ['No.'] } }),
    );
    const call = clientOf(upstream.url).callOperation(document, {});
    expect(await failureOf(call)).toMatchObject({ code: 'validation_failed', apiMessage: 'No.' });
  });
});

describe('the typed client of the paths', () => {
  it('is paced, checked and authorized like the rest', async () => {
    const upstream = await upstreamWith((_, response, index) =>
      index === 0 ? sendJson(response, 200, emptyPage, limits(60, 59)) : void response.writeHead(200).end(),
    );
    const client = clientOf(upstream.url);
    const { data } = await client.paths.POST('/services/webshop/v1/orders/all', { body: { status: 'paid' } });
    expect(data).toEqual(emptyPage);
    expect(upstream.requests[0]?.headers.authorization).toBe(`Bearer ${canary}`);
    expect((await client.allowance('listOrders')).remaining).toBe(59);
    const second = client.paths.POST('/services/webshop/v1/orders/all', {});
    expect(await failureOf(second)).toMatchObject({ kind: 'empty_body' });
  });

  it('sends no body that is not as the document says', async () => {
    const client = clientOf('http://127.0.0.1:9/api');
    // @ts-expect-error: there is no such status
    const wrong = client.paths.POST('/services/webshop/v1/orders/all', { body: { status: 'no_status' } });
    expect(await failureOf(wrong)).toMatchObject({ code: 'invalid_arguments', effect: 'none' });
    // @ts-expect-error: there is no such field
    const misspelled = client.paths.POST('/services/webshop/v1/orders/all', { body: { stauts: 'paid' } });
    expect((await failureOf(misspelled)).message).toContain('stauts');
  });

  it('tells a field from an argument of the same name in another place', async () => {
    const client = clientOf('http://127.0.0.1:9/api');
    // @ts-expect-error: the page belongs into the query
    const misplaced = client.paths.POST('/services/webshop/v1/orders/all', { body: { page: 2 } });
    expect((await failureOf(misplaced)).message).toBe('body.page: is not known');
  });

  it('puts each value where the document says, and gives the answer beside the data', async () => {
    const upstream = await upstreamWith((_, response) => {
      response.setHeader('x-request-id', 'r-1');
      sendJson(response, 200, { ...emptyPage, data: { ...emptyPage.data, current_page: 3 } });
    });
    const { data, response } = await clientOf(upstream.url).paths.POST('/services/webshop/v1/orders/all', {
      params: { query: { page: 3 } },
      body: { status: 'paid' },
      headers: { 'x-trace': 'a1' },
    });
    expect(upstream.requests).toMatchObject([
      {
        url: expect.stringMatching(/\/all\?page=3$/),
        body: '{"status":"paid"}',
        headers: { 'x-trace': 'a1' },
      },
    ]);
    expect(data.data.current_page).toBe(3);
    expect(response).toMatchObject({ status: 200, requestId: 'r-1' });
  });

  it('says of a lost write that its outcome is unknown', async () => {
    const upstream = await upstreamWith((_, response) => void response.writeHead(502).end());
    const call = clientOf(upstream.url).paths.POST('/services/webshop/v1/orders/sync-snelstart-order', {
      body: { order_id: 7 },
    });
    expect(await failureOf(call)).toMatchObject({ code: 'outcome_unknown', effect: 'unknown' });
  });

  it('refuses a path that the document does not know', async () => {
    const client = clientOf('http://127.0.0.1:9/api');
    // @ts-expect-error: there is no such path
    const call = client.paths.POST('/services/webshop/v1/orders/none', {});
    expect(await failureOf(call)).toMatchObject({
      code: 'configuration_error',
      message: 'POST /services/webshop/v1/orders/none is not an operation of the API.',
    });
  });
});

describe('the set-up', () => {
  it.each([
    ['an empty token', { token: '' }, 'empty'],
    ['a token with a line break', { token: `${canary}\n` }, 'line break'],
    ['a base URL that is none', { baseUrl: 'api.wemasy.nl' }, 'not a URL'],
    ['plain http to another machine', { baseUrl: 'http://api.wemasy.nl/api' }, 'https://'],
    ['a password in the base URL', { baseUrl: 'https://user:pw@api.wemasy.nl' }, 'must not contain'],
  ])('refuses %s', (_, options, message) => {
    const create = () => createOrdersClient({ token: canary, ...options });
    expect(create).toThrow(expect.objectContaining({ code: 'configuration_error' }));
    expect(create).toThrow(message);
    expect(create).not.toThrow(canary);
  });

  it('names all that is wrong at once', () => {
    const create = () => createOrdersClient({ token: '', baseUrl: 'api.wemasy.nl' });
    expect(create).toThrow(
      expect.objectContaining({ faults: ['The API token is empty.', 'The base URL is not a URL.'] }),
    );
  });
});

/** Rejects as soon as the signal is aborted. */
async function rejecting(signal: AbortSignal, error: Error): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw error;
}

/** How much Node keeps in each of a signal's collections, e.g. of the signals that depend on it. */
function heldBy(signal: AbortSignal): unknown[] {
  return Reflect.ownKeys(signal)
    .map((key): unknown => Reflect.get(signal, key))
    .map((kept) => typeof kept === 'object' && kept !== null && 'size' in kept && kept.size);
}
