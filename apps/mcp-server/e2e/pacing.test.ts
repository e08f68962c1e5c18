import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operations } from '@wemasy-orders/client/operations';
import { orderPage, sendJson } from '@wemasy-orders/client/testing';
import { withHome } from '@wemasy-orders/runtime/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startApi } from './support/api.js';
import {
  type Assistant,
  type ClientKind,
  clientKinds,
  type ProgressNotice,
  startAssistant,
} from './support/assistant.js';
import { type Sandbox, startSandbox } from './support/sandbox.js';
import { startWire } from './support/wire.js';

const { limit } = operations.syncOrder.rateLimit;

/** Windows of the sandbox, so that a burst that needs two of them is over soon. */
const windowSeconds = 2;

describe.concurrent.each(clientKinds)('the allowance, with the official %s', (kind) => {
  async function start(sandbox: Sandbox, environment: Record<string, string>): Promise<Assistant> {
    return startAssistant({
      kind,
      environment: {
        WEMASY_API_URL: sandbox.apiUrl,
        WEMASY_API_TOKEN: 'sandbox-full-access',
        ...environment,
      },
    });
  }

  it('is not exceeded by ten calls more than it allows at once, and all of them are answered', async () => {
    const sandbox = await startSandbox('--orders', '60', '--window-seconds', String(windowSeconds));
    // Of a large allowance a part, so that as many calls at once cost only seconds.
    const lists = Math.min(operations.listOrders.rateLimit.limit, 60);
    const assistant = await start(sandbox, {
      WEMASY_RATE_LIMITS: `listOrders=${lists}/${windowSeconds}`,
      WEMASY_LOG_LEVEL: 'debug',
    });
    const calls = Array.from({ length: lists + 10 }, () => assistant.call('list_orders', { per_page: 1 }));
    const answers = await Promise.all(calls);
    await assistant.close();
    await sandbox.close();
    expect(answers.map(({ isError }) => isError)).toEqual(answers.map(() => false));
    const statuses = [...assistant.log().matchAll(/"operationId":"listOrders".*"status":(\d+)/g)];
    expect(statuses.map(([, status]) => status)).toEqual(answers.map(() => '200'));
  });

  it('used up by syncs rejects the next one with the seconds to wait', async () => {
    const sandbox = await startSandbox('--orders', String(limit + 1));
    const assistant = await start(sandbox, { WEMASY_MAX_WAIT_MS: '0' });
    const { structured } = await assistant.call('list_orders', { fields: ['id'], per_page: limit + 1 });
    const ids = [structured?.['rows']].flat(2).map(Number);
    expect(ids).toHaveLength(limit + 1);
    const answers = [];
    for (const order_id of ids) answers.push(await assistant.call('sync_order', { order_id }));
    await assistant.close();
    expect(answers.map(({ isError }) => isError)).toEqual([...ids.slice(1).map(() => false), true]);
    expect(answers.at(-1)?.text).toMatch(
      /^rate_limited: .*; the call was not sent\.\nsource: local\nretryable: yes\nretry_after_seconds: [1-9]\d*\nnext: Wait that long/,
    );
    expect(await sandbox.booked()).toEqual(ids.slice(0, limit));
    await sandbox.close();
  });
});

describe('a call that waits for the allowance', () => {
  /** Notices of the second of two calls, where the allowance is one call in seven seconds. */
  async function noticesOfWait(kind: ClientKind): Promise<ProgressNotice[]> {
    const api = await startApi();
    api.behaves((_, response) => sendJson(response, 200, orderPage([{ id: 1 }])));
    const assistant = await startAssistant({
      kind,
      environment: {
        WEMASY_API_URL: api.url,
        WEMASY_API_TOKEN: 'token',
        WEMASY_RATE_LIMITS: 'listOrders=1/7',
      },
    });
    const notices: ProgressNotice[] = [];
    await assistant.call('list_orders');
    await assistant.call('list_orders', {}, { onprogress: (notice) => notices.push(notice) });
    await assistant.close();
    await api.close();
    return notices;
  }

  it('says so every few seconds to each official client that asks, with progress that rises', async () => {
    for (const notices of await Promise.all(clientKinds.map(noticesOfWait))) {
      expect(notices.map(({ message }) => message?.replace(/\d+/, 'N'))).toEqual([
        "waiting N s for the API's allowance",
        "waiting N s for the API's allowance",
      ]);
      const [first = NaN, second = NaN] = notices.map(({ progress }) => progress);
      expect(first).toBeGreaterThan(0);
      expect(second).toBeGreaterThan(first);
      expect(second).toBeLessThan(1);
    }
  });

  it('says nothing to a client that did not ask', async () => {
    const api = await startApi();
    api.behaves(({ url }, response) => {
      const page = Number(/page=(\d+)/.exec(url)?.[1]);
      sendJson(response, 200, orderPage([{ id: page }], { page, perPage: 100, total: 250 }));
    });
    const wire = await startWire({
      WEMASY_API_URL: api.url,
      WEMASY_API_TOKEN: 'token',
      WEMASY_RATE_LIMITS: 'listOrders=60/60',
    });
    await wire.request('tools/call', { name: 'list_orders', arguments: { summarize: true } });
    await wire.end();
    await api.close();
    expect(api.requests).toHaveLength(3);
    expect(wire.lines.filter((line) => line.includes('notifications/'))).toEqual([]);
  });
});

describe('two assistants of one user', () => {
  it('share the allowance and never book an order twice', async () => {
    const state = await mkdtemp(join(tmpdir(), 'wemasy-orders-state-'));
    onTestFinished(() => rm(state, { recursive: true }));
    const sandbox = await startSandbox('--orders', String(limit + 1));
    onTestFinished(() => sandbox.close());
    const start = async (kind: ClientKind) => {
      const assistant = await startAssistant({
        kind,
        environment: {
          WEMASY_API_URL: sandbox.apiUrl,
          WEMASY_API_TOKEN: 'sandbox-full-access',
          WEMASY_STATE: state,
          ...withHome(state),
          WEMASY_MAX_WAIT_MS: '1000',
        },
      });
      onTestFinished(() => assistant.close());
      return assistant;
    };
    const [one, two] = await Promise.all([start('1.x client'), start('2.x client')]);
    const { structured } = await one.call('list_orders', { per_page: limit + 1, fields: ['id'] });
    const ids = [structured?.['rows']].flat(2).map(Number);

    const both = await Promise.all([one, two].map((each) => each.call('sync_order', { order_id: ids[0] })));
    // The later one shares the outcome of the earlier one, or finds it in the journal.
    for (const { text } of both) expect(text).toMatch(/^(order \d+: synced at|already_synced:) /);
    expect(await sandbox.booked()).toEqual([ids[0]]);

    const again = await two.call('sync_order', { order_id: ids[0] });
    expect(again.text).toMatch(/^already_synced: /);

    const rest = await Promise.all(
      ids.slice(1).map((order_id, index) => (index % 2 === 0 ? one : two).call('sync_order', { order_id })),
    );
    expect(rest.filter(({ isError }) => !isError)).toHaveLength(limit - 1);
    expect(rest.filter(({ text }) => /^rate_limited: .*\nsource: local\n/.test(text))).toHaveLength(1);
    expect(await sandbox.booked()).toHaveLength(limit);
  });
});
