import { Redis, type Result } from 'ioredis';
import { StoreClosedError } from './errors.js';
import { checkGeneration, openGeneration, readGeneration } from './generation.js';
import { isDirectlyBelow } from './keys.js';
import type {
  GenerationGuard,
  GuardedUpdate,
  ListableStore,
  StoreTime,
  Updater,
  UpdateOptions,
} from './state-store.js';

export interface RedisStoreOptions {
  /** `redis://` or `rediss://`, with user, password and database number where they are needed. */
  readonly url: string;
  /** Put before every key; default `wemasy-orders:`. */
  readonly keyPrefix?: string;
  /** Longest wait for an answer of Redis in ms, reconnecting included; default 2000. */
  readonly timeoutMs?: number;
}

/**
 * Writes a record if it is still the expected one; otherwise returns the present one and the time, so that the next try
 * needs no reading. An empty text means no record.
 */
const swapScript = `
local now = redis.call('GET', KEYS[1])
if (now or '') ~= ARGV[1] then return {now, redis.call('TIME')} end
if ARGV[2] == '' then redis.call('DEL', KEYS[1])
elseif ARGV[3] == '' then redis.call('SET', KEYS[1], ARGV[2])
else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1`;

/** The record, the generation and the time, as they are at one moment. */
const readGuardedScript = `return {redis.call('GET', KEYS[1]), redis.call('GET', KEYS[2]), redis.call('TIME')}`;

/**
 * As `swapScript`, for a record of a generation: writes only if the generation is the expected one and has at least the
 * expected number of writes, and raises that number.
 */
const swapGuardedScript = `
local now, generation = redis.call('GET', KEYS[1]), redis.call('GET', KEYS[2])
local readable, found = pcall(cjson.decode, generation or '')
local same = readable and type(found) == 'table' and found.id == ARGV[3] and type(found.writes) == 'number'
  and found.writes >= tonumber(ARGV[4])
if not same or (now or '') ~= ARGV[1] then return {now, generation, redis.call('TIME')} end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2]) end
local writes = found.writes + 1
redis.call('SET', KEYS[2], string.format('{"id":"%s","writes":%.0f}', found.id, writes))
return writes`;

declare module 'ioredis' {
  // The library's way of typing scripts: they become methods of the connection.
  interface RedisCommander<Context> {
    swapRecord(key: string, old: string, fresh: string, expiresInMs: string): Result<unknown, Context>;
    readGuarded(key: string, generationKey: string): Result<unknown, Context>;
    swapGuarded(
      key: string,
      generationKey: string,
      old: string,
      fresh: string,
      id: string,
      writes: number,
    ): Result<unknown, Context>;
  }
}

/** A caller that loses this many races meets a fault, not traffic. */
const MAX_TRIES = 1_000;
/** The number of records that are cached, so that most updates need no reading. */
const MAX_CACHED = 10_000;

/**
 * A store for processes on several machines, on Redis 7 or Valkey. After a lost race for a record the updater runs again.
 * Time is the server's, the same for all clients.
 *
 * `durable` is as durable as the server is set up to be: with `appendfsync always` a power cut loses nothing.
 * Updates reject while the server cannot be reached; the store reconnects by itself.
 */
export function createRedisStore({
  url,
  keyPrefix = 'wemasy-orders:',
  timeoutMs = 2_000,
}: RedisStoreOptions): ListableStore {
  const redis = new Redis(url, {
    keyPrefix,
    lazyConnect: true,
    // What is sent in one turn of the event loop goes out in one piece.
    enableAutoPipelining: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    maxRetriesPerRequest: 1,
    // A swap whose answer was lost may have happened; sent again it would look like a lost race, and happen twice.
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
    scripts: {
      swapRecord: { lua: swapScript, numberOfKeys: 1 },
      readGuarded: { lua: readGuardedScript, numberOfKeys: 2 },
      swapGuarded: { lua: swapGuardedScript, numberOfKeys: 2 },
    },
  });
  /** Why there is no connection; the error of a command that waited for one says only that it waited. */
  let outage: Error | undefined;
  // Without a listener ioredis prints every failed reconnect.
  redis.on('error', (error) => (outage = error));
  redis.on('ready', () => (outage = undefined));
  let closed = false;
  /** Records as this process last wrote them; a swap fails if another process has written since. */
  const cached = new Map<string, string>();
  let reading: Promise<StoreTime> | undefined;

  async function answerTo<T>(command: Promise<T>): Promise<T> {
    try {
      return await command;
    } catch (error) {
      throw outage ?? error;
    }
  }

  /** The server's clock, read once for all updates that begin in one turn of the event loop. */
  function readTime(): Promise<StoreTime> {
    if (reading === undefined) {
      // Before the command leaves, with all that is sent in this turn: no update gets a time from before it began.
      process.nextTick(() => (reading = undefined));
      reading = answerTo(redis.time()).then(parseTime);
    }
    return reading;
  }

  async function readText(key: string): Promise<string> {
    return (await answerTo(redis.get(key))) ?? '';
  }

  function cache(key: string, text: string): void {
    cached.set(key, text);
    if (cached.size <= MAX_CACHED) return;
    const [first] = cached.keys();
    if (first !== undefined) cached.delete(first);
  }

  /** Runs the updater on the cached record, if it would write: an update that only reads must see the present one. */
  function applyCached<T>(text: string, updater: Updater<T>, time: StoreTime): Applied<T> | undefined {
    try {
      const applied = apply(updater, text, time);
      return applied.fresh === undefined ? undefined : applied;
    } catch {
      return undefined;
    }
  }

  async function update<T>(
    key: string,
    updater: Updater<T>,
    { expiresInMs }: UpdateOptions = {},
  ): Promise<T> {
    if (closed) throw new StoreClosedError();
    const expiry = expiresInMs === undefined ? '' : String(Math.ceil(expiresInMs));
    const known = cached.get(key);
    const [time, text] =
      known === undefined ? await Promise.all([readTime(), readText(key)]) : [await readTime()];
    let applied =
      (known === undefined ? undefined : applyCached(known, updater, time)) ??
      apply(updater, text ?? (await readText(key)), time);
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const { old, fresh, result } = applied;
      if (fresh === undefined) return result;
      const answer = await answerTo(redis.swapRecord(key, old, fresh, expiry));
      if (answer === 1) {
        cache(key, fresh);
        return result;
      }
      cached.delete(key);
      applied = apply(updater, ...parseReading(answer));
    }
    throw new Error(`Other processes write the record ${key} without a pause`);
  }

  async function updateGuarded<T>(
    key: string,
    updater: Updater<T>,
    guard: GenerationGuard,
  ): Promise<GuardedUpdate<T>> {
    if (closed) throw new StoreClosedError();
    const { id, writes } = guard.expected;
    let answer = await answerTo(redis.readGuarded(key, guard.key));
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const [text, found, time] = parseGuardedReading(answer);
      const generation = checkGeneration(guard, parseRecord(found));
      const { old, fresh, result } = apply(updater, text, time);
      if (fresh === undefined) return { result, generation };
      cached.delete(key);
      answer = await answerTo(redis.swapGuarded(key, guard.key, old, fresh, id, writes));
      if (typeof answer === 'number') return { result, generation: { id, writes: answer } };
    }
    throw new Error(`Other processes write the record ${key} without a pause`);
  }

  return {
    update,
    updateGuarded,
    openGeneration: (key) => openGeneration({ update }, key),
    readGeneration: (key) => readGeneration({ update }, key),
    async place() {
      const { protocol, host, pathname } = new URL(url);
      return { description: `${protocol}//${host}${pathname}` };
    },
    async persistence() {
      return { kind: 'unknown', description: 'the settings of the server were not looked at' };
    },
    async keys(prefix) {
      if (closed) throw new StoreClosedError();
      const found = new Set<string>();
      // ioredis puts the prefix before keys only, not before patterns.
      const match = `${escapePattern(`${keyPrefix}${prefix}`)}/*`;
      let cursor = '0';
      do {
        const [next, names] = await answerTo(redis.scan(cursor, 'MATCH', match, 'COUNT', 1_000));
        for (const name of names) found.add(name.slice(keyPrefix.length));
        cursor = next;
      } while (cursor !== '0');
      return [...found].filter((key) => isDirectlyBelow(key, prefix));
    },
    async healthCheck() {
      if (closed) throw new StoreClosedError();
      try {
        await update('trial', () => ({ record: {}, result: undefined }), { expiresInMs: 60_000 });
        await update('trial', () => ({ record: undefined, result: undefined }));
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
    async close() {
      if (closed) return;
      closed = true;
      redis.disconnect();
    },
  };
}

/** Makes the special characters of a Redis pattern literal. */
function escapePattern(text: string): string {
  return text.replaceAll(/[\\*?[\]]/g, '\\$&');
}

/** An empty text means no record. */
interface Applied<T> {
  readonly old: string;
  /** Absent if the record stays as it is. */
  readonly fresh?: string;
  readonly result: T;
}

function apply<T>(updater: Updater<T>, old: string, time: StoreTime): Applied<T> {
  const found = parseRecord(old);
  const { record, result } = updater(found, time);
  if (record === found) return { old, result };
  return { old, fresh: record === undefined ? '' : JSON.stringify(record), result };
}

/** @throws TypeError for an answer that the script does not give */
function parseReading(answer: unknown): [text: string, time: StoreTime] {
  const [text, time]: unknown[] = Array.isArray(answer) ? answer : [];
  if (typeof text !== 'string' && text !== null) throw new TypeError('Redis did not answer with a record');
  return [text ?? '', parseTime(time)];
}

/** @throws TypeError for an answer that the script does not give */
function parseGuardedReading(answer: unknown): [text: string, generation: string, time: StoreTime] {
  const [record, generation, time]: unknown[] = Array.isArray(answer) ? answer : [];
  const [text, now] = parseReading([record, time]);
  if (typeof generation !== 'string' && generation !== null)
    throw new TypeError('Redis did not answer with a generation');
  return [text, generation ?? '', now];
}

/** @throws TypeError for an answer that TIME does not give */
function parseTime(answer: unknown): StoreTime {
  const [seconds, microseconds]: unknown[] = Array.isArray(answer) ? answer : [];
  const wallMs = Math.floor(Number(seconds) * 1_000 + Number(microseconds) / 1_000);
  if (!Number.isFinite(wallMs)) throw new TypeError('Redis did not answer with its time');
  return { wallMs };
}

/** A damaged record is passed on as text, so that the caller does not take it for no record. */
function parseRecord(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
