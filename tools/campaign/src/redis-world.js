import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { startRedis } from '@wemasy-orders/state/testing';
import { Redis } from 'ioredis';

/** Takes everything that the server holds and empties it, in one step. */
const takeAll = `
local taken = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  if redis.call('TYPE', key).ok == 'string' then table.insert(taken, key); table.insert(taken, redis.call('GET', key)) end
end
redis.call('FLUSHALL')
return taken`;

/**
 * Puts a backup back, in one step: `SET` replaces what was written on the empty server meanwhile, `SETNX` keeps it.
 */
const putBack = `
for at = 2, #ARGV, 2 do redis.call(ARGV[1], ARGV[at], ARGV[at + 1]) end`;

/**
 * A Redis with a replica behind one address, and what happens to it: it is killed and starts again, the replica takes its
 * place, or it is emptied and, a while later, restored by the person who looks after it.
 *
 * @param {import('./random.js').Random} random
 */
export async function startRedisWorld(random) {
  const primary = await startRedis();
  let servers = [primary, await startReplicaOf(primary.port)];
  /** @type {Record<string, number>} */
  const counts = {};
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set();
  const line = createServer((near) => {
    const far = connect(current().port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => [near, far].forEach((each) => each.destroy()));
    }
    near.pipe(far).pipe(near);
  });
  line.listen(0, '127.0.0.1');
  await once(line, 'listening');
  const address = line.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');

  function current() {
    const [server] = servers;
    if (server === undefined) throw new Error('there is a server');
    return server;
  }

  /** @param {number} port */
  async function startReplicaOf(port) {
    return await startRedis({ args: ['--replicaof', '127.0.0.1', String(port)] });
  }

  /** @template T @param {number} port @param {(redis: Redis) => Promise<T>} use */
  async function withClient(port, use) {
    const redis = new Redis(port, '127.0.0.1');
    try {
      return await use(redis);
    } finally {
      redis.disconnect();
    }
  }

  /** @param {'SET' | 'SETNX'} restore */
  async function empty(restore) {
    await withClient(current().port, async (redis) => {
      const taken = /** @type {string[]} */ (await redis.eval(takeAll, 0));
      await pause(1_500);
      await redis.eval(putBack, 0, restore, ...taken);
    });
  }

  const troubles = {
    async killed() {
      await current().restart();
      // One that took another's place starts with the arguments of a replica.
      await withClient(current().port, (redis) => redis.replicaof('NO', 'ONE'));
    },
    async 'failed over'() {
      const [lost, promoted] = servers;
      if (lost === undefined || promoted === undefined) throw new Error('there are two servers');
      await lost.stop();
      await withClient(promoted.port, (redis) => redis.replicaof('NO', 'ONE'));
      servers = [promoted];
      for (const socket of sockets) socket.destroy();
      servers = [promoted, await startReplicaOf(promoted.port)];
      await lost.close();
    },
    emptied: () => empty('SET'),
    'emptied, and restored around what was written meanwhile': () => empty('SETNX'),
  };

  return {
    url: `redis://127.0.0.1:${address.port}`,
    counts,
    /** @param {AbortSignal} signal */
    async trouble(signal) {
      while (!signal.aborted) {
        await pause(2_000 + random() * 4_000, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
        const names = /** @type {(keyof typeof troubles)[]} */ (Object.keys(troubles));
        const name = names[Math.floor(random() * names.length)] ?? 'killed';
        counts[name] = (counts[name] ?? 0) + 1;
        await troubles[name]();
      }
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      line.close();
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}
