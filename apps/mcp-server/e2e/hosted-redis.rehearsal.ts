import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { documentedLimits } from '@wemasy-orders/client/testing';
import { withHome } from '@wemasy-orders/runtime/testing';
import { freePort, hasRedis, type RedisServer, startRedis } from '@wemasy-orders/state/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { bearer, call, type HostedProcess, startHosted } from './support/hosted.js';
import { messagesOf } from './support/http-server.js';
import { startSandbox } from './support/sandbox.js';
import { writeShopsFile } from './support/shops-file.js';

if (!hasRedis && process.env['CI']) throw new Error('CI needs redis-server: apt-get install redis-server');

const secret = 'secret-of-the-tests-that-is-long-enough-to-guess-not';
const Answer = z.object({
  result: z.object({
    isError: z.boolean().optional(),
    content: z.tuple([z.object({ text: z.string() })]),
    structuredContent: z
      .object({ rows: z.array(z.array(z.int())) })
      .partial()
      .optional(),
  }),
});

/** Two replicas of the built server, the built sandbox with its ledger, and orders that are not synced yet. */
async function scene(stateUrl: string) {
  const home = await mkdtemp(join(tmpdir(), 'wemasy-hosted-redis-'));
  const sandbox = await startSandbox('--window-seconds', '1');
  const shops = await writeShopsFile({
    apiToken: 'sandbox-full-access',
    secrets: [{ name: 'tests', secret, scopes: ['orders:read', 'orders:sync'] }],
  });
  const started: HostedProcess[] = [];
  const start = async () => {
    const replica = await startHosted(await freePort(), {
      ...withHome(home),
      WEMASY_AUTH: 'token',
      WEMASY_SHOPS: shops.path,
      WEMASY_API_URL: sandbox.apiUrl,
      WEMASY_STATE: stateUrl,
      WEMASY_RATE_LIMITS: documentedLimits(1),
      WEMASY_LOG_LEVEL: 'silent',
      WEMASY_MAX_CALLS_PER_PRINCIPAL: '64',
    });
    started.push(replica);
    return replica;
  };
  const replicas = [await start(), await start()] as const;
  onTestFinished(async () => {
    await Promise.all(started.map((replica) => replica.end()));
    await sandbox.close();
    await shops.remove();
    await rm(home, { recursive: true });
  });

  async function answerOf(replica: HostedProcess, name: string, args: object) {
    const [message] = await messagesOf(await replica.post(call(name, args), bearer(secret)));
    return Answer.parse(message).result;
  }

  const [listed] = await Promise.all(
    replicas.map((replica) => answerOf(replica, 'list_orders', { fields: ['id'], per_page: 12 })),
  );
  const ids = (listed?.structuredContent?.rows ?? []).flat();
  expect(ids).toHaveLength(12);

  /** `synced`, or the code of the failure. */
  async function send(replica: HostedProcess, orderId: number): Promise<string> {
    const { isError, content } = await answerOf(replica, 'sync_order', { order_id: orderId });
    return isError === true ? (/^\w+/.exec(content[0].text)?.[0] ?? '') : 'synced';
  }

  return {
    ids,
    replicas,
    start,
    booked: () => sandbox.booked(),
    list: (replica: HostedProcess) => answerOf(replica, 'list_orders', { fields: ['id'], per_page: 1 }),
    send,
    /** Both replicas are asked to send each order, and something happens in the middle. */
    async sendAll(incident: () => Promise<void>): Promise<void> {
      await Promise.all(
        ids.map(async (id, at) => {
          if (at === ids.length / 2) await incident();
          await Promise.all(replicas.map((replica) => send(replica, id)));
        }),
      );
    },
    /** The last answer about each order, after trying again as long as the answers say so. */
    async outcomes(): Promise<readonly string[]> {
      return await Promise.all(
        ids.map(async (id, at) => {
          for (;;) {
            const outcome = await send(replicas[at % 2 === 0 ? 0 : 1], id);
            if (!passing.has(outcome)) return outcome;
            await setTimeout(200);
          }
        }),
      );
    },
  };
}

const passing = new Set(['internal_error', 'in_progress', 'rate_limited', 'cancelled']);
const final = /^(synced|already_synced|outcome_unknown)$/;

/** Sends a command as a line of its own (Redis protocol, inline commands), and gives its answer. */
async function command({ port }: Pick<RedisServer, 'port'>, line: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${line}\r\n`);
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return String(answer);
}

function expectNoneTwice(booked: readonly number[]): void {
  expect(booked).toHaveLength(new Set(booked).size);
}

/** Every order is booked once, unless its sender heard that the outcome is unknown. */
function expectInBooks(
  booked: readonly number[],
  ids: readonly number[],
  reported: readonly (string | undefined)[],
): void {
  expectNoneTwice(booked);
  for (const [at, id] of ids.entries()) {
    if (reported[at] !== 'outcome_unknown') expect(booked).toContain(id);
  }
}

async function redis() {
  const server = await startRedis();
  onTestFinished(() => server.close());
  return server;
}

describe.skipIf(!hasRedis)('two replicas that are asked to end at once while both send orders', () => {
  it('answer every call, lose no order and book none twice', async () => {
    const { url } = await redis();
    const { ids, replicas, start, send, booked } = await scene(url);
    const sending = Promise.all(ids.map((id) => Promise.all(replicas.map((replica) => send(replica, id)))));
    // Some orders wait for the allowance by then.
    await expect.poll(async () => (await booked()).length).toBeGreaterThan(0);
    const ended = Promise.all(replicas.map((replica) => replica.end()));
    const reported = await sending;
    expect(await ended).toEqual([
      [0, null],
      [0, null],
    ]);
    const before = await booked();
    expectNoneTwice(before);
    for (const [at, id] of ids.entries()) {
      expect(reported[at]?.some((outcome) => outcome === 'synced' || outcome === 'already_synced')).toBe(
        before.includes(id),
      );
    }
    const next = await start();
    for (const id of ids)
      expect(await send(next, id)).toBe(before.includes(id) ? 'already_synced' : 'synced');
    const books = await booked();
    expectNoneTwice(books);
    expect(books).toHaveLength(ids.length);
  });
});

describe.skipIf(!hasRedis)('while orders are sent by two replicas, a Redis', () => {
  it('that is restarted costs no order and books none twice', async () => {
    const server = await redis();
    const { ids, sendAll, outcomes, booked } = await scene(server.url);
    await sendAll(() => server.restart());
    const reported = await outcomes();
    for (const outcome of reported) expect(outcome).toMatch(final);
    const books = await booked();
    expectInBooks(books, ids, reported);
  });

  it('that does not answer for a while costs no order and books none twice', async () => {
    const server = await redis();
    const { ids, sendAll, outcomes, booked, list, replicas } = await scene(server.url);
    await sendAll(async () => {
      server.suspend();
      // Reading goes on.
      expect((await list(replicas[0])).isError ?? false).toBe(false);
      server.resume();
    });
    const reported = await outcomes();
    const books = await booked();
    expectInBooks(books, ids, reported);
  });

  it('that is away lets orders be listed and sends none', async () => {
    const server = await redis();
    const { ids, replicas, send, list, booked } = await scene(server.url);
    const [first = 0, second = 0] = ids;
    expect(await send(replicas[0], first)).toBe('synced');
    await server.stop();
    expect((await list(replicas[0])).isError ?? false).toBe(false);
    expect(await send(replicas[0], second)).toBe('internal_error');
    expect(await send(replicas[1], first)).toBe('internal_error');
    expect(await booked()).toEqual([first]);
    await server.restart();
  });

  it('that is emptied stops all sending, on either replica', async () => {
    const server = await redis();
    const { ids, replicas, send, list, sendAll, outcomes, booked } = await scene(server.url);
    const [first = 0] = ids;
    expect(await send(replicas[0], first)).toBe('synced');
    await sendAll(async () => {
      expect(await command(server, 'FLUSHALL')).toBe('+OK\r\n');
    });
    const before = await booked();
    expectNoneTwice(before);
    expect(await outcomes()).toEqual(ids.map(() => 'configuration_error'));
    expect(await booked()).toEqual(before);
    expect((await list(replicas[1])).isError ?? false).toBe(false);
  });

  it('that fails over to a replica loses no order and books none twice', async () => {
    const master = await redis();
    const slaves = [];
    for (let each = 0; each < 2; each += 1) {
      const slave = await startRedis({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
      onTestFinished(() => slave.close());
      slaves.push(slave);
    }
    await expect
      .poll(async () => (await command(master, 'INFO replication')).match(/state=online/g)?.length, {
        timeout: 30_000,
      })
      .toBe(2);
    const sentinel = await startRedis({
      sentinelConfig: [
        `sentinel monitor shop 127.0.0.1 ${master.port} 1`,
        'sentinel down-after-milliseconds shop 500',
        'sentinel failover-timeout shop 2000',
      ].join('\n'),
    });
    onTestFinished(() => sentinel.close());
    await expect
      .poll(() => command(sentinel, 'SENTINEL REPLICAS shop'), { timeout: 30_000 })
      .toMatch(/^\*2\r\n/);
    const url = `redis-sentinel://127.0.0.1:${sentinel.port}/0#shop`;
    const { ids, sendAll, outcomes, booked } = await scene(url);
    await sendAll(() => master.stop());
    const reported = await outcomes();
    for (const outcome of reported) expect(outcome).toMatch(final);
    const books = await booked();
    expectInBooks(books, ids, reported);
  }, 120_000);
});
