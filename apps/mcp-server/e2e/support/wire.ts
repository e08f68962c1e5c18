import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { serverFile } from './assistant.js';

/** A message as the server wrote it. */
export interface WireMessage {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** The server as it is on the wire, without a client in between. */
export interface Wire {
  request(method: string, params?: Record<string, unknown>): Promise<WireMessage>;
  /** Everything that came, in order, as it came. */
  readonly lines: readonly string[];
  readonly pid: number;
  log(): string;
  /** Sends SIGKILL and waits for the end. */
  kill(): Promise<void>;
  /** Ends stdin. Resolves, once the process is gone, with its exit code. */
  end(): Promise<number | null>;
}

export const modernMeta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'e2e', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** Starts the built server and, unless told otherwise, greets it as clients of the 2025 era do. */
export async function startWire(
  environment: Readonly<Record<string, string>> = {},
  { greet = true }: { readonly greet?: boolean } = {},
): Promise<Wire> {
  const child = spawn(process.execPath, [serverFile], {
    env: { PATH: '', WEMASY_STATE: 'memory', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const lines: string[] = [];
  const waiting = new Map<number, (message: WireMessage) => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    const message: WireMessage = JSON.parse(line);
    if (message.id !== undefined) waiting.get(message.id)?.(message);
  });
  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  let lastId = 0;
  const wire: Wire = {
    request(method, params) {
      const id = (lastId += 1);
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        send({ id, method, ...(params === undefined ? {} : { params }) });
      });
    },
    lines,
    pid: child.pid ?? 0,
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
  if (greet) {
    await wire.request('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'e2e', version: '1' },
    });
    send({ method: 'notifications/initialized' });
  }
  return wire;
}
