import type { IncomingMessage } from 'node:http';
import { type Clock, onAbort } from '@wemasy-orders/state';
import type { Fetch, FetchRequest } from '../fetch.js';
import { maxAnswerBytes, tooLarge } from '../read-body.js';

/** How a fetch over node:http connects. */
export interface HttpFetchOptions {
  /** Time, for tests; else `systemClock`. */
  readonly clock: Clock;
  /**
   * How long an idle connection is kept, in ms; default 1000. The server closes it some seconds later, and the outcome of a
   * request sent at that moment would be unknown.
   */
  readonly idleMs?: number | undefined;
  /** Certificates to trust instead of Node's, as PEM. */
  readonly ca?: string | undefined;
}

/** Longest wait for a connection. */
const connectTimeoutMs = 10_000;

/** What a fetch rejects with; `cause` says why. */
export class UnansweredError extends Error {
  override readonly name = 'UnansweredError';
  /**
   * As in Node's own errors, for `isUnsent` of the rate limiter: `connect` where there was no connection and nothing was
   * sent; `write` where the request may have been. The cause does not tell: with TLS, a certificate can be rejected long
   * after a request has left.
   */
  readonly syscall: 'connect' | 'write';

  constructor(syscall: UnansweredError['syscall'], cause: Error) {
    super(syscall === 'connect' ? 'no connection' : 'no answer', { cause });
    this.syscall = syscall;
  }
}

/**
 * A `fetch` over node:http. Node's own takes 40 ms and 10 MB until its first answer, and cannot say whether a failed
 * request had left.
 *
 * The fetch rejects with an {@link UnansweredError}.
 */
export function createHttpFetch(options: HttpFetchOptions): Fetch {
  const connectors = new Map<string, Connector>();
  return async (url, request) => {
    const { protocol } = new URL(url);
    const connector = connectors.get(protocol) ?? createConnector(protocol, options);
    connectors.set(protocol, connector);
    const message = await exchange(url, request, connector);
    // Read from now on: it may break off before `text` is called.
    const body = bodyOf(message, request.signal);
    body.catch(() => undefined);
    const encoding = message.headers['content-encoding']?.trim().toLowerCase();
    const bytes = async () => decompress(await body, encoding);
    return {
      status: message.statusCode ?? 0,
      headers: headersOf(message),
      text: async () => textOf(await bytes()),
      bytes,
    };
  };
}

type Connector = ReturnType<typeof createConnector>;

function createConnector(protocol: string, options: HttpFetchOptions) {
  const { clock, idleMs = 1_000, ca } = options;
  const isSecure = protocol === 'https:';
  // An import would read every property of the module, and some of them load Node's fetch.
  const { Agent, globalAgent, request } = process.getBuiltinModule(isSecure ? 'node:https' : 'node:http');
  // They include the user's proxy on Node ≥ 22.21 with NODE_USE_ENV_PROXY.
  const usual =
    'options' in globalAgent && typeof globalAgent.options === 'object' ? globalAgent.options : {};
  const trusted = ca === undefined ? {} : { ca };
  return {
    clock,
    request,
    /** Keeps connections, for requests that may be repeated. */
    shared: new Agent({ ...usual, ...trusted, keepAlive: true, timeout: idleMs }),
    /** A connection for each request. */
    single: new Agent({ ...usual, ...trusted, keepAlive: false }),
    /** When a socket may be written to: with TLS only after the certificate was checked. */
    connected: isSecure ? 'secureConnect' : 'connect',
  };
}

function exchange(
  url: string,
  { method, headers, body, signal, isSafe }: FetchRequest,
  { clock, request, shared, single, connected }: Connector,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let isConnected = false;
    let isSettled = false;
    const forgetters: (() => void)[] = [];
    const settle = () => {
      isSettled = true;
      for (const forget of forgetters) forget();
    };
    const outgoing = request(url, {
      agent: isSafe ? shared : single,
      method,
      headers: { 'user-agent': 'wemasy-orders', 'accept-encoding': 'gzip, br', ...headers },
      signal,
      // For the tunnel through a proxy.
      timeout: connectTimeoutMs,
    });
    const fail = (error: Error) => {
      if (isSettled) return;
      settle();
      reject(new UnansweredError(isConnected ? 'write' : 'connect', error));
      outgoing.destroy();
    };
    // Node reports neither a timeout nor an abort while it waits for a socket from a slow proxy.
    const cancelTimer = clock.setTimer(() => {
      fail(Object.assign(new Error('connecting took too long'), { code: 'ETIMEDOUT' }));
    }, connectTimeoutMs);
    forgetters.push(cancelTimer);
    forgetters.push(
      onAbort(signal, () => {
        fail(abortError());
      }),
    );
    // Nothing leaves before this call.
    const send = () => {
      if (isSettled) return;
      isConnected = true;
      cancelTimer();
      outgoing.end(body ?? undefined);
    };
    outgoing.on('socket', (socket) => {
      // A reused socket is ready, and so is one through a proxy.
      if (socket.connecting) socket.once(connected, send);
      else send();
    });
    outgoing.on('response', (message) => {
      settle();
      resolve(message);
    });
    outgoing.on('error', fail);
    // Neither event comes where the other side speaks another protocol.
    outgoing.on('close', () => {
      fail(new Error('the connection was closed'));
    });
  });
}

/** Names in lower case; repeated headers are joined, as in `fetch`. */
function headersOf({ headers }: IncomingMessage): Map<string, string> {
  return new Map(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

function bodyOf(message: IncomingMessage, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    message
      .on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxAnswerBytes) message.destroy(tooLarge());
        else chunks.push(chunk);
      })
      .on('end', () => {
        // Node drops what had come until then, and ends the body as if it were complete.
        if (signal.aborted) reject(abortError());
        else resolve(Buffer.concat(chunks));
      })
      .on('error', reject);
  });
}

function abortError(): Error {
  return Object.assign(new Error('the request was aborted'), { code: 'ABORT_ERR' });
}

/** As in `fetch`: UTF-8, without a byte order mark. */
function textOf(body: Buffer): string {
  return body.toString().replace(/^\uFEFF/, '');
}

/** @throws {Error} zlib's, when it is damaged or larger than an answer may be */
function decompress(body: Buffer, encoding: string | undefined): Buffer {
  if (body.length === 0) return body;
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return process.getBuiltinModule('node:zlib').gunzipSync(body, { maxOutputLength: maxAnswerBytes });
    case 'br':
      return process
        .getBuiltinModule('node:zlib')
        .brotliDecompressSync(body, { maxOutputLength: maxAnswerBytes });
    default:
      // Not compressed, or `none`, as PHP scripts write. Any other encoding fails as malformed JSON.
      return body;
  }
}
