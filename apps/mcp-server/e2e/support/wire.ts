import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { serverFile } from './assistant.js';

/** A message as the server wrote it. */
export interface WireMessage {
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** The server as it is on the wire, without a client in between. */
export interface Wire {
  request(method: string, params?: Record<string, unknown>): Promise<WireMessage>;
  /** Writes to stdin as it is. */
  write(text: string | Buffer): void;
  /** The response with this id, once it is there; `null` is the id of those that name none. */
  response(id: unknown): Promise<WireMessage>;
  /** Everything that came, in order, as it came. */
  readonly lines: readonly string[];
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly pid: number;
  log(): string;
  /** Sends SIGKILL and waits for the end. */
  kill(): Promise<void>;
  /** Ends stdin. Resolves, once the process is gone, with its exit code. */
  end(): Promise<number | null>;
  /** Resolves with exit code and signal. */
  readonly exited: Promise<unknown[]>;
}

export interface WireOptions {
  /** Whether to send `initialize`, as clients of the 2025 era do; default true. */
  readonly initialize?: boolean;
  readonly protocolVersion?: string;
  readonly args?: readonly string[];
}

export const modernMeta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'e2e', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** Starts the built server and, by default, sends `initialize`. */
export async function startWire(
  environment: Readonly<Record<string, string>> = {},
  { initialize = true, protocolVersion = '2025-11-25', args = [] }: WireOptions = {},
): Promise<Wire> {
  const child = spawn(process.execPath, [serverFile, ...args], {
    env: { PATH: '', WEMASY_STATE: 'memory', WEMASY_ACCEPT_VOLATILE_JOURNAL: 'on', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  // The process may be gone before it has read everything.
  child.stdin.on('error', () => undefined);
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const lines: string[] = [];
  const responses = new Map<string, WireMessage>();
  const arrivals = new EventEmitter();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    const frame: WireMessage | WireMessage[] = JSON.parse(line);
    for (const message of [frame].flat()) {
      if (message.method !== undefined) continue;
      responses.set(JSON.stringify(message.id), message);
      arrivals.emit(JSON.stringify(message.id), message);
    }
  });
  const write = (text: string | Buffer) => void child.stdin.write(text);
  const send = (message: object) => {
    write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  };
  async function response(id: unknown): Promise<WireMessage> {
    const key = JSON.stringify(id);
    return responses.get(key) ?? (await once(arrivals, key))[0];
  }
  let lastId = 0;
  const wire: Wire = {
    request(method, params) {
      const id = (lastId += 1);
      send({ id, method, ...(params === undefined ? {} : { params }) });
      return response(id);
    },
    write,
    response,
    lines,
    child,
    pid: child.pid ?? 0,
    exited,
    log: () => log,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async end() {
      child.stdin.end();
      await exited;
      return child.exitCode;
    },
  };
  if (initialize) {
    await wire.request('initialize', {
      protocolVersion,
      capabilities: {},
      clientInfo: { name: 'e2e', version: '1' },
    });
    send({ method: 'notifications/initialized' });
  }
  return wire;
}
