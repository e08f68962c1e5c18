import { type ChainableCommander, Cluster, Redis } from 'ioredis';
import { scripts } from './scripts.js';
import type { RedisTarget } from './url.js';

export interface Connection {
  readonly redis: Redis | Cluster;
  /** Connects to a cluster: it has no time-out of its own. Other connections connect at the first command. */
  ready(): Promise<void>;
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
  // The servers of a cluster change while others are connected.
  redis.on('+node', () => {
    outage = undefined;
    onConnect();
  });

  async function answerTo<T>(command: Promise<T>): Promise<T> {
    try {
      return await command;
    } catch (error) {
      throw isAnswer(error) ? error : (outage ?? causeOf(error));
    }
  }

  async function ready(): Promise<void> {
    if (redis instanceof Redis || redis.status === 'ready') return;
    if (redis.status === 'wait') redis.connect().catch(() => undefined);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        redis.off('ready', onReady);
        reject(outage ?? new Error(`The cluster did not answer within ${timeoutMs} ms`));
      }, timeoutMs);
      const onReady = () => {
        clearTimeout(timer);
        resolve();
      };
      redis.once('ready', onReady);
    });
  }

  return {
    redis,
    ready,
    answerTo,
    async answersTo(commands) {
      return (await answerTo(commands.exec())) ?? [];
    },
    async masters() {
      if (redis instanceof Redis) return [redis];
      await ready();
      return redis.nodes('master');
    },
  };
}

function open(target: RedisTarget, timeoutMs: number): Redis | Cluster {
  const { kind, nodes, isTls, username, password, database, masterName } = target;
  const { sentinelUsername, sentinelPassword } = target;
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
        ...(sentinelUsername !== undefined && { sentinelUsername }),
        ...(sentinelPassword !== undefined && { sentinelPassword }),
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
        slotsRefreshInterval: 5_000,
        // Commands would wait there for ever.
        enableOfflineQueue: false,
        // As `autoResendUnfulfilledCommands`.
        retryDelayOnFailover: 0,
      });
  }
}

/** Whether a server answered with an error. */
export function isAnswer(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/** Of a cluster, the reason is that of the last server that was tried; ioredis does not know why it has no connection. */
function causeOf(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (!('lastNodeError' in error && error.lastNodeError instanceof Error)) return error;
  const { message } = error.lastNodeError;
  return message === 'Connection is closed.'
    ? new Error('None of the given servers of the cluster can be reached', { cause: error })
    : error.lastNodeError;
}
