import { Redis, type Result } from 'ioredis';
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
 * Writes a record if it still is what it was taken for; otherwise gives back what is there now and the time, so that the
 * next try needs no reading. An empty old or new text stands for no record. It touches one key, so that it works on a
 * cluster as well.
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
 * As the other one, for a record of a generation: writes only while the generation is the expected one and has at least
 * the expected number of writes, and raises that number.
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

/** After so many lost races somebody else is always faster, which points at a fault and not at traffic. */
const mostTries = 1000;
/** So many records are remembered, so that most updates need not read theirs. */
const mostRemembered = 10_000;

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
}: RedisStoreOptions): ListableStore {
  const redis = new Redis(url, {
    keyPrefix,
    lazyConnect: true,
    // What is sent in one turn of the event loop goes out in one piece.
    enableAutoPipelining: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    maxRetriesPerRequest: 1,
    // A swap whose answer was lost may have happened; sent again it would look like a lost race, and be made twice.
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
    scripts: {
      swapRecord: { lua: swapScript, numberOfKeys: 1 },
      readGuarded: { lua: readGuardedScript, numberOfKeys: 2 },
      swapGuarded: { lua: swapGuardedScript, numberOfKeys: 2 },
    },
  });
  /** Why there is no connection; a command that waits for one is told only that it waited. */
  let outage: Error | undefined;
  // Without a listener each failed reconnect would be printed.
  redis.on('error', (error) => (outage = error));
  redis.on('ready', () => (outage = undefined));
  let closed = false;
  /** Records as this process last wrote them; a swap finds out whether somebody else has been there since. */
  const remembered = new Map<string, string>();
  let reading: Promise<StoreTime> | undefined;

  async function answerTo<T>(command: Promise<T>): Promise<T> {
    try {
      return await command;
    } catch (error) {
      throw outage ?? error;
    }
  }

  /** The server's clock, asked once for all who want to know it in one turn of the event loop. */
  function readTime(): Promise<StoreTime> {
    if (reading === undefined) {
      // Before the question leaves, with what else is sent in this turn: nobody gets a time from before he asked.
      process.nextTick(() => (reading = undefined));
      reading = answerTo(redis.time()).then(parseTime);
    }
    return reading;
  }

  async function readText(key: string): Promise<string> {
    return (await answerTo(redis.get(key))) ?? '';
  }

  function remember(key: string, text: string): void {
    remembered.set(key, text);
    if (remembered.size <= mostRemembered) return;
    const [first] = remembered.keys();
    if (first !== undefined) remembered.delete(first);
  }

  /** Runs the updater on what is remembered, if it would write: what only looks must see what is there. */
  function foresee<T>(text: string, updater: Updater<T>, time: StoreTime): Applied<T> | undefined {
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
    if (closed) throw new Error('The store is closed');
    const expiry = expiresInMs === undefined ? '' : String(Math.ceil(expiresInMs));
    const known = remembered.get(key);
    const [time, text] =
      known === undefined ? await Promise.all([readTime(), readText(key)]) : [await readTime()];
    let applied =
      (known === undefined ? undefined : foresee(known, updater, time)) ??
      apply(updater, text ?? (await readText(key)), time);
    for (let tries = 0; tries < mostTries; tries += 1) {
      const { old, fresh, result } = applied;
      if (fresh === undefined) return result;
      const answer = await answerTo(redis.swapRecord(key, old, fresh, expiry));
      if (answer === 1) {
        remember(key, fresh);
        return result;
      }
      remembered.delete(key);
      applied = apply(updater, ...parseReading(answer));
    }
    throw new Error(`The record ${key} is written by others without a pause`);
  }

  async function updateGuarded<T>(
    key: string,
    updater: Updater<T>,
    guard: GenerationGuard,
  ): Promise<GuardedUpdate<T>> {
    if (closed) throw new Error('The store is closed');
    const { id, writes } = guard.expected;
    let answer = await answerTo(redis.readGuarded(key, guard.key));
    for (let tries = 0; tries < mostTries; tries += 1) {
      const [text, found, time] = parseGuardedReading(answer);
      const generation = checkGeneration(guard, parseRecord(found));
      const { old, fresh, result } = apply(updater, text, time);
      if (fresh === undefined) return { result, generation };
      remembered.delete(key);
      answer = await answerTo(redis.swapGuarded(key, guard.key, old, fresh, id, writes));
      if (typeof answer === 'number') return { result, generation: { id, writes: answer } };
    }
    throw new Error(`The record ${key} is written by others without a pause`);
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
      if (closed) throw new Error('The store is closed');
      const found = new Set<string>();
      // What scans is not a command on a key, so the prefix is not put before it.
      const match = `${escapePattern(`${keyPrefix}${prefix}`)}/*`;
      let cursor = '0';
      do {
        const [next, names] = await answerTo(redis.scan(cursor, 'MATCH', match, 'COUNT', 1_000));
        for (const name of names) found.add(name.slice(keyPrefix.length));
        cursor = next;
      } while (cursor !== '0');
      return [...found].filter((key) => isDirectlyBelow(key, prefix));
    },
    async findFault() {
      if (closed) throw new Error('The store is closed');
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

/** Characters that mean something in a pattern of Redis mean themselves. */
function escapePattern(text: string): string {
  return text.replaceAll(/[\\*?[\]]/g, '\\$&');
}

/** An empty text stands for no record. */
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

/** @throws TypeError when Redis answers something that the script does not return */
function parseReading(answer: unknown): [text: string, time: StoreTime] {
  const [text, time]: unknown[] = Array.isArray(answer) ? answer : [];
  if (typeof text !== 'string' && text !== null)
    throw new TypeError('Redis answered something else than a record');
  return [text ?? '', parseTime(time)];
}

/** @throws TypeError when Redis answers something that the script does not return */
function parseGuardedReading(answer: unknown): [text: string, generation: string, time: StoreTime] {
  const [record, generation, time]: unknown[] = Array.isArray(answer) ? answer : [];
  const [text, now] = parseReading([record, time]);
  if (typeof generation !== 'string' && generation !== null)
    throw new TypeError('Redis answered something else than a generation');
  return [text, generation ?? '', now];
}

/** @throws TypeError when it is not what TIME answers */
function parseTime(answer: unknown): StoreTime {
  const [seconds, microseconds]: unknown[] = Array.isArray(answer) ? answer : [];
  const wallMs = Math.floor(Number(seconds) * 1_000 + Number(microseconds) / 1_000);
  if (!Number.isFinite(wallMs)) throw new TypeError('Redis answered something else than its time');
  return { wallMs };
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
