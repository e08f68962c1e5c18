import type { Id, Message } from '../frames/frame.js';
import type { StdioChannel } from '../frames/stdio-channel.js';

/**
 * What the server answers to the requests that every client begins with, as the build has recorded it from the server
 * itself. With it, a process that an assistant starts and never uses loads neither the SDK nor the tools.
 */
export interface RecordedResponses {
  /** The settings that the responses depend on. */
  readonly variables: readonly string[];
  /** The flags that the command line knows, and whether each takes a value. */
  readonly flags: readonly RecordedFlag[];
  /** Members of results, each once, since the results share most of them. */
  readonly members: readonly RecordedMember[];
  /** Elements of lists, each once, since the lists share most of them. */
  readonly elements: readonly unknown[];
  /** Places in `members`, by variant (see `variantKey`), then by protocol version, then by method. */
  readonly results: Readonly<Record<string, Readonly<Record<string, ResultsByMethod>>>>;
}

export interface RecordedFlag {
  readonly flag: string;
  readonly takesValue: boolean;
}

/** Of a list, the places in `elements` take the place of the value. */
type RecordedMember = readonly [name: string, value: unknown, list?: readonly number[]];

type ResultsByMethod = Readonly<Record<string, readonly number[]>>;

/**
 * The key of the recorded results for these settings and this client.
 *
 * @param values of `variables`, in their order; the empty text where one is not set
 * @param extensions that the client declares
 */
export function variantKey(values: readonly string[], extensions: unknown): string {
  return JSON.stringify([...values, extensions ?? {}]);
}

export interface RespondOptions {
  readonly recorded: RecordedResponses;
  /** Values of the settings that the responses depend on, in their order. */
  readonly values: readonly string[];
  readonly channel: StdioChannel;
}

/**
 * Answers what was recorded, word for word. Resolves with the first message that was not; the channel then has that
 * message for its next consumer, and before it the one that says who the client is (`initialize`, or the first list
 * where there is none), whose second response is muted.
 */
export function respondFromRecord({ recorded, values, channel }: RespondOptions): Promise<void> {
  return new Promise((resolve) => {
    /** What the server has to know of the client, once it is loaded. */
    const introduction: Message[] = [];
    let introducedBy: Id | undefined;
    let client: Client | undefined;

    /** @returns whether nothing else is to be done about the message */
    function respond(message: Message): boolean {
      const { id, method, params } = message;
      if (id === undefined) {
        if (client === undefined || method !== 'notifications/initialized') return false;
        introduction.push(message);
        return true;
      }
      const sender = readEnvelope(params);
      if (sender !== undefined) {
        if (client !== undefined || !send(id, resultFor(sender, method))) return false;
        // A list settles which protocol is spoken, and the server has to learn of it; `server/discover` does not.
        if (introducedBy === undefined && method !== 'server/discover') introduce(message, id);
        return true;
      }
      if (client !== undefined) {
        return method !== 'initialize' && isEmpty(params) && send(id, resultFor(client, method));
      }
      if (introducedBy !== undefined || method !== 'initialize') return false;
      client = readInitialize(params);
      if (client === undefined || !send(id, resultFor(client, method))) return false;
      introduce(message, id);
      return true;
    }

    function introduce(message: Message, id: Id): void {
      introducedBy = id;
      introduction.push(message);
    }

    function resultFor({ protocolVersion, extensions }: Client, method: string): object | undefined {
      const results = own(own(recorded.results, variantKey(values, extensions)), protocolVersion);
      const places = own(results, method);
      return places && Object.fromEntries(places.flatMap(memberAt));
    }

    function memberAt(place: number): (readonly [name: string, value: unknown])[] {
      const member = recorded.members[place];
      if (member === undefined) return [];
      const [name, value, list] = member;
      return [[name, list === undefined ? value : list.map((element) => recorded.elements[element])]];
    }

    /** @returns whether there was anything to send */
    function send(id: Id, result: object | undefined): boolean {
      if (result === undefined) return false;
      // That stdout is closed shows in the channel.
      channel.send({ jsonrpc: '2.0', id, result }).catch(() => undefined);
      return true;
    }

    channel.receive((message) => {
      if (respond(message)) return;
      if (introducedBy !== undefined) channel.mute(introducedBy);
      channel.handBack([...introduction, message]);
      resolve();
    });
  });
}

/** What is known of the client. */
interface Client {
  readonly protocolVersion: string;
  /** What it can show beyond the protocol. */
  readonly extensions: unknown;
}

// Read by hand, since the point is to load nothing. Whatever is not plainly as expected is left to the server.

function readInitialize(params: unknown): Client | undefined {
  if (!isRecord(params)) return undefined;
  const { protocolVersion, capabilities, clientInfo, ...more } = params;
  return isEmpty(more) ? readClient(protocolVersion, capabilities, clientInfo) : undefined;
}

/** The version without `initialize`, in which each request says who sends it. */
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
  const isUnderstood =
    typeof protocolVersion === 'string' &&
    isRecord(capabilities) &&
    Object.values(capabilities).every(isRecord) &&
    isRecord(clientInfo) &&
    typeof clientInfo['name'] === 'string' &&
    typeof clientInfo['version'] === 'string';
  return isUnderstood ? { protocolVersion, extensions: capabilities['extensions'] } : undefined;
}

/** The client writes the name, and every object inherits some, `constructor` for one. */
function own<Value>(table: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}

function isEmpty(params: unknown): boolean {
  return params === undefined || (isRecord(params) && Object.keys(params).length === 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
