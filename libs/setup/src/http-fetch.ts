import type { IncomingMessage } from 'node:http';
import type { Fetch, FetchRequest } from '@wemasy-orders/client';
import type { Clock } from '@wemasy-orders/state';

export interface HttpFetchOptions {
  readonly clock: Clock;
  /** Longest wait for a connection, in ms; default 10000. */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * How long a connection is kept that nothing travels on, in ms; default 1000. The server closes it some seconds later,
   * and what becomes of a request that meets that moment nobody knows.
   */
  readonly idleMs?: number | undefined;
  /** Certificates to trust instead of those that Node trusts, as PEM. */
  readonly ca?: string | undefined;
}

/** There was no connection, so nothing has been sent; `cause` says why. */
export class NotConnectedError extends Error {
  override readonly name = 'NotConnectedError';
  /** As in Node's own errors; `isUnsent` of the rate limiter reads it. */
  readonly syscall = 'connect';

  constructor(cause: Error) {
    super('no connection', { cause });
  }
}

/**
 * A `fetch` over node:http. Node's own takes 40 ms and 10 MB until its first answer, and cannot say whether a request that
 * failed had left.
 *
 * The fetch rejects with a {@link NotConnectedError} where nothing was sent, and with Node's error where something was.
 */
export function createHttpFetch(options: HttpFetchOptions): Fetch {
  const connectors = new Map<string, Connector>();
  return async (url, request) => {
    const { protocol } = new URL(url);
    const connector = connectors.get(protocol) ?? createConnector(protocol, options);
    connectors.set(protocol, connector);
    const message = await exchange(url, request, connector);
    return { status: message.statusCode ?? 0, headers: headersOf(message), text: () => textOf(message) };
  };
}

type Connector = ReturnType<typeof createConnector>;

function createConnector(protocol: string, options: HttpFetchOptions) {
  const { clock, connectTimeoutMs = 10_000, idleMs = 1_000, ca } = options;
  const isSecure = protocol === 'https:';
  // An import would read every property of the module, and some of them load Node's fetch.
  const { Agent, globalAgent, request } = process.getBuiltinModule(isSecure ? 'node:https' : 'node:http');
  // The user's proxy is among them, since Node 22 and if NODE_USE_ENV_PROXY says so.
  const usual =
    'options' in globalAgent && typeof globalAgent.options === 'object' ? globalAgent.options : {};
  const trusted = ca === undefined ? {} : { ca };
  return {
    request,
    agent: new Agent({ ...usual, ...trusted, keepAlive: true, timeout: idleMs }),
    /** When a socket may be written to: with TLS only once the other side has proved who it is. */
    connected: isSecure ? 'secureConnect' : 'connect',
    startTimer: (onTimeout: () => void) => clock.setTimer(onTimeout, connectTimeoutMs),
  };
}

function exchange(
  url: string,
  { method, headers, body, signal }: FetchRequest,
  { request, agent, connected, startTimer }: Connector,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let isConnected = false;
    const outgoing = request(url, {
      agent,
      method,
      headers: { 'user-agent': 'wemasy-orders', 'accept-encoding': 'gzip, br', ...headers },
      signal,
    });
    const cancelTimer = startTimer(() => {
      outgoing.destroy(Object.assign(new Error('connecting took too long'), { code: 'ETIMEDOUT' }));
    });
    // Nothing leaves before this is called.
    const send = () => {
      isConnected = true;
      cancelTimer();
      outgoing.end(body ?? undefined);
    };
    outgoing.on('socket', (socket) => {
      // One that was used before is ready, and so is one through a proxy.
      if (socket.connecting) socket.once(connected, send);
      else send();
    });
    outgoing.on('response', resolve);
    outgoing.on('error', (error) => {
      cancelTimer();
      reject(isConnected ? error : new NotConnectedError(error));
    });
  });
}

/** Names in lower case; a header that came several times is one, as `fetch` has it. */
function headersOf({ headers }: IncomingMessage): Map<string, string> {
  return new Map(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

/** As `fetch` has it: UTF-8, decompressed, without a byte order mark. */
async function textOf(message: IncomingMessage): Promise<string> {
  const body = decompress(await bodyOf(message), message.headers['content-encoding']);
  return body.toString().replace(/^\uFEFF/, '');
}

function bodyOf(message: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    message
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        resolve(Buffer.concat(chunks));
      })
      .on('error', reject);
  });
}

/** @throws {Error} when it is compressed in a way that was not asked for, or damaged */
function decompress(body: Buffer, encoding: string | undefined): Buffer {
  if (encoding === undefined || encoding === 'identity' || body.length === 0) return body;
  const zlib = process.getBuiltinModule('node:zlib');
  switch (encoding) {
    case 'gzip':
      return zlib.gunzipSync(body);
    case 'br':
      return zlib.brotliDecompressSync(body);
    default:
      throw new Error('unknown content encoding');
  }
}
