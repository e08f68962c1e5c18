import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { serverFile } from './assistant.js';

/** The built server for many shops, in a process of its own. */
export interface HostedProcess {
  /** The address that users enter. */
  readonly url: string;
  readonly origin: string;
  readonly child: ChildProcess;
  /** Resolves with exit code and signal. */
  readonly exited: Promise<unknown[]>;
  /** Lines of the log so far. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** Sends a frame as a client of the 2025 era does. */
  post(body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** Sends SIGTERM and waits for the end. */
  end(): Promise<unknown[]>;
}

export async function startHosted(
  port: number,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<HostedProcess> {
  const origin = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [serverFile, '--http', String(port), ...args], {
    env: {
      PATH: '',
      WEMASY_STATE: 'memory',
      WEMASY_DRAIN_MS: '0',
      WEMASY_PUBLIC_URL: `${origin}/mcp`,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const log: Readonly<Record<string, unknown>>[] = [];
  let text = '';
  createInterface({ input: child.stderr }).on('line', (line) => {
    text += `${line}\n`;
    if (line.startsWith('{')) log.push(JSON.parse(line));
  });
  const listening = once(createInterface({ input: child.stdout }), 'line');
  await Promise.race([
    listening,
    exited.then(() => {
      throw new Error(`the server ended: ${text}`);
    }),
  ]);
  return {
    url: `${origin}/mcp`,
    origin,
    child,
    exited,
    log,
    post: (body, headers = {}) =>
      fetch(`${origin}/mcp`, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headers,
        },
      }),
    async end() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

export const request = (method: string, params?: object) => ({
  jsonrpc: '2.0',
  id: 1,
  method,
  ...(params === undefined ? {} : { params }),
});

export const call = (name: string, args: object = {}) => request('tools/call', { name, arguments: args });
