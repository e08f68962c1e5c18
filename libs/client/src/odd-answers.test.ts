import { brotliCompressSync, gzipSync } from 'node:zlib';
import { systemClock } from '@wemasy-orders/state';
import { seededRandom } from '@wemasy-orders/state/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { operations } from './generated/operations.js';
import { createHttpFetch } from './node/index.js';
import { createOrdersClient, type OrdersClientOptions } from './orders-client.js';
import { orderPage, type Script, sendJson, startUpstream, type Upstream } from './testing/index.js';

const random = seededRandom(1);
/** Noise, so that a compressed body keeps some length. */
const incompressible = Buffer.from(Array.from({ length: 2_000 }, () => random() * 256)).toString('hex');

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function clientOf(script: Script, options: Partial<OrdersClientOptions> = {}) {
  const upstream: Upstream = await startUpstream(script);
  const client = createOrdersClient({
    token: 'canary-token-5f2a',
    baseUrl: upstream.url,
    random: () => 0,
    ...options,
  });
  closers.push(
    () => upstream.close(),
    () => client.close(),
  );
  return { client, upstream };
}

const answering = (body: unknown, status = 200, headers = {}) =>
  clientOf((_, response) => sendJson(response, status, body, headers));

/** A documented page whose fields are replaced. */
const pageWith = (page: object, order: object = {}) => ({
  error: false,
  data: { ...orderPage([{ id: 1, ...order }, { id: 2 }]).data, ...page },
});

const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => expect.fail('the call succeeded'),
    (error: unknown) => error,
  );

describe('a list that differs from the document', () => {
  it.each([
    ['a number for the page size', { per_page: '50' }, {}, 'data.per_page', 'integer', 'string', 'converted'],
    ['no links', { links: null }, {}, 'data.links', 'array or object', 'null', 'absent'],
    [
      'a number as a label',
      { links: [{ url: null, label: 1, active: true }] },
      {},
      'data.links[].label',
      'string',
      'integer',
      'converted',
    ],
    ['text for a place', { from: '1' }, {}, 'data.from', 'integer', 'string', 'converted'],
    [
      'an object of orders',
      { data: { 0: { id: 1 }, 2: { id: 2 } } },
      {},
      'data.data',
      'array',
      'object',
      'converted',
    ],
    [
      'a number as order number',
      {},
      { order_number: 8 },
      'data.data[].order_number',
      'string',
      'integer',
      'converted',
    ],
    ['a number as amount', {}, { total: 129.99 }, 'data.data[].total', 'string', 'number', 'converted'],
    [
      '1 for a flag',
      {},
      { should_snelstart_sync: 1 },
      'data.data[].should_snelstart_sync',
      'boolean',
      'integer',
      'converted',
    ],
    [
      'a house number',
      {},
      { billing: { invoice_number: 123 } },
      'data.data[].billing.invoice_number',
      'string',
      'integer',
      'converted',
    ],
    [
      '0 for a pending document',
      {},
      { pdf_status: { invoice: { pending: 0 } } },
      'data.data[].pdf_status.invoice.pending',
      'boolean',
      'integer',
      'converted',
    ],
    ['a list for a text', {}, { status: ['paid'] }, 'data.data[].status', 'string', 'array', 'absent'],
    [
      'an amount with more digits than JSON keeps',
      {},
      { total: 0.1 + 0.2 },
      'data.data[].total',
      'string',
      'number',
      'absent',
    ],
    [
      'a text for an address',
      {},
      { billing: 'Jan' },
      'data.data[].billing',
      'object or array',
      'string',
      'absent',
    ],
  ])(
    'is read all the same, and the difference named: %s',
    async (_, page, order, path, expected, found, result) => {
      const { client } = await answering(pageWith(page, order));
      const read = await client.list();
      expect(read.data.map(({ id }) => id)).toEqual([1, 2]);
      expect(read.unreadable).toBeUndefined();
      expect(read.drift).toEqual([{ path, expected, found, result }]);
    },
  );

  it('gives each value in the documented type', async () => {
    const order = { order_number: 8, total: 129.99, should_snelstart_sync: '0', status: {}, extra: 7 };
    const { client } = await answering(pageWith({ per_page: '50', total: '2' }, order));
    const { data, per_page: perPage, total } = await client.list();
    expect({ perPage, total }).toEqual({ perPage: 50, total: 2 });
    expect(data[0]).toEqual({
      id: 1,
      order_number: '8',
      total: '129.99',
      should_snelstart_sync: false,
      extra: 7,
    });
  });

  it('says nothing of an answer as documented', async () => {
    const { client } = await answering(pageWith({}));
    expect(await client.list()).not.toHaveProperty('drift');
  });

  it('leaves out an order that cannot be used, and names it', async () => {
    const orders = [{ id: 1 }, { id: 'INV-7', order_number: 'W-7' }, null, { order_number: 8 }, { id: 2 }];
    const { client } = await answering(pageWith({ data: orders }));
    const { data, unreadable } = await client.list();
    expect(data.map(({ id }) => id)).toEqual([1, 2]);
    expect(unreadable).toEqual([
      { position: 2, orderNumber: 'W-7', problem: 'data.data[].id: expected integer, found string' },
      { position: 3, problem: 'data.data[]: expected object, found null' },
      { position: 4, orderNumber: '8', problem: 'data.data[].id: expected integer, found nothing' },
    ]);
  });

  it.each([
    ['the page number', { current_page: null }, 'data.current_page: expected integer, found null'],
    ['the last page', { last_page: 'many' }, 'data.last_page: expected integer, found string'],
    ['the orders', { data: 'none' }, 'data.data: expected array, found string'],
  ])('is refused where the product needs what is missing: %s', async (_, page, problem) => {
    const { client } = await answering(pageWith(page));
    expect(await failureOf(client.list())).toMatchObject({ kind: 'schema_mismatch', mismatches: [problem] });
  });

  it('is reported once for each difference, and never with a value', async () => {
    const reports: unknown[] = [];
    const { client } = await clientOf(
      (_, response) => sendJson(response, 200, pageWith({}, { order_number: 31_415, total: ['27.18'] })),
      { onDrift: (report) => reports.push(report) },
    );
    await client.list();
    await client.list();
    expect(reports).toHaveLength(1);
    expect(JSON.stringify(reports)).not.toMatch(/31415|27\.18/);
    expect(reports[0]).toMatchObject({
      operationId: 'listOrders',
      drift: [{ found: 'integer' }, { found: 'array' }],
    });
  });

  it('has its documented types through the client of the paths too', async () => {
    const { client } = await answering(pageWith({}, { total: 129.99 }));
    const { data } = await client.paths.POST('/services/webshop/v1/orders/all', { body: {} });
    expect(data?.data.data[0]?.total).toBe('129.99');
  });
});

describe('the answer to a sync', () => {
  it.each([
    ['an object as data', { error: false, message: 'Order synced', data: {} }],
    ['null as data', { error: false, message: 'Order synced', data: null }],
    ['no data', { error: false, message: 'Order synced' }],
    ['numbers in data', { error: false, message: 'Order synced', data: [2502] }],
    ['a text as data', { error: false, message: 'Order synced', data: 'ok' }],
    ['0 for error', { error: 0, message: 'Order synced', data: [] }],
  ])('that says error: false is a success: %s', async (_, body) => {
    const { client } = await answering(body);
    expect(await client.sync(42)).toMatchObject({ error: false, message: 'Order synced' });
  });

  it('is a success without a message, and as JSON that claims to be a web page', async () => {
    const { client } = await clientOf((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('{"error":false}');
    });
    expect(await client.sync(42)).toEqual({ error: false });
  });

  it.each([true, 1, '1', 'true'])('that says error: %j is none', async (error) => {
    const { client } = await answering({ error, message: 'SnelStart took too long.' });
    expect(await failureOf(client.sync(42))).toMatchObject({
      code: 'outcome_unknown',
      apiMessage: 'SnelStart took too long.',
      cause: { name: 'ApiReportedError' },
    });
  });

  it.each([
    ['says nothing about an error', { message: 'Order synced' }],
    ['has an error that is no flag', { error: 'no', message: 'Order synced' }],
    ['is a list', [{ error: false }]],
  ])('that %s leaves the outcome unknown', async (_, body) => {
    const { client } = await answering(body);
    expect(await failureOf(client.sync(42))).toMatchObject({ code: 'outcome_unknown' });
  });

  it.each([201, 202, 203, 206])(
    'with the undocumented status %i leaves the outcome unknown',
    async (status) => {
      const { client } = await answering({ error: false, message: 'Queued.', data: [] }, status);
      expect(await failureOf(client.sync(42))).toMatchObject({
        code: 'outcome_unknown',
        apiMessage: 'Queued.',
        cause: { kind: 'undocumented_success' },
      });
    },
  );
});

describe("the API's reason", () => {
  const reason = 'SnelStart: grootboek 8000 onbekend';

  it.each([400, 401, 402, 403, 404, 409, 418, 422, 429, 500, 503])(
    'is kept with status %i',
    async (status) => {
      const { client } = await answering(
        { message: reason, errors: { ledger: ['8000 is unknown.'], vat: 'High.' } },
        status,
        { 'retry-after': '1' },
      );
      const error = await failureOf(client.sync(42, { maxWaitMs: 0 }));
      expect(error).toMatchObject({
        apiMessage: reason,
        apiErrors: { ledger: ['8000 is unknown.'], vat: ['High.'] },
        apiReason: `${reason}; ledger: 8000 is unknown.; vat: High.`,
      });
    },
  );

  it.each([
    ['in error', { error: reason }, { apiMessage: reason }],
    ['as a list', { message: ['One.', 'Two.'] }, { apiMessage: 'One. Two.' }],
    ['as a list of errors', { errors: ['One.', 'Two.'] }, { apiErrors: { errors: ['One.', 'Two.'] } }],
    ['without bounds', { message: 'x'.repeat(1e6) }, { apiMessage: 'x'.repeat(1_000) }],
    ['empty', { message: ' ' }, { apiMessage: undefined }],
  ])('may come %s', async (_, body, expected) => {
    const { client } = await answering(body, 400);
    expect(await failureOf(client.list())).toMatchObject(expected);
  });
});

describe('who answered', () => {
  const page = '<!DOCTYPE html><title>Attention Required! | Cloudflare</title>';
  const answer = (status: number, body: string, headers: Record<string, string>) =>
    clientOf((_, response) => void response.writeHead(status, headers).end(body));

  it.each([401, 403])('is Cloudflare, not the token, when its page comes with %i', async (status) => {
    const { client } = await answer(status, page, { 'content-type': 'text/html', server: 'cloudflare' });
    expect(await failureOf(client.list())).toMatchObject({
      answeredBy: 'cloudflare',
      effect: 'none',
      message: `Cloudflare, in front of the API, refused the request (status ${status}) before the API looked at the token.`,
    });
  });

  it.each([
    ['another machine, by its page', 403, '<html>Forbidden</html>', {}, 'proxy'],
    ['Cloudflare, by its text', 403, 'error code: 1020', { server: 'cloudflare' }, 'cloudflare'],
    ['Cloudflare, by its status', 522, '', { server: 'cloudflare' }, 'cloudflare'],
    [
      'the API behind Cloudflare, by its JSON',
      403,
      '{"error":true,"message":"No."}',
      { server: 'cloudflare' },
      'api',
    ],
    ['unknown, where nothing shows it', 403, '', {}, undefined],
  ])('is %s', async (_, status, body, headers, answeredBy) => {
    const { client } = await answer(status, body, headers);
    expect(await failureOf(client.list({}, { maxWaitMs: 0 }))).toMatchObject({ answeredBy });
  });
});

describe('a wait that the API asks for', () => {
  it.each([
    ['a Unix time', '1795892330'],
    ['milliseconds', '3600000'],
    ['a date far off', 'Fri, 31 Dec 2099 23:59:59 GMT'],
  ])('is one window where it is not credible: %s', async (_, retryAfter) => {
    const { client } = await answering({ message: 'Slow down.' }, 429, { 'retry-after': retryAfter });
    expect(await failureOf(client.list({}, { maxWaitMs: 0 }))).toMatchObject({
      code: 'rate_limited',
      retryAfterSeconds: operations.listOrders.rateLimit.windowSeconds,
      message: expect.stringMatching(/asks for a wait of \d+ s, which is not credible/),
    });
  });

  it('is stated as it is where it is credible, also beyond a window', async () => {
    const { client } = await answering({}, 429, { 'retry-after': '600' });
    expect(await failureOf(client.list({}, { maxWaitMs: 0 }))).toMatchObject({ retryAfterSeconds: 601 });
  });

  it('is left out of a 503 where it is not credible', async () => {
    const { client } = await answering({}, 503, { 'retry-after': '1795892330' });
    expect(await failureOf(client.sync(1))).toMatchObject({ cause: { retryAfterSeconds: undefined } });
  });
});

describe.each([
  ['the global fetch', () => globalThis.fetch],
  ['the fetch for Node', () => createHttpFetch({ clock: systemClock })],
] as const)('a body through %s', (name, fetchOf) => {
  const compressed = { gzip: gzipSync, br: brotliCompressSync } as const;
  const answer = (body: Buffer, headers: Record<string, string>) =>
    clientOf(
      (_request, response) =>
        void response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body),
      { fetch: fetchOf() },
    );

  it.each(['gzip', 'br'] as const)(
    'is read to a largest size and not asked for again (%s)',
    async (encoding) => {
      const huge = compressed[encoding](Buffer.alloc(64 * 1024 * 1024, ' '));
      expect(huge.length).toBeLessThan(1_000_000);
      const { client, upstream } = await answer(huge, { 'content-encoding': encoding });
      expect(await failureOf(client.list())).toMatchObject({
        code: 'unexpected_response',
        kind: 'too_large',
        status: 200,
      });
      expect(upstream.requests).toHaveLength(1);
    },
  );

  it('is read to a largest size when it is not compressed', async () => {
    const { client, upstream } = await answer(Buffer.alloc(40 * 1024 * 1024, ' '), {});
    expect(await failureOf(client.list())).toMatchObject({ kind: 'too_large' });
    expect(upstream.requests).toHaveLength(1);
  });

  it.each(['gzip', 'br'] as const)(
    'that is damaged is named, and not asked for again (%s)',
    async (encoding) => {
      const whole = compressed[encoding](Buffer.from(JSON.stringify(orderPage([])) + incompressible));
      const damaged = Buffer.from(whole);
      damaged.fill(0xff, 20, 60);
      // The global fetch takes what came of a body that ends too early; as JSON, that is cut short.
      const cut = whole.subarray(0, whole.length - 50);
      for (const body of name === 'the global fetch' ? [damaged] : [damaged, cut]) {
        const { client, upstream } = await answer(body, { 'content-encoding': encoding });
        expect(await failureOf(client.list())).toMatchObject({ kind: 'damaged_compression', status: 200 });
        expect(upstream.requests).toHaveLength(1);
      }
    },
  );
});
