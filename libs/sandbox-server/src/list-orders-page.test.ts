import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  ApiError,
  ListOrdersResponse,
  type Order,
  OrderSortKey,
  OrderStatus,
  ValidationError,
} from '@wemasy-orders/client/schemas';
import { operations } from '@wemasy-orders/client/operations';
import {
  ordersPerPage,
  startTestSandbox,
  type TestAnswer,
  type TestSandbox,
} from './testing/test-sandbox.js';
import { tokens } from './tokens.js';
import { readVendorPage, untestedLines } from './testing/vendor-page.js';

// The vendor's page on listing orders, line by line. Its lines are the test names.

const { limit, windowSeconds } = operations.listOrders.rateLimit;
const sortKeys = OrderSortKey.options.join(', ');
const statuses = OrderStatus.options.join(', ');
const page = readVendorPage('list-orders');
const remainingExample = page.headerExample('X-RateLimit-Remaining');

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startTestSandbox({ orders: 500 });
});
afterAll(() => sandbox.close());

function list(body?: unknown, number = 1): Promise<TestAnswer> {
  sandbox.nextWindow();
  return sandbox.list({ body, page: number });
}

async function found(body: unknown, number = 1): Promise<z.infer<typeof Order>[]> {
  const answer = await list(body, number);
  expect(answer.status, answer.text).toBe(200);
  return ListOrdersResponse.parse(answer.json).data.data;
}

/** All orders that match, over as many pages as they take. */
async function matching(body: object): Promise<z.infer<typeof Order>[]> {
  const asked = { per_page: ordersPerPage(500), ...body };
  const orders = [];
  for (let page = 1, step = await found(asked); step.length > 0; step = await found(asked, (page += 1))) {
    orders.push(...step);
  }
  return orders;
}

it('has a test for every line of the page', () => {
  const values = { limit, windowSeconds, sortKeys, statuses, remainingExample };
  expect(untestedLines(page, import.meta.url, values)).toEqual([]);
});

describe('POST /services/webshop/v1/orders/all Auth', () => {
  it('is the path of the list', () => {
    expect(page.text).toContain(`\nPOST ${operations.listOrders.path} Auth\n`);
  });

  it('wants a token', async () => {
    expect((await sandbox.list({ token: null })).status).toBe(401);
  });
});

describe('Request Body', () => {
  it('is optional', async () => {
    expect((await list()).status).toBe(200);
  });

  it.each(['sortKey', 'sortOrder', 'per_page', 'status', 'type', 'search_query'])(
    '%s: not required, and null counts as missing',
    async (name) => {
      expect(ListOrdersResponse.parse((await list({ [name]: null })).json)).toEqual(
        ListOrdersResponse.parse((await list({})).json),
      );
    },
  );

  describe('sortKey string|null', () => {
    it(`${sortKeys}`, async () => {
      // order-list.test.ts checks how each of them sorts.
      for (const sortKey of OrderSortKey.options)
        expect([200, 501]).toContain((await list({ sortKey })).status);
    });

    it('No created_at', async () => {
      expect(await found({})).toEqual(await found({ sortKey: 'created_at' }));
    });
  });

  describe('sortOrder string|null', () => {
    it('asc, desc', async () => {
      const ascending = await matching({ sortOrder: 'asc' });
      expect(await matching({ sortOrder: 'desc' })).toEqual(ascending.reverse());
    });

    it('No desc', async () => {
      expect(await found({})).toEqual(await found({ sortOrder: 'desc' }));
    });
  });

  it('per_page integer|null No 10', async () => {
    expect(await found({})).toHaveLength(10);
    expect(await found({ per_page: 10 })).toHaveLength(10);
    expect(await found({ per_page: 50 })).toHaveLength(50);
  });

  describe('status string|null', () => {
    it(`${statuses}`, async () => {
      for (const status of OrderStatus.options) {
        const orders = await matching({ status });
        expect(orders.length).toBeGreaterThan(0);
        expect(new Set(orders.map((order) => order.status))).toEqual(new Set([status]));
      }
    });

    it('No on_hold', async () => {
      const statuses = (await matching({})).map((order) => order.status);
      expect(new Set(statuses).size).toBeGreaterThan(1);
    });
  });

  it.runIf(page.lines.includes('type string|null No checkout'))('type string|null No checkout', async () => {
    const types = (await matching({ type: 'checkout' })).map((order) => order.type);
    expect(new Set(types)).toEqual(new Set(['checkout']));
    expect(await found({ type: 'no such type' })).toEqual([]);
  });

  it('search_query string|null No John', async () => {
    expect(await found({ search_query: 'John' })).toContainEqual(
      expect.objectContaining({ billing: expect.objectContaining({ invoice_firstname: 'John' }) }),
    );
  });
});

describe('Responses', () => {
  const answers: Record<string, TestAnswer> = {};
  beforeAll(async () => {
    answers['200'] = await list({});
    answers['422'] = await list({ status: 'lost', per_page: 'ten' });
    answers['401'] = await sandbox.list({ token: null });
    sandbox.nextWindow();
    for (let sent = 0; sent < limit; sent += 1) await sandbox.list();
    answers['429'] = await sandbox.list();
  });

  it.each(['200', '422', '401', '429'])('%s', (status) => {
    expect(answers[status]?.status).toBe(Number(status));
    expect(answers[status]?.headers.get('content-type')).toBe('application/json');
  });

  it('403 Forbidden — insufficient permissions for this resource: every token of the sandbox may list', async () => {
    sandbox.nextWindow();
    for (const token of Object.values(tokens)) expect((await sandbox.list({ token })).status).toBe(200);
  });

  describe('Headers', () => {
    it.each(['200', '401', '429'])(
      `X-RateLimit-Limit integer Maximum number of requests allowed per minute ${limit} (on %s)`,
      (status) => {
        expect(answers[status]?.headers.get('x-ratelimit-limit')).toBe(String(limit));
      },
    );

    it.each([
      ['200', limit - 1],
      // A 401 costs nothing.
      ['401', limit],
      // The page prints its example here as well, where nothing can be left.
      ['429', 0],
    ])(
      `X-RateLimit-Remaining integer Number of requests remaining in the current window ${remainingExample} (on %s)`,
      (status, remaining) => {
        expect(answers[status]?.headers.get('x-ratelimit-remaining')).toBe(String(remaining));
      },
    );

    it(`Retry-After integer Seconds until the rate limit resets ${windowSeconds}`, () => {
      expect(answers['429']?.headers.get('retry-after')).toBe(String(windowSeconds));
      for (const status of ['200', '401', '422'])
        expect(answers[status]?.headers.has('retry-after')).toBe(false);
    });

    it('are not listed on 422, and not sent', () => {
      const names = [...(answers['422']?.headers.keys() ?? [])];
      expect(names.filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
    });
  });

  describe('Paginated list of orders', () => {
    const types: Record<string, z.ZodType> = {
      boolean: z.boolean(),
      integer: z.int(),
      string: z.string(),
      object: z.looseObject({}),
      'object[]': z.array(z.looseObject({})),
      'integer|null': z.int().nullable(),
      'string|null': z.string().nullable(),
    };

    it.each([
      'error boolean',
      'data object',
      'data.current_page integer',
      'data.data object[]',
      'data.first_page_url string',
      'data.from integer|null',
      'data.last_page integer',
      'data.last_page_url string',
      'data.next_page_url string|null',
      'data.path string|null',
      'data.per_page integer',
      'data.prev_page_url string|null',
      'data.to integer|null',
      'data.total integer',
    ])('%s', async (line) => {
      const [path = '', type = ''] = line.split(' ');
      // First, middle, last and empty page: they have both sides of every "|null".
      const pages = [await list({}), await list({}, 2), await list({}, 50), await list({}, 1_000)];
      const values = pages.map(({ json }) => at(json, ...path.split('.')));
      for (const value of values) expect(types[type]?.safeParse(value).success).toBe(true);
      // Laravel's path is never null in an answer to a request.
      if (type.endsWith('|null') && path !== 'data.path') expect(values).toContain(null);
      expect(values.some((value) => value !== null)).toBe(true);
    });

    it('data.links object (an array of link objects, as in the example)', async () => {
      const { data } = ListOrdersResponse.parse((await list({ search_query: 'John Doe' })).json);
      expect(data.links).toEqual([
        { url: null, label: '« Previous', active: false },
        { url: data.first_page_url, label: '1', active: true },
        { url: null, label: 'Next »', active: false },
      ]);
    });
  });

  describe('Validation error', () => {
    it('message string Errors overview.', () => {
      expect(at(answers['422']?.json, 'message')).toBe(
        'The per page field must be an integer. (and 1 more error)',
      );
    });

    it('errors object A detailed description of each field that failed validation.', () => {
      expect(ValidationError.parse(answers['422']?.json).errors).toEqual({
        per_page: ['The per page field must be an integer.'],
        status: ['The selected status is invalid.'],
      });
    });
  });

  describe('error boolean, message string', () => {
    it('Unauthenticated — missing or invalid Bearer token', async () => {
      const invalid = await sandbox.list({ token: null, headers: { Authorization: 'Bearer unknown' } });
      const basic = await sandbox.list({ token: null, headers: { Authorization: 'Basic c2FuZGJveA==' } });
      for (const { json } of [answers['401'], invalid, basic].filter((answer) => answer !== undefined)) {
        expect(ApiError.parse(json)).toEqual({ error: true, message: 'Unauthenticated.' });
      }
    });

    it('Too Many Requests — rate limit exceeded', () => {
      expect(ApiError.parse(answers['429']?.json)).toEqual({ error: true, message: 'Too Many Attempts.' });
    });
  });
});

describe('Request Sample', () => {
  it('cURL, JS, PHP and Python: the body of all four is answered', async () => {
    const samples = [...page.text.matchAll(/\{\s*"sortKey"[^}]*\}/g)].map(([body]) => body);
    expect(samples.length).toBeGreaterThan(0);
    for (const body of samples) expect((await list(body)).status).toBe(200);
  });
});

describe('Response Example', () => {
  it('shows an order that this shop has, byte for byte', async () => {
    const order = at(page.example, 'data', 'data', '0');
    expect((await list({ search_query: 'john@example.com' })).text).toContain(JSON.stringify(order));
  });

  it('has the fields of a page, in this order', async () => {
    expect(Object.keys(Object(at((await list({})).json, 'data')))).toEqual(
      Object.keys(Object(at(page.example, 'data'))),
    );
  });

  it('has the fields of every order, in this order', async () => {
    const documented = fieldsOf(at(page.example, 'data', 'data', '0'));
    for (const order of await matching({})) {
      // The document may know fields that the page does not show.
      expect(fieldsOf(order).filter((field) => documented.includes(field))).toEqual(documented);
    }
  });
});

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((inner, key) => Object(inner)[key], value);
}

function fieldsOf(value: unknown, path = ''): string[] {
  // The content of metadata differs from order to order.
  if (typeof value !== 'object' || value === null || path === '.metadata') return [path];
  return Object.entries(value).flatMap(([key, inner]) => fieldsOf(inner, `${path}.${key}`));
}
