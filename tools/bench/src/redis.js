// @ts-check
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const port = 6399;

/** A server for this benchmark alone; `url` lacks the number of a database. */
export async function startRedis() {
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'ignore'] });
  child.once('error', () => {
    console.error('This benchmark needs redis-server (Debian: apt-get install redis-server).');
    process.exit(1);
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('Ready to accept connections')) break;
  }
  child.stdout.resume();
  return { url: `redis://127.0.0.1:${port}`, kill: () => child.kill() };
}
