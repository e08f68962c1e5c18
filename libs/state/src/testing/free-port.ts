import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to clients, and to servers that ask for any (from 32768 on Linux, 49152 elsewhere), so
 * that nothing takes a port between this look at it and its use.
 */
const range = { first: 10_000, count: 22_000 };

/** Ports that another process does not look at as long as this one asks for few. */
const portsOfProcess = 64;

let next = (process.pid * portsOfProcess) % range.count;

/** A port of this machine that no server uses, for a server whose port must be known before it starts. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = range.first + next;
    next = (next + 1) % range.count;
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
