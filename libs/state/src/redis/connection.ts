import { type ChainableCommander, Cluster, Redis } from 'ioredis';
import { scripts } from './scripts.js';
import type { RedisTarget } from './url.js';

export interface Connection {
  readonly redis: Redis | Cluster;
  /** Resolves as the command does; rejects with the reason why there is no connection, if there is none. */
  answerTo<T>(command: Promise<T>): Promise<T>;
  /** Runs commands on one connection, and resolves to the answer of each. */
  answersTo(commands: ChainableCommander): Promise<(readonly [error: Error | null, answer: unknown])[]>;
  /** The servers that take writes. */
  masters(): Promise<Redis[]>;
}

/** @param onConnect called when a server answers for the first time, and after every reconnect */
export function connectTo(target: RedisTarget, timeoutMs: number, onConnect: () => void): Connection {
  const redis = open(target, timeoutMs);
  /** Why there is no connection; the error of a command that waited for one says only that it waited. */
  let outage: Error | undefined;
  // Without a listener ioredis prints every failed reconnect.
  redis.on('error', (error) => (outage = causeOf(error)));
  redis.on('ready', () => {
    outage = undefined;
    onConnect();
  });
  // A cluster's servers change while it is connected.
  redis.on('+node', onConnect);

  async function answerTo<T>(command: Promise<T>): Promise<T> {
    try {
      return await command;
    } catch (error) {
      throw outage ?? causeOf(error);
    }
  }

  return {
    redis,
    answerTo,
    async answersTo(commands) {
      return (await answerTo(commands.exec())) ?? [];
    },
    async masters() {
      if (redis instanceof Redis) return [redis];
      // Its servers are known when it has answered.
      await answerTo(redis.ping());
      return redis.nodes('master');
    },
  };
}

function open(target: RedisTarget, timeoutMs: number): Redis | Cluster {
  const { kind, nodes, isTls, username, password, database, masterName } = target;
  const options = {
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    maxRetriesPerRequest: 1,
    // A swap whose answer was lost may have happened; sent again it would look like a lost race, and happen twice.
    autoResendUnfulfilledCommands: false,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(isTls && { tls: {} }),
  };
  const shared = {
    lazyConnect: true,
    // What is sent in one turn of the event loop leaves in one piece.
    enableAutoPipelining: true,
    scripts,
  };
  const retryStrategy = (attempt: number) => Math.min(50 * attempt, 1_000);
  switch (kind) {
    case 'single':
      return new Redis({ ...nodes[0], ...options, ...shared, db: database, retryStrategy });
    case 'sentinel':
      return new Redis({
        ...options,
        ...shared,
        db: database,
        retryStrategy,
        sentinels: [...nodes],
        name: masterName ?? '',
        sentinelRetryStrategy: retryStrategy,
        sentinelCommandTimeout: timeoutMs,
        ...(isTls && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
        // A server that is no longer the master: ask the Sentinels for the new one.
        reconnectOnError: ({ message }) => message.includes('READONLY'),
      });
    case 'cluster':
      return new Cluster([...nodes], {
        ...shared,
        redisOptions: options,
        clusterRetryStrategy: retryStrategy,
        slotsRefreshTimeout: timeoutMs,
        // As `autoResendUnfulfilledCommands`.
        retryDelayOnFailover: 0,
      });
  }
}

/** What ails a cluster's servers is in `lastNodeError`. */
function causeOf(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  return 'lastNodeError' in error && error.lastNodeError instanceof Error ? error.lastNodeError : error;
}
