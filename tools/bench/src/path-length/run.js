// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { open } from '../mcp/session.js';
import { functionsRun } from './functions-run.js';

const apps = fileURLToPath(new URL('../../../../apps/', import.meta.url));

/**
 * Through which files and functions one `list_orders` goes: of the built MCP server over stdio, with state in a folder
 * that another process has used, from the start of its process to its end. Writes no page.
 */
export async function run() {
  const folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-bench-path-'));
  const sandbox = spawn(process.execPath, [join(apps, 'sandbox/dist/main.js'), '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(createInterface({ input: sandbox.stdout }), 'line');
    const url = String(line).replace(/^.* on /, '');
    const environment = { WEMASY_STATE: join(folder, 'state') };
    await listOrders(url, environment);
    await listOrders(url, { ...environment, NODE_V8_COVERAGE: join(folder, 'coverage') });
    const files = functionsRun(join(folder, 'coverage'));
    const total = files.reduce((sum, { functions }) => sum + functions.length, 0);
    for (const { file, functions } of files) console.log(`${file}: ${functions.join(', ')}`);
    console.log(`One list_orders runs through ${files.length} files and ${total} functions.`);
  } finally {
    sandbox.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {string} url @param {Record<string, string>} environment */
async function listOrders(url, environment) {
  const session = await open({
    command: process.execPath,
    args: [join(apps, 'mcp-server/dist/main.js')],
    environment: {
      WEMASY_API_URL: url,
      WEMASY_API_TOKEN: 'sandbox-full-access',
      ...environment,
    },
  });
  const answer = await session.request('tools/call', { name: 'list_orders', arguments: {} });
  if (answer.isError) throw new Error(answer.content?.[0]?.text);
  await session.close();
}
