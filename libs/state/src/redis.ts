import type { ChainableCommander } from 'ioredis';
import { NotDurableError, NotReplicatedError, StoreClosedError } from './errors.js';
import { checkGeneration, openGeneration, readGeneration } from './generation.js';
import { isDirectlyBelow } from './keys.js';
import { connectTo } from './redis/connection.js';
import { type Durability, examineServers, replicasIn } from './redis/durability.js';
import { parseRedisUrl } from './redis/url.js';
import type {
  GenerationGuard,
  GuardedUpdate,
  ListableStore,
  StoreTime,
  UpdateOptions,
  Updater,
} from './state-store.js';

export { NotDurableError, NotReplicatedError } from './errors.js';

/** Where a Redis store is; only the URL is required. */
export interface RedisStoreOptions {
  /** As `parseRedisUrl` takes it: one server, Sentinels, or a cluster. */
  readonly url: string;
  /** Put before every key; default `wemasy-orders:`. */
  readonly keyPrefix?: string;
  /** Longest wait for an answer of Redis in ms, reconnecting included; default 2000. */
  readonly timeoutMs?: number;
  /**
   * Make durable updates even on a server that keeps nothing on disk, and without a replica's confirmation: a restart or
   * a failover may lose them. Set it only if the user accepts that; default false.
   */
  readonly acceptVolatile?: boolean;
}

/** A caller that loses this many races has met a fault: traffic alone does not do that. */
const MAX_TRIES = 1_000;
/** The number of records that are cached, so that most updates need no reading. */
const MAX_CACHED = 10_000;

/**
 * A store for processes on several machines, on Redis 7 or Valkey. After a lost race for a record the updater runs again.
 * Time is the server's, the same for all clients. Keys with the same first segment share a hash slot.
 *
 * Before the first durable update of a connection the store looks at the server's settings, and rejects durable updates
 * with a `NotDurableError` where records may be evicted, or where nothing is kept on disk. On a server with replicas a
 * durable update waits until one has it, and rejects with a `NotReplicatedError` if none does in time; a journal that
 * once had replicas demands one ever after, because a master that was cut off sees none. With `appendfsync always` a
 * power cut loses nothing; with other settings it may lose the last second, which a generation notices.
 *
 * Updates reject while the server cannot be reached; the store reconnects by itself.
 *
 * @throws TypeError for a URL that is not one of Redis
 */
export function createRedisStore({
  url,
  keyPrefix = 'wemasy-orders:',
  timeoutMs = 2_000,
  acceptVolatile = false,
}: RedisStoreOptions): ListableStore {
  const target = parseRedisUrl(url);
  if (target === undefined) throw new TypeError('This is not a complete URL of a Redis');
  const replicaTimeoutMs = Math.ceil(timeoutMs / 2);
  /** What the servers' settings promise, looked at once for each connection. */
  let durability: Promise<Durability> | undefined;
  const { redis, ready, answerTo, answersTo, masters } = connectTo(
    target,
    timeoutMs,
    () => (durability = undefined),
  );
  let closed = false;
  /** Records as this process last wrote them; a swap fails if another process has written since. */
  const cached = new Map<string, string>();
  const readings = new Map<string, Promise<StoreTime>>();

  /** The first segment is the hash tag of the cluster specification: what is in braces chooses the slot. */
  function nameOf(key: string): string {
    const end = firstSegmentOf(key).length;
    return `${keyPrefix}{${key.slice(0, end)}}${key.slice(end)}`;
  }

  function refuseClosed(): void {
    if (closed) throw new StoreClosedError();
  }

  /** The server's clock, read once for all updates that begin in one turn of the event loop. */
  function readTime(key: string): Promise<StoreTime> {
    const clock = target?.kind === 'cluster' ? firstSegmentOf(key) : '';
    let reading = readings.get(clock);
    if (reading === undefined) {
      // Before the command leaves, with all that is sent in this turn: no update gets a time from before it began.
      process.nextTick(() => readings.delete(clock));
      reading = answerTo<unknown>(clock === '' ? redis.time() : redis.readTime(nameOf(key))).then(parseTime);
      readings.set(clock, reading);
    }
    return reading;
  }

  async function readText(key: string): Promise<string> {
    return (await answerTo(redis.get(nameOf(key)))) ?? '';
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

  async function examine(): Promise<Durability> {
    return await examineServers(await masters());
  }

  /**
   * @returns whether durable updates have to wait for a replica
   * @throws {NotDurableError} where the settings make durable updates impossible
   */
  async function requireDurability(): Promise<boolean> {
    durability ??= examine();
    const asked = durability;
    const { persistence, evicts, replicas } = await asked.catch((error: unknown) => {
      if (durability === asked) durability = undefined;
      throw error;
    });
    if (evicts !== undefined) throw new NotDurableError(evicts);
    if (persistence.kind === 'volatile' && !acceptVolatile)
      throw new NotDurableError(persistence.description);
    return needsReplica(replicas > 0);
  }

  function needsReplica(hasReplicas: boolean): boolean {
    return !acceptVolatile && (hasReplicas || target?.kind === 'sentinel');
  }

  /**
   * Makes a swap and, where it has to, waits for a replica, on one connection: WAIT is about the writes of its own.
   *
   * @param isWritten whether an answer of the swap means that it wrote
   */
  async function swapDurably(
    queueSwap: (commands: ChainableCommander) => ChainableCommander,
    waits: boolean,
    isWritten: (answer: unknown) => boolean,
  ): Promise<unknown> {
    const commands = queueSwap(redis.pipeline());
    const [swap, wait] = await answersTo(waits ? commands.wait(1, replicaTimeoutMs) : commands);
    if (swap === undefined) throw new TypeError('Redis did not answer');
    const [error, answer] = swap;
    if (error !== null) throw error;
    if (waits && isWritten(answer)) {
      const [waitError, replicas] = wait ?? [null, 0];
      if (waitError !== null || Number(replicas) < 1)
        throw new NotReplicatedError(replicaTimeoutMs, waitError);
    }
    return answer;
  }

  async function update<T>(
    key: string,
    updater: Updater<T>,
    { durable = false, expiresInMs }: UpdateOptions = {},
  ): Promise<T> {
    refuseClosed();
    if (redis.status !== 'ready') await ready();
    const expiry = expiresInMs === undefined ? '' : String(Math.ceil(expiresInMs));
    const name = nameOf(key);
    const swap = async (old: string, fresh: string) =>
      durable
        ? await swapDurably(
            (commands) => commands.swapRecord(name, old, fresh, expiry),
            await requireDurability(),
            (answer) => answer === 1,
          )
        : await answerTo(redis.swapRecord(name, old, fresh, expiry));
    const known = cached.get(key);
    const [time, text] =
      known === undefined ? await Promise.all([readTime(key), readText(key)]) : [await readTime(key)];
    let applied =
      (known === undefined ? undefined : applyCached(known, updater, time)) ??
      apply(updater, text ?? (await readText(key)), time);
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const { old, fresh, result } = applied;
      if (fresh === undefined) return result;
      const answer = await swap(old, fresh);
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
    refuseClosed();
    if (redis.status !== 'ready') await ready();
    const { id, writes } = guard.expected;
    const writer = guard.writer?.id ?? '';
    const [name, generationName] = [nameOf(key), nameOf(guard.key)];
    const [read, info] = await answersTo(
      redis.pipeline().readGuarded(name, generationName).info('replication'),
    );
    if (read === undefined) throw new TypeError('Redis did not answer');
    if (read[0] !== null) throw read[0];
    const hasReplicas = replicasIn(typeof info?.[1] === 'string' ? info[1] : undefined) > 0;
    let answer = read[1];
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const [text, found, time] = parseGuardedReading(answer);
      const record = parseRecord(found);
      const generation = checkGeneration(guard, record);
      const { old, fresh, result } = apply(updater, text, time);
      if (fresh === undefined) return { result, generation, isUnchanged: true };
      await requireDurability();
      cached.delete(key);
      answer = await swapDurably(
        (commands) =>
          commands.swapGuarded(
            name,
            generationName,
            old,
            fresh,
            id,
            writes,
            hasReplicas ? '1' : '0',
            writer,
            generation.lastWrites?.[writer] ?? 0,
          ),
        needsReplica(hasReplicas || isReplicated(record)),
        (given) => typeof given === 'number',
      );
      if (typeof answer === 'number') return { result, generation: { id, writes: answer } };
    }
    throw new Error(`Other processes write the record ${key} without a pause`);
  }

  return {
    update,
    updateGuarded,
    openGeneration: (key) => openGeneration({ update }, key),
    readGeneration: (key) => readGeneration({ update }, key),
    async keys(prefix) {
      refuseClosed();
      const found = new Set<string>();
      const start = keyPrefix.length + '{}'.length + firstSegmentOf(prefix).length;
      for (const server of await masters()) {
        for (const name of await namesOn(server, `${escapePattern(nameOf(prefix))}/*`)) {
          found.add(`${firstSegmentOf(prefix)}${name.slice(start)}`);
        }
      }
      return [...found].filter((key) => isDirectlyBelow(key, prefix));
    },
    async healthCheck() {
      refuseClosed();
      try {
        durability = undefined;
        const options = { durable: true, expiresInMs: 60_000 };
        await update('trial', () => ({ record: {}, result: undefined }), options);
        await update('trial', () => ({ record: undefined, result: undefined }), options);
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
    async place() {
      return { description: target.description };
    },
    async persistence() {
      refuseClosed();
      return (await examine()).persistence;
    },
    async close() {
      if (closed) return;
      closed = true;
      redis.disconnect();
    },
  };

  async function namesOn(
    server: Awaited<ReturnType<typeof masters>>[number],
    pattern: string,
  ): Promise<string[]> {
    const found: string[] = [];
    let cursor = '0';
    do {
      const [next, names] = await answerTo(server.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000));
      found.push(...names);
      cursor = next;
    } while (cursor !== '0');
    return found;
  }
}

function firstSegmentOf(key: string): string {
  const end = key.indexOf('/');
  return end === -1 ? key : key.slice(0, end);
}

/** Whether the journal once had replicas. */
function isReplicated(generation: unknown): boolean {
  return (
    typeof generation === 'object' &&
    generation !== null &&
    'replicated' in generation &&
    generation.replicated === true
  );
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
