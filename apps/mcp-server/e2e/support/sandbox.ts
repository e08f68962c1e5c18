import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const sandboxFile = fileURLToPath(new URL('../../../sandbox/dist/main.js', import.meta.url));
const Ledger = z.array(z.object({ order_id: z.int() }));

export interface Sandbox {
  readonly apiUrl: string;
  /** Ids of the orders that were booked, once for each booking. */
  booked(): Promise<number[]>;
  close(): Promise<void>;
}

/** Starts the built sandbox in a process of its own. */
export async function startSandbox(...flags: readonly string[]): Promise<Sandbox> {
  const child: ChildProcess = spawn(process.execPath, [sandboxFile, '--port', '0', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  if (child.stdout === null) throw new TypeError('stdout is piped');
  for await (const line of createInterface({ input: child.stdout })) {
    const apiUrl = /listening on (http\S+)/.exec(line)?.[1];
    if (apiUrl === undefined) continue;
    return {
      apiUrl,
      booked: async () => {
        const response = await fetch(new URL('/sandbox/ledger', apiUrl));
        return Ledger.parse(await response.json()).map(({ order_id: orderId }) => orderId);
      },
      close: async () => {
        child.kill();
        await exited;
      },
    };
  }
  throw new Error('the sandbox ended before it listened');
}
