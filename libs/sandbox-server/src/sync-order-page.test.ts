import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiError, SyncOrderResponse, ValidationError } from '@wemasy-orders/client/schemas';
import { operations } from '@wemasy-orders/client/operations';
import { startTestSandbox, type TestAnswer, type TestSandbox } from './testing/test-sandbox.js';
import { tokens } from './tokens.js';
import { readVendorPage, untestedLines } from './testing/vendor-page.js';

// The vendor's page on syncing an order, line by line. Its lines are the test names.

const { limit, windowSeconds } = operations.syncOrder.rateLimit;
const page = readVendorPage('sync-order');
const remainingExample = page.headerExample('X-RateLimit-Remaining');

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startTestSandbox();
});
afterAll(() => sandbox.close());

it('has a test for every line of the page', () => {
  const values = { limit, windowSeconds, remainingExample };
  expect(untestedLines(page, import.meta.url, values)).toEqual([]);
});

describe('POST /services/webshop/v1/orders/sync-snelstart-order Auth', () => {
  it('is the path of the sync', () => {
    expect(page.text).toContain(`\nPOST ${operations.syncOrder.path} Auth\n`);
  });

  it('wants a token', async () => {
    expect((await sandbox.sync({ token: null, body: { order_id: 2502 } })).status).toBe(401);
  });

  it(`Rate limit: ${limit} requests per minute.`, async () => {
    sandbox.nextWindow();
    const statuses = [];
    for (let sent = 0; sent <= limit; sent += 1) {
      statuses.push((await sandbox.sync({ body: { order_id: 2502 } })).status);
    }
    expect(statuses).toEqual([...Array<number>(limit).fill(200), 429]);
  });
});

describe('Request Body Required', () => {
  it.each([undefined, {}, { order_id: null }])('order_id integer Yes 42 (required: %j)', async (body) => {
    sandbox.nextWindow();
    const answer = await sandbox.sync({ body });
    expect(answer.status).toBe(422);
    expect(answer.json).toEqual({
      message: 'The order id field is required.',
      errors: { order_id: ['The order id field is required.'] },
    });
  });

  it('order_id is an integer', async () => {
    sandbox.nextWindow();
    expect((await sandbox.sync({ body: { order_id: 'the second' } })).json).toEqual({
      message: 'The order id field must be an integer.',
      errors: { order_id: ['The order id field must be an integer.'] },
    });
  });
});

describe('Responses', () => {
  const answers: Record<string, TestAnswer> = {};
  beforeAll(async () => {
    sandbox.nextWindow();
    const body = { order_id: 2502 };
    answers['200'] = await sandbox.sync({ body });
    answers['422'] = await sandbox.sync();
    answers['401'] = await sandbox.sync({ token: null, body });
    answers['403'] = await sandbox.sync({ token: tokens.readOnly, body });
    for (let sent = 2; sent < limit; sent += 1) await sandbox.sync({ body });
    answers['429'] = await sandbox.sync({ body });
  });

  it.each(['200', '422', '401', '403', '429'])('%s', (status) => {
    expect(answers[status]?.status).toBe(Number(status));
    expect(answers[status]?.headers.get('content-type')).toBe('application/json');
  });

  describe('Headers', () => {
    it.each(['200', '401', '403', '429'])(
      `X-RateLimit-Limit integer Maximum number of requests allowed per minute ${limit} (on %s)`,
      (status) => {
        expect(answers[status]?.headers.get('x-ratelimit-limit')).toBe(String(limit));
      },
    );

    it.each([
      ['200', limit - 1],
      // A 401 costs nothing.
      ['401', limit],
      // Counted in the window of the read-only token.
      ['403', limit - 1],
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
      for (const status of ['200', '401', '403', '422']) {
        expect(answers[status]?.headers.has('retry-after')).toBe(false);
      }
    });

    it('are not listed on 422, and not sent', () => {
      const names = [...(answers['422']?.headers.keys() ?? [])];
      expect(names.filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
    });
  });

  it('Successful response: error boolean, message string, data string[]', () => {
    expect(SyncOrderResponse.parse(answers['200']?.json)).toEqual({
      error: false,
      message: 'Order synced to SnelStart.',
      data: [],
    });
  });

  it('Validation error: message string Errors overview.', () => {
    expect(ValidationError.parse(answers['422']?.json).message).toBe('The order id field is required.');
  });

  it('Validation error: errors object A detailed description of each field that failed validation.', () => {
    expect(ValidationError.parse(answers['422']?.json).errors).toEqual({
      order_id: ['The order id field is required.'],
    });
  });

  it('Unauthenticated — missing or invalid Bearer token', () => {
    expect(ApiError.parse(answers['401']?.json)).toEqual({ error: true, message: 'Unauthenticated.' });
  });

  it('Forbidden — insufficient permissions for this resource', () => {
    expect(ApiError.parse(answers['403']?.json)).toEqual({
      error: true,
      message: 'This action is unauthorized.',
    });
  });

  it('Too Many Requests — rate limit exceeded', () => {
    expect(ApiError.parse(answers['429']?.json)).toEqual({ error: true, message: 'Too Many Attempts.' });
  });
});

describe('Request Sample', () => {
  it('cURL, JS, PHP and Python: order 42 does not exist in this shop', async () => {
    sandbox.nextWindow();
    const [sample] = /\{\s*"order_id"[^}]*\}/.exec(page.text) ?? [];
    expect(JSON.parse(sample ?? '')).toEqual({ order_id: 42 });
    expect((await sandbox.sync({ body: sample })).json).toEqual({
      message: 'The selected order id is invalid.',
      errors: { order_id: ['The selected order id is invalid.'] },
    });
  });
});

describe('Response Example', () => {
  it('has the fields of the answer, in this order', async () => {
    sandbox.nextWindow();
    const { json } = await sandbox.sync({ body: { order_id: 2502 } });
    expect(Object.keys(Object(json))).toEqual(Object.keys(Object(page.example)));
  });
});
