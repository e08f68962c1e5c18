// @ts-check
import { built, startProcess } from './start-process.js';

/** Runs a sandbox and an MCP server over HTTP in front of it until Ctrl-C, and prints how to use them. */
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
  process.once(signal, () => process.exit(0));

const token = 'sandbox-full-access';
const sandbox = await startProcess(built.sandbox, ['--port', process.env['SANDBOX_PORT'] ?? '4010']);
const environment = { WEMASY_API_URL: sandbox.url, WEMASY_API_TOKEN: token };
const server = await startProcess(
  built.mcpServer,
  ['--http', process.env['MCP_PORT'] ?? '4020'],
  environment,
);
const overStdio = { command: 'node', args: [built.mcpServer], env: environment };
const configuration = (/** @type {object} */ entry) =>
  JSON.stringify({ mcpServers: { 'wemasy-orders': entry } }, null, 2);

console.log(`Sandbox API        ${sandbox.url}
  tokens           ${token}, sandbox-read-only (403 on a sync)
  ledger           ${new URL('/sandbox/ledger', sandbox.url).href}
MCP server (HTTP)  ${server.url}

Configuration for an assistant that starts the server (stdio):

${configuration(overStdio)}

Configuration for an assistant that connects over HTTP:

${configuration({ type: 'http', url: server.url })}

Press Ctrl-C to stop both.`);

await Promise.race([sandbox.ended, server.ended]);
console.error('One of the two has exited, so the other is stopped.');
process.exit(1);
