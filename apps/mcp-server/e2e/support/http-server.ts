import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { serverFile } from './assistant.js';

/** The built server, listening. */
export interface HttpProcess {
  readonly url: URL;
  readonly child: ChildProcess;
  /** Sends the body as it is. */
  post(body: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** Sends SIGTERM. Resolves with exit code and signal. */
  end(): Promise<unknown[]>;
}

export async function startHttp(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = ['--http', '0'],
): Promise<HttpProcess> {
  const child = spawn(process.execPath, [serverFile, ...args], {
    env: { WEMASY_STATE: 'memory', WEMASY_LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const url = new URL(String(line).replace(/^.* on /, ''));
  return {
    url,
    child,
    post: (body, headers = {}) =>
      fetch(url, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headers,
        },
      }),
    async end() {
      child.kill();
      return exited;
    },
  };
}

/** The JSON-RPC messages of a response, whether it is JSON or a stream of events. */
export async function messagesOf(response: Response): Promise<Record<string, unknown>[]> {
  const body = await response.text();
  if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) {
    return [...body.matchAll(/^data: (\{.*)$/gm)].map(([, data = '']) => JSON.parse(data));
  }
  return body === '' ? [] : [JSON.parse(body)].flat();
}
