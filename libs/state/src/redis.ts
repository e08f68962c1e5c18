import { Redis, type Result } from 'ioredis';
import type { StateStore, StoreTime, Updater, UpdateOptions } from './state-store.js';

export interface RedisStoreOptions {
  /** `redis://` or `rediss://`, with user, password and database number where they are needed. */
  readonly url: string;
  /** Put before every key; default `wemasy-orders:`. */
  readonly keyPrefix?: string;
  /** Longest wait for an answer of Redis in ms, reconnecting included; default 2000. */
  readonly timeoutMs?: number;
}

/**
 * Reads a record and the server's clock at once. Each script touches one key, so it works on a cluster as well.
 */
const readScript = `return {redis.call('GET', KEYS[1]), redis.call('TIME')}`;

/**
 * Writes a record if nobody else has written it since it was read; otherwise gives back what is there now, so that the
 * next try needs no reading. An empty old or new text stands for no record.
 */
const swapScript = `
local now = redis.call('GET', KEYS[1])
if (now or '') ~= ARGV[1] then return {now, redis.call('TIME')} end
if ARGV[2] == '' then redis.call('DEL', KEYS[1])
elseif ARGV[3] == '' then redis.call('SET', KEYS[1], ARGV[2])
else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1`;

declare module 'ioredis' {
  // The library's way of typing scripts: they become methods of the connection.
  interface RedisCommander<Context> {
    readRecord(key: string): Result<unknown, Context>;
    swapRecord(key: string, old: string, fresh: string, expiresInMs: string): Result<unknown, Context>;
  }
}

/** After so many lost races somebody else is always faster, which points at a fault and not at traffic. */
const mostTries = 1000;

/**
 * A store for processes on several machines, on Redis 7 or Valkey. A lost race for a record is run again, so updaters
 * run more than once. Time is the server's, and all clients see the same.
 *
 * `durable` is as durable as the server is set up to be: with `appendfsync always` a power cut loses nothing.
 * Updates reject while the server cannot be reached; the connection comes back by itself.
 */
export function createRedisStore({
  url,
  keyPrefix = 'wemasy-orders:',
  timeoutMs = 2_000,
}: RedisStoreOptions): StateStore {
  const redis = new Redis(url, {
    keyPrefix,
    lazyConnect: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    maxRetriesPerRequest: 1,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
    scripts: {
      readRecord: { lua: readScript, numberOfKeys: 1 },
      swapRecord: { lua: swapScript, numberOfKeys: 1 },
    },
  });
  // Every command that fails rejects its update; without a listener each failed reconnect would be printed as well.
  redis.on('error', () => undefined);
  let closed = false;

  async function update<T>(
    key: string,
    updater: Updater<T>,
    { expiresInMs }: UpdateOptions = {},
  ): Promise<T> {
    if (closed) throw new Error('The store is closed');
    let { text, time } = parseReading(await redis.readRecord(key));
    for (let tries = 0; tries < mostTries; tries += 1) {
      const record = parseRecord(text);
      const updated = updater(record, time);
      if (updated.record === record) return updated.result;
      const fresh = updated.record === undefined ? '' : JSON.stringify(updated.record);
      const expiry = expiresInMs === undefined ? '' : String(Math.ceil(expiresInMs));
      const answer = await redis.swapRecord(key, text, fresh, expiry);
      if (answer === 1) return updated.result;
      ({ text, time } = parseReading(answer));
    }
    throw new Error(`The record ${key} is written by others without a pause`);
  }

  return {
    update,
    async close() {
      if (closed) return;
      closed = true;
      redis.disconnect();
    },
  };
}

/** An empty text stands for no record. */
interface Reading {
  readonly text: string;
  readonly time: StoreTime;
}

/** @throws TypeError when Redis answers something that the scripts do not return */
function parseReading(answer: unknown): Reading {
  const [text, time]: unknown[] = Array.isArray(answer) ? answer : [];
  const [seconds, microseconds]: unknown[] = Array.isArray(time) ? time : [];
  const wallMs = Math.floor(Number(seconds) * 1_000 + Number(microseconds) / 1_000);
  if ((typeof text !== 'string' && text !== null) || !Number.isFinite(wallMs)) {
    throw new TypeError('Redis answered something else than a record and its time');
  }
  return { text: text ?? '', time: { wallMs } };
}

/** What cannot be read is handed on as it is: to the caller's guard it is a record, and none that it knows. */
function parseRecord(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
