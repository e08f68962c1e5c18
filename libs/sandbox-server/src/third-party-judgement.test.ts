import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operations } from '@wemasy-orders/client/operations';
import { ListOrdersRequest, OrderSortKey, OrderStatus, SortOrder } from '@wemasy-orders/client/schemas';
import { columnOf } from './list-columns.js';
import { type Judgement, type OpenApiJudge, startOpenApiJudge } from './testing/openapi-judge.js';
import { ordersPerPage, startTestSandbox, type TestSandbox } from './testing/test-sandbox.js';
import { type Token, tokens } from './tokens.js';

// An independent validator between client and sandbox; it reads the document itself.

let sandbox: TestSandbox;
let judge: OpenApiJudge;
beforeAll(async () => {
  sandbox = await startTestSandbox({ orders: 400 });
  judge = await startOpenApiJudge(sandbox.url);
});
beforeEach(() => sandbox.nextWindow());
afterAll(async () => {
  await judge.close();
  await sandbox.close();
});

async function call(
  operation: keyof typeof operations,
  { body, query = '', token = tokens.fullAccess }: { body?: unknown; query?: string; token?: Token | null },
): Promise<Judgement> {
  const response = await fetch(judge.url + operations[operation].path + query, {
    method: 'POST',
    headers: {
      Accept: 'application/json',
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  await response.text();
  const judgement = judge.judgements.at(-1);
  if (judgement === undefined) throw new Error('the judge saw nothing');
  return judgement;
}

function without(violations: Partial<Judgement> = {}): unknown {
  return expect.objectContaining({ requestViolations: [], responseViolations: [], ...violations });
}

describe('no violation, in either direction', () => {
  it('over every order of the shop, page by page', async () => {
    const size = ordersPerPage(100);
    for (let page = 1; page <= 1 + 400 / size; page += 1) {
      sandbox.nextWindow();
      expect(await call('listOrders', { query: `?page=${page}`, body: { per_page: size } })).toEqual(
        without({ status: 200 }),
      );
    }
  });

  it('over every filter, sort key and direction, and without a body', async () => {
    const type = 'type' in ListOrdersRequest.shape ? { type: 'checkout' } : {};
    const bodies: unknown[] = [
      undefined,
      {},
      Object.fromEntries(
        Object.entries(ListOrdersRequest.shape).flatMap(([name, { safeParse }]) =>
          safeParse(null).success ? [[name, null]] : [],
        ),
      ),
      ...OrderStatus.options.map((status) => ({ status })),
      ...OrderSortKey.options
        .filter((key) => columnOf(key) !== undefined)
        .flatMap((sortKey) =>
          SortOrder.options.map((sortOrder) => ({ sortKey, sortOrder, search_query: 'de', ...type })),
        ),
    ];
    for (const body of bodies) {
      sandbox.nextWindow();
      expect(await call('listOrders', { body })).toEqual(without({ status: 200 }));
    }
  });

  it('over every documented answer of the list but 422', async () => {
    const seen = [
      await call('listOrders', { body: { search_query: 'no such customer' } }),
      await call('listOrders', { token: null }),
    ];
    for (let sent = 0; sent < operations.listOrders.rateLimit.limit; sent += 1)
      seen.push(await call('listOrders', { body: { per_page: 1 } }));
    expect(seen).toEqual(seen.map(() => without()));
    expect(new Set(seen.map(({ status }) => status))).toEqual(new Set([200, 401, 429]));
  });

  it('over every answer of the sync', async () => {
    const order = { order_id: 2502 };
    const seen = [
      await call('syncOrder', { body: order }),
      await call('syncOrder', { body: { order_id: 42 } }),
      await call('syncOrder', { body: order, token: null }),
      await call('syncOrder', { body: order, token: tokens.readOnly }),
    ];
    for (let sent = 1; sent < operations.syncOrder.rateLimit.limit; sent += 1)
      seen.push(await call('syncOrder', { body: order }));
    expect(seen).toEqual(seen.map(() => without()));
    expect(new Set(seen.map(({ status }) => status))).toEqual(new Set([200, 401, 403, 422, 429]));
  });
});

describe('the judge refuses what the sandbox refuses with 422', () => {
  const refused = [
    ['listOrders', { status: 'lost' }],
    ['listOrders', { sortKey: 'total' }],
    ['listOrders', { sortOrder: 'up' }],
    ['listOrders', { per_page: 0 }],
    ['listOrders', { per_page: 1.5 }],
    ['listOrders', { type: 5 }],
    ['listOrders', { search_query: ['John'] }],
    ['syncOrder', {}],
    ['syncOrder', { order_id: null }],
    ['syncOrder', { order_id: 'the second' }],
  ] as const;
  const documented = refused.filter(([operation, body]) =>
    Object.keys(body).every((name) => name in operations[operation].arguments),
  );
  it.each(documented)('%s %j', async (operation, body) => {
    const { status, requestViolations, responseViolations } = await call(operation, { body });
    expect(status).toBe(422);
    expect(requestViolations).not.toEqual([]);
    expect(responseViolations).toEqual([]);
  });
});

describe('the judge sees', () => {
  it('a query that is not as documented', async () => {
    // The sandbox answers with the first page, as Laravel does.
    const { status, requestViolations } = await call('listOrders', { query: '?page=0' });
    expect([status, requestViolations]).toEqual([200, ['/query/page must be >= 1']]);
  });

  it('a status that is not documented', async () => {
    await sandbox.setFault({ kind: 'server_error', status: 503 });
    expect((await call('syncOrder', { body: { order_id: 2502 } })).responseViolations).toContain(
      'status 503 is not documented',
    );
  });

  it('a body that is not as documented', async () => {
    await sandbox.setFault({ kind: 'error_in_200' });
    expect((await call('listOrders', {})).responseViolations).toContain('/data must be object');
    await sandbox.setFault({ kind: 'truncated_json' });
    expect((await call('listOrders', {})).responseViolations).not.toEqual([]);
  });

  it('a documented header that is missing', async () => {
    await sandbox.setFault({ kind: 'error_in_200' });
    expect((await call('syncOrder', { body: { order_id: 2502 } })).responseViolations).toEqual([
      "/headers must have required property 'x-ratelimit-limit'",
    ]);
  });

  it('an answer that is not JSON', async () => {
    await sandbox.setFault({ kind: 'html_page', status: 200 });
    expect((await call('listOrders', {})).responseViolations).toContain(
      'content type text/html; charset=UTF-8 is not documented',
    );
  });
});
