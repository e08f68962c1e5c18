import type * as examplesModule from '@wemasy-orders/client/examples';
import type * as operationsModule from '@wemasy-orders/client/operations';
import type { Operation } from '@wemasy-orders/client/operations';
import type * as schemasModule from '@wemasy-orders/client/schemas';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTestSandbox, type TestSandbox } from './testing/test-sandbox.js';

// A document that gained operations. The generated files follow it.
const { line } = vi.hoisted(() => ({ line: { sku: 'A-1', amount: '2.50' } }));
vi.mock('@wemasy-orders/client/operations', async (importOriginal) => {
  const { operations, ...others } = await importOriginal<typeof operationsModule>();
  const { tool, ...read } = operations.syncOrder;
  const gained: Record<string, Partial<Operation>> = {
    showLine: {
      path: '/orders/{order-id}/lines/{line}',
      method: 'GET',
      arguments: {
        order_id: { in: 'path', field: 'order-id' },
        line: { in: 'path' },
        rates: { in: 'query' },
        shop: { in: 'header', field: 'X-Shop' },
      },
      rateLimit: { limit: 3, windowSeconds: 60 },
    },
    countLines: { path: '/orders/all/lines/count', method: 'GET', arguments: {}, successStatus: 204 },
    replaceLines: {
      path: '/orders/lines',
      method: 'PUT',
      arguments: { lines: { in: 'body', isWhole: true } },
      rateLimit: { limit: 3, windowSeconds: 60 },
      tool,
    },
    showInvoice: { path: '/invoice', method: 'GET', arguments: {}, responseType: 'application/pdf' },
    showNothing: { path: '/nothing', method: 'GET', arguments: {} },
    showWrong: { path: '/wrong', method: 'GET', arguments: {} },
    listShops: { path: '/shops', method: 'GET', arguments: {}, isPublic: true },
  };
  const added = Object.entries(gained).map(([operationId, operation]) => [
    operationId,
    {
      ...read,
      operationId,
      argumentsSchema: operationId,
      responseSchema: operation.successStatus === 204 ? undefined : 'Line',
      ...operation,
    },
  ]);
  return { ...others, operations: { ...operations, ...Object.fromEntries(added) } };
});
vi.mock('@wemasy-orders/client/schemas', async (importOriginal) => {
  const z = await import('zod');
  const nothing = z.strictObject({});
  return {
    ...(await importOriginal<typeof schemasModule>()),
    Line: z.object({ sku: z.string(), amount: z.string() }),
    showLine: z.strictObject({
      order_id: z.int().min(1),
      line: z.string(),
      rates: z.array(z.number()).exactOptional(),
      shop: z.enum(['nl', 'be']).exactOptional(),
    }),
    replaceLines: z.strictObject({ lines: z.array(z.object({ sku: z.string() })) }),
    ...{ countLines: nothing, showInvoice: nothing, showNothing: nothing },
    ...{ showWrong: nothing, listShops: nothing },
  };
});
vi.mock('@wemasy-orders/client/examples', async (importOriginal) => {
  const { documentedAnswers, ...others } = await importOriginal<typeof examplesModule>();
  return {
    ...others,
    documentedAnswers: {
      ...documentedAnswers,
      showLine: { status: 200, body: line },
      countLines: { status: 204 },
      replaceLines: { status: 200, body: line },
      showWrong: { status: 200, body: { sku: 7 } },
      listShops: { status: 200, body: line },
    },
  };
});

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startTestSandbox({ orders: 1 });
});
afterAll(() => sandbox.close());
beforeEach(() => {
  sandbox.nextWindow();
});

const authorized = (token: string) => ({ Authorization: `Bearer ${token}`, Accept: 'application/json' });
const get = (path: string, headers = {}) =>
  sandbox.send(`/api${path}`, { headers: { ...authorized('sandbox-read-only'), ...headers } });
const put = (token: string, body: unknown) =>
  sandbox.send('/api/orders/lines', {
    method: 'PUT',
    headers: { ...authorized(token), 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('an operation that the document gains', () => {
  it.each(['', '?rates=1', '?rates=1&rates=2.5', '?rates[]=1', '?rates%5B%5D=1&rates%5B%5D=2'])(
    'answers as the document shows, with the query %j',
    async (query) => {
      const { status, json, headers } = await get(`/orders/7/lines/a%2Fb${query}`, { 'X-Shop': 'nl' });
      expect([status, json]).toEqual([200, line]);
      expect(headers.get('x-ratelimit-remaining')).toBe('2');
    },
  );

  it.each([
    ['/orders/seven/lines/x', {}, 'order_id', 'The order id field must be an integer.'],
    ['/orders/0/lines/x', {}, 'order_id', 'The order id field must be at least 1.'],
    ['/orders/7/lines/x?rates=much', {}, 'rates.0', 'The rates.0 field must be a number.'],
    ['/orders/7/lines/x', { 'X-Shop': 'de' }, 'shop', 'The selected shop is invalid.'],
  ])('checks what is in path, query and header: %s %j', async (path, headers, field, message) => {
    const { status, json } = await get(path, headers);
    expect([status, json]).toEqual([422, { message, errors: { [field]: [message] } }]);
  });

  it('checks a body that is one argument, and takes it from no token that only reads', async () => {
    expect((await put('sandbox-full-access', [{ sku: 'A' }])).json).toEqual(line);
    expect((await put('sandbox-full-access', [{ sku: 7 }])).status).toBe(422);
    expect((await put('sandbox-full-access', [])).status).toBe(422);
    expect((await put('sandbox-read-only', [{ sku: 'A' }])).status).toBe(403);
  });

  it('authenticates, and throttles as the document says', async () => {
    expect((await sandbox.send('/api/orders/7/lines/x', {})).status).toBe(401);
    const statuses = [];
    for (let call = 0; call < 4; call += 1) statuses.push((await get('/orders/7/lines/x')).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  it('needs no token where the document says so', async () => {
    const { status, json } = await sandbox.send('/api/shops', {});
    expect([status, json]).toEqual([200, line]);
  });

  it('may answer without a body, and has the path to itself that another one with a parameter fits too', async () => {
    const { status, text } = await get('/orders/all/lines/count');
    expect([status, text]).toEqual([204, '']);
  });

  it.each([
    ['/nothing', 'The sandbox cannot answer showNothing: the document shows no example of its answer.'],
    ['/invoice', 'The sandbox cannot answer showInvoice: the document shows an answer of application/pdf.'],
    [
      '/wrong',
      'The sandbox cannot answer showWrong: the example in the document is not as its schema says: ',
    ],
  ])('says why it cannot answer %s', async (path, message) => {
    const { status, text } = await get(path);
    expect(status).toBe(501);
    expect(text).toContain(message);
  });

  it('has its own methods', async () => {
    const { status, headers } = await sandbox.send('/api/nothing', { method: 'DELETE' });
    expect([status, headers.get('allow')]).toEqual([405, 'GET']);
  });
});
