// @ts-check
import { readFileSync } from 'node:fs';

// The health check of the container: over HTTP, whether the server answers; over stdio, the process is all there is.
const words = readFileSync('/proc/1/cmdline', 'utf8').split('\0');
const flag = words.findIndex((word) => word === '--http' || word.startsWith('--http='));
if (flag >= 0) {
  const address = words[flag]?.split('=')[1] ?? words[flag + 1];
  const port = address?.split(':').at(-1);
  const { status } = await fetch(`http://127.0.0.1:${port}/healthz`);
  // Without accounts of its own, the server has no such page, and says so.
  process.exitCode = status === 200 || status === 404 ? 0 : 1;
}
