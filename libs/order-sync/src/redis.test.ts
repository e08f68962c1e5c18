import type { ServerResponse } from 'node:http';
import { type Script, sendJson, startUpstream } from '@wemasy-orders/client/testing';
import { createRedisStore } from '@wemasy-orders/state/redis';
import { hasRedis, startRedis } from '@wemasy-orders/state/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { noLimit } from '../e2e/support/limiter-of.js';
import { createSender } from '../e2e/support/sender.js';
import type { JournalWarning } from './index.js';

if (!hasRedis && process.env['CI']) throw new Error('CI needs redis-server: apt-get install redis-server');

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function sceneOf(script: Script) {
  const redis = await startRedis();
  closers.push(() => redis.close());
  const upstream = await startUpstream(script);
  closers.push(() => upstream.close());
  const journalWarnings: JournalWarning[] = [];
  return {
    redis,
    upstream,
    journalWarnings,
    /** A sender on another machine, as far as Redis can tell. */
    sender() {
      const store = createRedisStore({ url: redis.url });
      closers.push(() => store.close());
      return createSender({
        url: upstream.url,
        store,
        rateLimiter: noLimit(),
        onJournalWarning: (fault) => journalWarnings.push(fault),
      }).orderSync;
    },
  };
}

function accept(response: ServerResponse): void {
  sendJson(response, 200, { error: false, message: 'Order synced to SnelStart.', data: [] });
}

describe.skipIf(!hasRedis)('on Redis', () => {
  it('machines that send one order at the same time send it once and share the outcome', async () => {
    const { upstream, sender } = await sceneOf((_, response) => accept(response));
    const results = await Promise.all(Array.from({ length: 8 }, () => sender().sync(42)));
    expect(new Set(results.map(({ syncedAt }) => syncedAt)).size).toBe(1);
    expect(upstream.requests).toHaveLength(1);
    await expect(sender().sync(42)).rejects.toMatchObject({ code: 'already_synced' });
  });

  it('nothing is sent while Redis cannot be reached', async () => {
    const { redis, upstream, sender } = await sceneOf((_, response) => accept(response));
    await redis.stop();
    await expect(sender().sync(42)).rejects.toMatchObject({ code: 'internal_error', effect: 'none' });
    expect(upstream.requests).toHaveLength(0);
  });

  it('an outcome survives a Redis that went down while the request was in flight', async () => {
    const { redis, upstream, journalWarnings, sender } = await sceneOf(async (_, response) => {
      await redis.stop();
      accept(response);
    });
    const orderSync = sender();
    expect(await orderSync.sync(42)).toMatchObject({ orderId: 42, recorded: false });
    expect(journalWarnings).toMatchObject([{ orderId: 42, outcome: 'synced' }]);

    await redis.restart();
    await orderSync.settle();
    await expect(sender().sync(42)).rejects.toMatchObject({ code: 'already_synced' });
    expect(upstream.requests).toHaveLength(1);
  });

  it.each([
    ['restored where nothing is', 'SETNX'],
    ['restored as it was', 'SET'],
  ])(
    'no attempt is lost by a Redis that is emptied while a request is in flight, and %s',
    async (_, restore) => {
      let backup = '';
      const { redis, upstream, journalWarnings, sender } = await sceneOf(
        async (_request, response, index) => {
          if (index === 0) return sendJson(response, 500, {});
          backup = await redis.command('EVAL', takeAll, '0');
          accept(response);
        },
      );
      const orderSync = sender();
      await expect(orderSync.sync(42)).rejects.toMatchObject({ code: 'outcome_unknown' });
      expect(await orderSync.sync(42, { resend: true })).toMatchObject({ recorded: false });
      expect(journalWarnings).toMatchObject([{ orderId: 42, outcome: 'synced' }]);
      await redis.command('EVAL', putBack, '0', restore, backup);
      await orderSync.settle();
      const { attempts } = await sender().history(42);
      expect(attempts.map(({ state }) => state)).toEqual(['unknown', 'synced']);
      await expect(sender().sync(42)).rejects.toMatchObject({ code: 'already_synced' });
      expect(upstream.requests).toHaveLength(2);
    },
  );
});

/** Takes all records, and empties the server, in one step. */
const takeAll = `
local taken = {}
for _, key in ipairs(redis.call('KEYS', '*')) do taken[key] = redis.call('GET', key) end
redis.call('FLUSHALL')
return cjson.encode(taken)`;

const putBack = `
for key, record in pairs(cjson.decode(ARGV[2])) do redis.call(ARGV[1], key, record) end
return 1`;
