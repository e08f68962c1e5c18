import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const sandboxFile = fileURLToPath(new URL('../../../sandbox/dist/main.js', import.meta.url));
const Ledger = z.array(z.object({ order_id: z.int() }));

export interface Sandbox {
  /** Base URL of the API, through a counter. */
  readonly apiUrl: string;
  /** Every answer of the API so far: the last part of the path, and the status. */
  readonly answers: readonly { readonly operation: string; readonly status: number }[];
  /** Requests that have reached the API so far. */
  requests(): number;
  /** The id of the order of each booking. */
  booked(): Promise<number[]>;
  /** Injects a fault, as `/sandbox/faults` takes it. */
  fail(fault: Readonly<Record<string, unknown>>): Promise<void>;
  close(): Promise<void>;
}

/** Starts the built sandbox in its own process, behind a proxy that records the answers. */
export async function startSandbox(...flags: readonly string[]): Promise<Sandbox> {
  const child = spawn(process.execPath, [sandboxFile, '--port', '0', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const origin = await originOf(createInterface({ input: child.stdout }));
  const counter = await startCounter(origin);
  return {
    apiUrl: `${counter.origin}/api`,
    answers: counter.answers,
    requests: counter.requests,
    booked: async () => {
      const response = await fetch(`${origin}/sandbox/ledger`);
      return Ledger.parse(await response.json()).map(({ order_id: orderId }) => orderId);
    },
    fail: async (fault) => {
      const response = await fetch(`${origin}/sandbox/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fault),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    close: async () => {
      counter.close();
      child.kill();
      await exited;
    },
  };
}

async function originOf(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const url = /listening on (http\S+)/.exec(line)?.[1];
    if (url !== undefined) return new URL(url).origin;
  }
  throw new Error('the sandbox ended before it listened');
}

async function startCounter(origin: string) {
  const answers: { operation: string; status: number }[] = [];
  let requests = 0;
  const server = createServer((incoming, outgoing) => {
    requests += 1;
    const { method = '', url = '', headers } = incoming;
    const upstream = request(new URL(url, origin), { method, headers }, (answer) => {
      const status = answer.statusCode ?? 0;
      const operation = new URL(url, origin).pathname.split('/').at(-1) ?? '';
      answers.push({ operation, status });
      outgoing.writeHead(status, answer.headers);
      answer.pipe(outgoing);
    });
    upstream.on('error', () => outgoing.destroy());
    outgoing.on('close', () => upstream.destroy());
    incoming.pipe(upstream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    answers,
    requests: () => requests,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
