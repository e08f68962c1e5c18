import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Operation, operations } from '@wemasy-orders/client/operations';
import { startTestSandbox, type TestSandbox } from './testing/test-sandbox.js';
import { tokens } from './tokens.js';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startTestSandbox();
});
beforeEach(() => sandbox.nextWindow());
afterAll(() => sandbox.close());

describe('an unsupported method', () => {
  // A path with a parameter may take another method for this path, too.
  const documented = new Set(Object.values<Operation>(operations).map(({ method }) => method));

  it.each(['GET', 'PUT', 'PATCH', 'DELETE'].filter((method) => !documented.has(method)))(
    '%s is answered with 405 and the supported method',
    async (method) => {
      const answer = await sandbox.list({ method });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('POST');
      expect(answer.json).toEqual({
        error: true,
        message: `The ${method} method is not supported for route api/services/webshop/v1/orders/all. Supported methods: POST.`,
      });
    },
  );

  it('is answered without a token, too', async () => {
    expect((await sandbox.sync({ method: 'PATCH', token: null })).status).toBe(405);
  });
});

it.each(['/api', '/api/services/webshop/v1/orders', '/services/webshop/v1/orders/all', '/nothing'])(
  '%s is not a route: 404',
  async (path) => {
    const answer = await sandbox.get(path);
    expect(answer.status).toBe(404);
    expect(answer.json).toEqual({ error: true, message: `The route ${path.slice(1)} could not be found.` });
  },
);

it('a trailing slash makes no difference', async () => {
  const response = await fetch(`${sandbox.url}${operations.listOrders.path}/`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${tokens.readOnly}`, Accept: 'application/json' },
  });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    data: { path: `${sandbox.url}${operations.listOrders.path}` },
  });
});

describe('without a token', () => {
  it.each([
    'text/html',
    '*/*',
    '',
    'text/html,application/xhtml+xml,*/*;q=0.8',
    'application/json;q=0.5, text/html',
  ])('a caller that accepts %j gets HTML', async (accept) => {
    const answer = await sandbox.list({ token: null, headers: { Accept: accept } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
    expect(answer.headers.get('x-ratelimit-remaining')).toBe(String(operations.listOrders.rateLimit.limit));
  });

  it.each([
    'application/json',
    'application/vnd.api+json, text/html;q=0.9',
    'text/html;q=0.1, application/json',
  ])('a caller that accepts %j gets JSON', async (accept) => {
    const answer = await sandbox.list({ token: null, headers: { Accept: accept } });
    expect(answer.json).toEqual({ error: true, message: 'Unauthenticated.' });
  });
});

it.each(['bearer sandbox-full-access', 'sandbox-full-access', 'Bearer sandbox-full-access2', 'Bearer '])(
  '%j is not a token',
  async (authorization) => {
    const answer = await sandbox.list({ token: null, headers: { Authorization: authorization } });
    expect(answer.status).toBe(401);
  },
);

describe('a body that is not JSON', () => {
  it('counts as empty: a list shows everything, a sync lacks its order', async () => {
    expect((await sandbox.list({ body: '{"status": "paid"' })).json).toEqual((await sandbox.list()).json);
    expect((await sandbox.sync({ body: 'order 2502' })).status).toBe(422);
  });

  it('is read if it is a form', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect((await sandbox.sync({ headers, body: 'order_id=2502' })).status).toBe(200);
  });

  it('is not read as JSON under another content type', async () => {
    const headers = { 'Content-Type': 'text/plain' };
    expect((await sandbox.sync({ headers, body: '{"order_id": 2502}' })).status).toBe(422);
  });
});
