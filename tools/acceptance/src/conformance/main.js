// @ts-check
/**
 * The protocol's own tools judge the built MCP server: the official conformance package over HTTP, in both eras of the
 * protocol, and the official Inspector over stdio. Both must be on the PATH. Exits with 1 when either objects.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { built, startProcess } from '../start-process.js';
import { judge } from './judge.js';

const folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-conformance-'));
const sandbox = await startProcess(built.sandbox, ['--port', '0', '--orders', '50']);
const settings = {
  WEMASY_API_TOKEN: 'sandbox-full-access',
  WEMASY_API_URL: sandbox.url,
  WEMASY_STATE: 'memory',
  WEMASY_LOG_LEVEL: 'error',
};
const server = await startProcess(built.mcpServer, ['--http', '127.0.0.1:0'], settings);

/** Requirements are frozen with a revision. @param {string} revision */
function conformance(revision) {
  const expected = fileURLToPath(new URL(`./expected-failures/${revision}.yml`, import.meta.url));
  const scope = ['--url', server.url, '--requirements', revision, '--expected-failures', expected];
  return judge(`what ${revision} requires, over HTTP`, [
    'conformance',
    'server',
    ...scope,
    '-o',
    join(folder, revision),
  ]);
}

const variables = Object.entries(settings).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
const inspector = ['mcp-inspector', '--cli', process.execPath, built.mcpServer, ...variables];

function schemas() {
  return judge('schemas that every client accepts', [...inspector, '--method', 'tools/list', '--strict']);
}

/** @param {'legacy' | 'modern'} era @param {string} tool @param {object} input */
function call(era, tool, input) {
  const called = ['--method', 'tools/call', '--tool-name', tool, '--tool-args-json', JSON.stringify(input)];
  return judge(
    `${tool} in the ${era} era, over stdio`,
    [...inspector, '--protocol-era', era, '--format', 'json', ...called],
    ({ exitCode, stdout }) => exitCode === 0 && stdout.includes('"structuredContent"'),
  );
}

// Both eras meet the same order: the first sends it, the second may send it again.
const judgements = [
  () => conformance('2025-11-25'),
  () => conformance('2026-07-28'),
  schemas,
  () => call('legacy', 'list_orders', { per_page: 2 }),
  () => call('modern', 'list_orders', { per_page: 2 }),
  () => call('legacy', 'sync_order', { order_id: 2502 }),
  () => call('modern', 'sync_order', { order_id: 2502, resend: true }),
];
let failed = 0;
try {
  for (const run of judgements) {
    const { what, passed, said } = await run();
    console.log(`${passed ? 'ok    ' : 'FAILED'}  ${what}`);
    if (passed) continue;
    failed += 1;
    console.log(said);
  }
} finally {
  await Promise.all([server.stop(), sandbox.stop()]);
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;
