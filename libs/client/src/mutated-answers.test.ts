import { readFileSync } from 'node:fs';
import { createRateLimiter } from '@wemasy-orders/rate-limit';
import { createMemoryStore } from '@wemasy-orders/state';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ApiReportedError, OutcomeUnknownError, UnexpectedResponseError } from './errors.js';
import type { Fetch } from './fetch.js';
import { ListOrdersResponse, SyncOrderResponse } from './generated/schemas.js';
import { rateLimitPolicies } from './operations.js';
import { createOrdersClient } from './orders-client.js';
import { mutationsOf } from './testing/index.js';

const document = parse(readFileSync(new URL('../../../openapi/wemasy-orders.yaml', import.meta.url), 'utf8'));
const { examples, schemas } = document.components;
const syncPath = '/services/webshop/v1/orders/sync-snelstart-order';
const synced =
  document.paths[syncPath].post.responses['200'].content['application/json'].examples.documented.value;

let answered = '';
const fetch: Fetch = () =>
  Promise.resolve({
    status: 200,
    headers: new Map<string, string>(),
    text: () => Promise.resolve(answered),
  });
const plenty = { limit: 100_000, windowSeconds: 60 };
const rateLimiter = createRateLimiter({
  store: createMemoryStore(),
  namespace: 'tests',
  policies: rateLimitPolicies({ listOrders: plenty, syncOrder: plenty }),
});
const client = createOrdersClient({ token: 'canary-token-5f2a', fetch, rateLimiter });
afterAll(() => rateLimiter.close());

/** What the product cannot do without: what the document requires, and whatever holds it. */
const needed = {
  list: ['body', 'data', ...schemas.OrderPage.required.map((name: string) => `data.${name}`)],
  sync: ['body', ...schemas.SyncOrderResponse.required],
};

const figures = { tried: 0, read: 0 };

/** The error that refuses an answer; it must say so by name. */
function namedFault(thrown: unknown): UnexpectedResponseError | ApiReportedError {
  const fault = thrown instanceof OutcomeUnknownError ? thrown.cause : thrown;
  if (fault instanceof ApiReportedError) return fault;
  if (!(fault instanceof UnexpectedResponseError)) throw thrown;
  expect(['schema_mismatch', 'wrong_page', 'malformed_json']).toContain(fault.kind);
  return fault;
}

describe('a documented answer of which one field changes', () => {
  it('is read as a list, unless the product needs that field', async () => {
    const mutations = mutationsOf(examples.DocumentedOrderPage.value);
    for (const { path, change, body } of mutations) {
      figures.tried += 1;
      const place = `${path} ${change}`;
      try {
        answered = JSON.stringify(body);
        const { unreadable = [], ...data } = await client.list();
        expect(ListOrdersResponse.safeParse({ data }).success, place).toBe(true);
        if (unreadable.length === 0) figures.read += 1;
        expect(unreadable.length === 0 || /^data\.data(\[\](\.id)?)?$/.test(path), place).toBe(true);
      } catch (error) {
        const fault = namedFault(error);
        if (!(fault instanceof ApiReportedError)) expect(needed.list, place).toContain(path);
      }
    }
  });

  it('is a success of a sync, unless it no longer says that there was no error', async () => {
    for (const { path, change, body } of mutationsOf(synced)) {
      figures.tried += 1;
      try {
        answered = JSON.stringify(body);
        const answer = await client.sync(42);
        figures.read += 1;
        expect(SyncOrderResponse.safeParse(answer).success, `${path} ${change}`).toBe(true);
        expect(answer.error, `${path} ${change}`).toBe(false);
      } catch (error) {
        namedFault(error);
        expect(needed.sync, `${path} ${change}`).toContain(path);
      }
    }
  });

  it('is read in more than four of five cases', () => {
    expect(figures.read / figures.tried).toBeGreaterThan(4 / 5);
  });
});
