import type { Readable, Writable } from 'node:stream';
import {
  createLineSplitter,
  type ErrorResponse,
  errorResponse,
  type Id,
  invalidRequest,
  type Message,
  readFrame,
} from './frame.js';

/** Whatever the server writes: responses, and notifications of progress. */
export interface Outgoing {
  readonly jsonrpc: '2.0';
  readonly id?: Id | null | undefined;
  readonly method?: string | undefined;
  readonly result?: unknown;
}

/** Messages over stdin and stdout, one JSON-RPC frame a line. It outlives its consumers. */
export interface StdioChannel {
  /** From now on messages go to this consumer, beginning with those that wait for one. */
  receive(consumer: (message: Message) => void): void;
  /** Ends the present consumer; the next one gets these messages first. */
  handBack(messages: readonly Message[]): void;
  /** Resolves when the bytes are written; rejects when stdout is closed. */
  send(message: Outgoing): Promise<void>;
  /** The first frame that was refused, without the client's text; one is enough for a log. */
  readonly firstRefusal: Promise<ErrorResponse>;
  /** Drops the next response with this id: the client has it already. */
  mute(id: Id): void;
  /** Resolves when stdin has ended and a consumer has taken every message. */
  readonly ended: Promise<unknown>;
  /** Resolves when stdout cannot be written to any more: the client is gone. */
  readonly broken: Promise<unknown>;
  /** Resolves as soon as every request that came has its response, and stdout has the bytes. */
  drained(): Promise<void>;
}

export interface StdioChannelOptions {
  readonly stdin: Readable;
  readonly stdout: Writable;
}

/** Responses that go out together, once the last of them is there. */
interface Batch {
  /** Of requests without a response. */
  readonly keys: string[];
  readonly responses: Outgoing[];
}

export function openStdioChannel({ stdin, stdout }: StdioChannelOptions): StdioChannel {
  const waiting: Message[] = [];
  let consumer: ((message: Message) => void) | undefined;
  let protocolVersion: string | undefined;
  /** How many requests have no response, by id; a client may use an id twice. */
  const unanswered = new Map<string, number>();
  const batches = new Set<Batch>();
  const muted = new Set<string>();
  const whenDrained = new Set<() => void>();
  const ended = deferred<undefined>();
  const broken = deferred<undefined>();
  const firstRefusal = deferred<ErrorResponse>();
  let isReading = false;
  let stdinHasEnded = false;
  let isBroken = false;
  let pendingWrites = 0;

  function onLine(line: string): void {
    const { messages, refusals, isBatch } = readFrame(line, protocolVersion);
    for (const refusal of refusals) firstRefusal.resolve(refusal);
    const keys = messages.flatMap(({ id }) => (id === undefined ? [] : [keyOf(id)]));
    if (!isBatch) for (const refusal of refusals) writeOrDrop(refusal);
    else if (keys.length > 0) batches.add({ keys, responses: [...refusals] });
    else if (refusals.length > 0) writeOrDrop(refusals);
    for (const message of messages) take(message);
  }

  function take(message: Message): void {
    const { id, method, params } = message;
    if (id !== undefined) {
      unanswered.set(keyOf(id), (unanswered.get(keyOf(id)) ?? 0) + 1);
    } else if (method === 'notifications/cancelled') {
      // A request that is cancelled gets no response.
      const requestId = params?.['requestId'];
      if (typeof requestId === 'string' || typeof requestId === 'number') settle(requestId);
    }
    if (consumer === undefined) waiting.push(message);
    else consumer(message);
  }

  /** @returns whether the response goes out later, with others of its batch */
  function settle(id: Id, response?: Outgoing): boolean {
    const key = keyOf(id);
    const count = unanswered.get(key) ?? 0;
    if (count > 1) unanswered.set(key, count - 1);
    else unanswered.delete(key);
    const batch = [...batches].find(({ keys }) => keys.includes(key));
    if (batch !== undefined) {
      batch.keys.splice(batch.keys.indexOf(key), 1);
      if (response !== undefined) batch.responses.push(response);
      if (batch.keys.length === 0) {
        batches.delete(batch);
        if (batch.responses.length > 0) writeOrDrop(batch.responses);
      }
    }
    announceDrained();
    return batch !== undefined;
  }

  function announceDrained(): void {
    if (unanswered.size > 0 || pendingWrites > 0) return;
    for (const resolve of whenDrained) resolve();
    whenDrained.clear();
  }

  function write(value: unknown): Promise<void> {
    if (isBroken) return Promise.reject(new Error('stdout is closed'));
    pendingWrites += 1;
    return new Promise((resolve, reject) => {
      stdout.write(`${JSON.stringify(value)}\n`, (error) => {
        pendingWrites -= 1;
        if (error) reject(error);
        else resolve();
        announceDrained();
      });
    });
  }

  /** For what has no sender to tell; `broken` says that stdout is closed. */
  function writeOrDrop(value: unknown): void {
    write(value).catch(() => undefined);
  }

  const lines = createLineSplitter({
    onLine,
    onTooLong(megabytes) {
      const text = `Invalid request: a line may have ${megabytes} MB at most.`;
      const refusal = errorResponse(null, invalidRequest, text);
      firstRefusal.resolve(refusal);
      writeOrDrop(refusal);
    },
  });

  function read(): void {
    const onEnd = () => {
      if (stdinHasEnded) return;
      stdinHasEnded = true;
      lines.end();
      if (consumer !== undefined) ended.resolve(undefined);
    };
    stdin.on('data', (chunk: Buffer) => {
      lines.add(chunk);
    });
    stdin.once('end', onEnd).once('close', onEnd).on('error', onEnd);
  }

  const onBroken = () => {
    isBroken = true;
    // No response can be written any more.
    unanswered.clear();
    pendingWrites = 0;
    announceDrained();
    broken.resolve(undefined);
  };
  stdout.on('error', onBroken).on('close', onBroken);

  return {
    receive(next) {
      consumer = next;
      for (let at = waiting.shift(); at !== undefined; at = consumer === next ? waiting.shift() : undefined) {
        next(at);
      }
      if (!isReading) read();
      isReading = true;
      if (stdinHasEnded && consumer === next) ended.resolve(undefined);
    },
    handBack(messages) {
      consumer = undefined;
      waiting.unshift(...messages);
    },
    mute(id) {
      muted.add(keyOf(id));
    },
    async send(message) {
      const { id, method, result } = message;
      if (method !== undefined || id === undefined || id === null) return write(message);
      protocolVersion = versionIn(result) ?? protocolVersion;
      if (muted.delete(keyOf(id)) || settle(id, message)) return;
      return write(message);
    },
    firstRefusal: firstRefusal.promise,
    ended: ended.promise,
    broken: broken.promise,
    drained: () =>
      new Promise((resolve) => {
        whenDrained.add(resolve);
        announceDrained();
      }),
  };
}

/** The version that an `initialize` result settles. */
function versionIn(result: unknown): string | undefined {
  const isObject = typeof result === 'object' && result !== null && 'protocolVersion' in result;
  return isObject && typeof result.protocolVersion === 'string' ? result.protocolVersion : undefined;
}

/** `1` and `"1"` are different ids. */
function keyOf(id: Id): string {
  return JSON.stringify(id);
}

function deferred<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
