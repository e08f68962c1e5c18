import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orderPage, sendJson } from '@wemasy-orders/client/testing';
import { withHome } from '@wemasy-orders/runtime/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, startApi } from './support/api.js';
import { type Assistant, startAssistant } from './support/assistant.js';

let api: Api;
let state: string;
let assistant: Assistant;

/** Shorter than the deadline of a request and the window of the allowance, so that an answer shows that it was kept. */
const limitMs = 4_000;

beforeEach(async () => {
  api = await startApi();
  state = await mkdtemp(join(tmpdir(), 'wemasy-orders-state-'));
  assistant = await startAssistant({
    environment: {
      WEMASY_API_URL: api.url,
      WEMASY_API_TOKEN: 'token',
      WEMASY_STATE: state,
      WEMASY_ANSWER_WITHIN_MS: String(limitMs),
      WEMASY_RATE_LIMITS: 'listOrders=2/60',
      ...withHome(state),
    },
  });
  await assistant.listTools();
});
afterEach(async () => {
  await assistant.close();
  await api.close();
  await rm(state, { recursive: true });
});

describe('a call answers in time', () => {
  it('when a sync is still at the API; the same call made again joins it', async () => {
    let answer: () => void = () => undefined;
    api.behaves((_, response) => {
      answer = () => sendJson(response, 200, { error: false, message: 'Order synced.', data: [] });
    });
    expect((await assistant.call('sync_order', { order_id: 42 })).text).toMatch(
      /^in_progress: The sync is not finished yet\. .*\nsource: local\nretryable: yes\nretry_after_seconds: \d+\nnext: Make the same call again/,
    );
    const again = assistant.call('sync_order', { order_id: 42 });
    // The server has read the call when it answers what was asked after it.
    await assistant.listTools();
    answer();
    expect((await again).structured).toMatchObject({ order_id: 42, outcome: 'synced' });
    expect(api.requests).toHaveLength(1);
    expect((await assistant.call('sync_order', { order_id: 42 })).text).toMatch(/^already_synced: /);
  });

  it('when the sync ends between two calls, the journal has its outcome', async () => {
    let answer: () => void = () => undefined;
    api.behaves((_, response) => {
      answer = () => sendJson(response, 200, { error: false, message: 'Order synced.', data: [] });
    });
    expect((await assistant.call('sync_order', { order_id: 43 })).text).toMatch(/^in_progress: /);
    answer();
    let text = '';
    while (!text.startsWith('already_synced'))
      ({ text } = await assistant.call('sync_order', { order_id: 43 }));
    expect(api.requests).toHaveLength(1);
  });

  it('when the API does not answer a list', async () => {
    api.behaves(() => undefined);
    expect((await assistant.call('list_orders')).text).toMatch(
      /^upstream_timeout: The API did not answer within 4 s.*\n.*\nretryable: yes/,
    );
  });

  it('when the allowance is used up for longer', async () => {
    api.behaves((_, response) => sendJson(response, 200, orderPage([]), { 'x-ratelimit-remaining': '0' }));
    const answers = [];
    for (let call = 0; call < 3; call += 1) answers.push(await assistant.call('list_orders'));
    expect(answers.at(-1)?.text).toMatch(/^rate_limited: /);
  });
});
