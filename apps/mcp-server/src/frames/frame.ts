/**
 * What the server accepts as a JSON-RPC frame, before the SDK sees it. The SDK drops a frame that fails its schema, and
 * the client then waits until its own timeout. Here every frame with a readable id gets an answer: an empty value that
 * means "none" is taken as none, and anything else that is not valid is refused with that id (JSON-RPC 2.0 §5.1).
 */

/** The only ids that MCP allows. */
export type Id = string | number;

/** A request or notification that the SDK accepts. Responses pass too: a server that asks nothing ignores them. */
export interface Message {
  readonly jsonrpc: '2.0';
  readonly id?: Id;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

export interface ErrorResponse {
  readonly jsonrpc: '2.0';
  /** Null where the frame has no readable id. */
  readonly id: Id | null;
  readonly error: { readonly code: number; readonly message: string };
}

/** What is to be done about a frame: messages to deliver, and errors to answer at once. */
export interface Frame {
  readonly messages: readonly Message[];
  readonly refusals: readonly ErrorResponse[];
  /** Whether the answers to these messages belong together in one array. */
  readonly isBatch: boolean;
}

const parseError = -32_700;
export const invalidRequest = -32_600;
const invalidParams = -32_602;

/** The one protocol version with batches; 2025-06-18 removed them. */
export const versionWithBatches = '2025-03-26';

/**
 * Reads one frame.
 *
 * @param text without a line end; a byte order mark is passed over
 * @param protocolVersion as negotiated; undefined before that
 */
export function readFrame(text: string, protocolVersion: string | undefined): Frame {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return refused(null, parseError, 'Parse error: the frame is not valid JSON.');
  }
  if (!Array.isArray(value)) return readMessage(value);
  if (value.length === 0) return refused(null, invalidRequest, 'Invalid request: the batch is empty.');
  if (protocolVersion === versionWithBatches) {
    const frames = value.map(readMessage);
    return {
      messages: frames.flatMap(({ messages }) => messages),
      refusals: frames.flatMap(({ refusals }) => refusals),
      isBatch: true,
    };
  }
  const ids = value.map(idOf).filter((id) => id !== null);
  const message = `Invalid request: only protocol version ${versionWithBatches} has batches.`;
  const refusals = (ids.length === 0 ? [null] : ids).map((id) => errorResponse(id, invalidRequest, message));
  return { messages: [], refusals, isBatch: false };
}

function readMessage(value: unknown): Frame {
  if (!isRecord(value)) return refused(null, invalidRequest, 'Invalid request: a frame is a JSON object.');
  const { id: givenId, method, params } = value;
  const id = idOf(value);
  if (method === undefined && givenId !== undefined && ('result' in value || 'error' in value)) {
    // The server sends no requests, so it expects no responses.
    return { messages: [], refusals: [], isBatch: false };
  }
  const isNotification = givenId === undefined;
  const refuse = (code: number, message: string) =>
    isNotification && typeof method === 'string'
      ? { messages: [], refusals: [], isBatch: false }
      : refused(id, code, message);
  if (givenId !== undefined && (id === null || !isMcpId(id))) {
    return refuse(invalidRequest, 'Invalid request: id must be a text or a whole number.');
  }
  if (typeof method !== 'string') return refuse(invalidRequest, 'Invalid request: method must be a text.');
  if (value['jsonrpc'] !== '2.0') return refuse(invalidRequest, 'Invalid request: jsonrpc must be "2.0".');
  const read = readParams(method, params);
  if (typeof read === 'string') return refuse(invalidParams, `Invalid params: ${read}`);
  const message: Message = {
    jsonrpc: '2.0',
    ...(id === null ? {} : { id }),
    method,
    ...(read.params === undefined ? {} : { params: read.params }),
  };
  return { messages: [message], refusals: [], isBatch: false };
}

/** @returns what is wrong, as a sentence; or the params, undefined where there are none */
function readParams(
  method: string,
  given: unknown,
): string | { readonly params: Readonly<Record<string, unknown>> | undefined } {
  if (isNone(given)) return { params: undefined };
  if (!isRecord(given)) return 'params must be an object.';
  const { _meta: meta, ...rest } = given;
  if (isNone(meta)) return { params: withoutEmptyArguments(method, rest) };
  if (!isRecord(meta)) return '_meta must be an object.';
  const { progressToken, ...others } = meta;
  if (progressToken !== undefined && progressToken !== null && !isMcpId(progressToken)) {
    return '_meta.progressToken must be a text or a whole number.';
  }
  const readMeta = progressToken === null ? others : meta;
  return { params: { ...withoutEmptyArguments(method, rest), _meta: readMeta } };
}

function withoutEmptyArguments(
  method: string,
  params: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { arguments: given, ...rest } = params;
  return method === 'tools/call' && isNone(given) ? rest : params;
}

/** PHP and some other languages write an empty object as an empty array. */
function isNone(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function isMcpId(value: unknown): value is Id {
  return typeof value === 'string' || Number.isSafeInteger(value);
}

/** The id to answer with: a text or number can be repeated, also one that MCP does not allow. */
function idOf(value: unknown): Id | null {
  const id = isRecord(value) ? value['id'] : undefined;
  return typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id)) ? id : null;
}

function refused(id: Id | null, code: number, message: string): Frame {
  return { messages: [], refusals: [errorResponse(id, code, message)], isBatch: false };
}

/** For a message whose `_meta` the SDK would drop without a response: its schema knows more of it than this file. */
export function invalidMeta(id: Id): ErrorResponse {
  return errorResponse(id, invalidRequest, 'Invalid request: _meta is not valid.');
}

export function errorResponse(id: Id | null, code: number, message: string): ErrorResponse {
  return { jsonrpc: '2.0', id, error: { code, message } };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The longest line that is read, in bytes; a request has some hundred. */
const longestLineBytes = 10_000_000;

export interface LineSplitterOptions {
  /** Takes a line without its end; `\r\n` ends one too. Blank lines are passed over. */
  readonly onLine: (line: string) => void;
  /** A line was longer than it may be; its bytes are dropped as they come, and the next line is read as usual. */
  readonly onTooLong: (longestMegabytes: number) => void;
  readonly longestBytes?: number;
}

export interface LineSplitter {
  add(chunk: Buffer): void;
  /** There will be no more bytes; what came without a line end is a line too. */
  end(): void;
}

/** Splits bytes into lines of UTF-8, however they are cut into chunks. */
export function createLineSplitter(options: LineSplitterOptions): LineSplitter {
  const { onLine, onTooLong, longestBytes = longestLineBytes } = options;
  let parts: Buffer[] = [];
  let length = 0;
  let isTooLong = false;

  function append(bytes: Buffer): void {
    if (isTooLong) return;
    length += bytes.length;
    if (length > longestBytes) {
      isTooLong = true;
      parts = [];
      onTooLong(longestBytes / 1e6);
    } else if (bytes.length > 0) {
      parts.push(bytes);
    }
  }

  function finish(): void {
    const line = isTooLong ? '' : Buffer.concat(parts).toString('utf8').replace(/\r$/, '');
    parts = [];
    length = 0;
    isTooLong = false;
    if (line.trim() !== '') onLine(line);
  }

  return {
    add(chunk) {
      let start = 0;
      for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
        append(chunk.subarray(start, end));
        finish();
        start = end + 1;
      }
      append(chunk.subarray(start));
    },
    end: finish,
  };
}
