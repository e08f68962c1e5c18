import type { Readable, Writable } from 'node:stream';
import type { InitializedClient } from '../transports/stdio.js';

/**
 * What the server answers to the questions that every client asks first, as the build has recorded it from the server
 * itself. With it, a process that an assistant starts and never uses loads neither the SDK nor the tools.
 */
export interface RecordedResponses {
  /** The settings that the answers depend on. */
  readonly variables: readonly string[];
  /** What answers consist of, each once, since they share much: a member of a result, name and value, as JSON. */
  readonly members: readonly string[];
  /** Places in `members`, by circumstances (see `variantKey`), then by protocol version, then by method. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, Answers>>>>;
}

type Answers = Readonly<Record<string, readonly number[]>>;

/** Where the first answers end and the server goes on. */
export interface Handover {
  /** Who was answered; undefined when nobody was. */
  readonly client: InitializedClient | undefined;
  /** Whether the client has gone away. */
  readonly ended: boolean;
}

export interface RecordedResponsesOptions {
  readonly recorded: RecordedResponses;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  readonly stdout: Writable;
}

/**
 * Answers what was recorded, word for word, until something else is asked. Then stdin is as if nobody had read from
 * it: the greeting, or the first list where there is none, lies in it again, so that the server learns who is there, and
 * after it what is still unanswered.
 */
export function answerFromRecord({
  recorded,
  environment,
  stdin,
  stdout,
}: RecordedResponsesOptions): Promise<Handover> {
  return new Promise((resolve) => {
    const greeting: Buffer[] = [];
    let initialized: InitializedClient | undefined;
    let client: Client | undefined;
    let unread: Buffer = Buffer.alloc(0);

    /** @returns whether that was all there is to do about the line */
    function answer(line: Buffer): boolean {
      const message = parse(line);
      if (message === undefined) return false;
      const { id, method, params } = message;
      if (id === undefined) {
        if (client === undefined || method !== 'notifications/initialized') return false;
        greeting.push(line);
        return true;
      }
      const asker = readEnvelope(params);
      if (asker !== undefined) {
        if (client !== undefined || !write(id, recordedFor(asker, method))) return false;
        // A list settles which protocol is spoken, and the server has to learn of it; a look at the server does not.
        if (initialized === undefined && method !== 'server/discover') {
          initialized = { id };
          greeting.push(line);
        }
        return true;
      }
      if (client !== undefined) {
        return method !== 'initialize' && isEmpty(params) && write(id, recordedFor(client, method));
      }
      client = initialized === undefined && method === 'initialize' ? readGreeting(params) : undefined;
      if (client === undefined || !write(id, recordedFor(client, method))) return false;
      initialized = { id };
      greeting.push(line);
      return true;
    }

    function recordedFor({ protocolVersion, extensions }: Client, method: string): string | undefined {
      const circumstances = variantKey(recorded.variables, environment, extensions);
      const answers = own(own(recorded.answers, circumstances), protocolVersion);
      const places = own(answers, method);
      return places && `{${places.map((place) => recorded.members[place]).join(',')}}`;
    }

    /** @returns whether there was anything to write */
    function write(id: string | number, result: string | undefined): boolean {
      if (result === undefined) return false;
      stdout.write(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}\n`);
      return true;
    }

    function onReadable(): void {
      for (let chunk: Buffer | null = stdin.read(); chunk !== null; chunk = stdin.read()) {
        unread = Buffer.concat([unread, chunk]);
        for (let end = unread.indexOf('\n'); end >= 0; end = unread.indexOf('\n')) {
          const line = unread.subarray(0, end + 1);
          if (!answer(line)) return handover(false);
          unread = unread.subarray(end + 1);
        }
      }
    }

    function onEnd(): void {
      handover(true);
    }

    function handover(ended: boolean): void {
      stdin.off('readable', onReadable).off('end', onEnd).off('close', onEnd);
      if (!ended) stdin.unshift(Buffer.concat([...greeting, unread]));
      resolve({ client: initialized, ended });
    }

    stdin.on('readable', onReadable).once('end', onEnd).once('close', onEnd);
  });
}

/** What is known of whoever asks. */
interface Client {
  readonly protocolVersion: string;
  /** What it can show beyond the protocol. */
  readonly extensions: unknown;
}

/** What the answers depend on, as one text: the values of the settings, and what the client can show. */
export function variantKey(
  variables: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  extensions: unknown,
): string {
  return JSON.stringify([...variables.map((name) => environment[name] ?? ''), extensions ?? {}]);
}

interface Message {
  readonly id: string | number | undefined;
  readonly method: string;
  readonly params: unknown;
}

// Read by hand, since the point is to load nothing. Whatever is not plainly as expected is left to the server.

function parse(line: Buffer): Message | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line.toString('utf8'));
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value['jsonrpc'] !== '2.0') return undefined;
  const { id, method, params } = value;
  if (typeof method !== 'string') return undefined;
  if (id !== undefined && typeof id !== 'string' && !Number.isSafeInteger(id)) return undefined;
  return { id: typeof id === 'string' || typeof id === 'number' ? id : undefined, method, params };
}

function readGreeting(params: unknown): Client | undefined {
  if (!isRecord(params)) return undefined;
  const { protocolVersion, capabilities, clientInfo, ...more } = params;
  return isEmpty(more) ? readClient(protocolVersion, capabilities, clientInfo) : undefined;
}

/** The revision without a greeting, in which each request says who asks. */
const envelopeVersion = '2026-07-28';

function readEnvelope(params: unknown): Client | undefined {
  if (!isRecord(params)) return undefined;
  const { _meta: envelope, ...others } = params;
  if (!isRecord(envelope)) return undefined;
  const {
    'io.modelcontextprotocol/protocolVersion': protocolVersion,
    'io.modelcontextprotocol/clientCapabilities': capabilities,
    'io.modelcontextprotocol/clientInfo': clientInfo,
    ...more
  } = envelope;
  return protocolVersion === envelopeVersion && isEmpty(others) && isEmpty(more)
    ? readClient(protocolVersion, capabilities, clientInfo)
    : undefined;
}

function readClient(
  protocolVersion: unknown,
  capabilities: unknown,
  clientInfo: unknown,
): Client | undefined {
  const understood =
    typeof protocolVersion === 'string' &&
    isRecord(capabilities) &&
    Object.values(capabilities).every(isRecord) &&
    isRecord(clientInfo) &&
    typeof clientInfo['name'] === 'string' &&
    typeof clientInfo['version'] === 'string';
  return understood ? { protocolVersion, extensions: capabilities['extensions'] } : undefined;
}

/** The client writes the name, and every object has some of its own, `constructor` for one. */
function own<Value>(table: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}

function isEmpty(params: unknown): boolean {
  return params === undefined || (isRecord(params) && Object.keys(params).length === 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
