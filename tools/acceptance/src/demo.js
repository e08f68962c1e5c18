// @ts-check
import { strict as assert } from 'node:assert';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { built, startProcess } from './start-process.js';

/**
 * The main job in one run: an assistant's client calls the built MCP server over stdio, and the server calls the sandbox's
 * API. Exits non-zero on the first unexpected answer.
 */
const startedAt = performance.now();
const sandbox = await startProcess(built.sandbox, ['--port', '0', '--orders', '120']);
const client = new Client({ name: 'demo', version: '0.1.0' });
try {
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [built.mcpServer],
      env: {
        ...getDefaultEnvironment(),
        WEMASY_API_URL: sandbox.url,
        WEMASY_API_TOKEN: 'sandbox-full-access',
        WEMASY_STATE: 'memory',
        // The sync beyond the limit should answer how long to wait instead of waiting.
        WEMASY_MAX_WAIT_MS: '2000',
        WEMASY_LOG_LEVEL: 'error',
      },
    }),
  );

  const { tools } = await client.listTools();
  section('The assistant sees these tools', tools.map(({ name, title }) => `${name}: ${title}`).join('\n'));
  for (const name of ['list_orders', 'sync_order']) assert.ok(tools.some((tool) => tool.name === name));

  const onHold = await call('list_orders', { status: 'on_hold', per_page: 5 });
  section('"Show me the orders on hold"', onHold.text);
  assert.ok(!onHold.isError);

  const all = await call('list_orders', { summarize: true });
  section('"How much came in, by status?"', all.text);
  assert.ok(!all.isError);

  const limit = await syncsAMinute();
  const ready = await call('list_orders', { status: 'paid', per_page: limit + 1, fields: ['id'] });
  const orderIds = ready.text.split('\n').slice(3).map(Number);
  assert.equal(orderIds.length, limit + 1);
  const answers = [];
  for (const orderId of orderIds) answers.push(await call('sync_order', { order_id: orderId }));
  section(
    `"Send these ${limit + 1} paid orders to SnelStart" (the API takes ${limit} a minute)`,
    answers.map(({ text }) => text).join('\n\n'),
  );
  assert.deepEqual(
    answers.map(({ isError }) => isError),
    [...Array(limit).fill(false), true],
  );
  assert.match(answers.at(-1)?.text ?? '', /^rate_limited: .*\n(.*\n)*retry_after_seconds: \d+$/m);

  const ledger = /** @type {unknown[]} */ (
    await (await fetch(new URL('/sandbox/ledger', sandbox.url))).json()
  );
  section('What the sandbox booked', `${ledger.length} orders, each once`);
  assert.equal(ledger.length, limit);
} finally {
  await client.close();
  await sandbox.stop();
}
console.log(`\nDone in ${((performance.now() - startedAt) / 1000).toFixed(1)} s. Nothing was left running.`);

/** What the sandbox says of its limit. */
async function syncsAMinute() {
  const status = await (await fetch(new URL('/sandbox/status', sandbox.url))).json();
  const { windows } = /** @type {{ windows: { operation: string, limit: number }[] }} */ (status);
  const sync = windows.find(({ operation }) => operation === 'syncOrder');
  assert.ok(sync);
  return sync.limit;
}

/** @param {string} name @param {Record<string, unknown>} args */
async function call(name, args) {
  const result = await client.callTool({ name, arguments: args });
  const [content] = /** @type {{ type: string, text: string }[]} */ (result.content);
  assert.equal(content?.type, 'text');
  return { text: content.text, isError: result.isError === true };
}

/** @param {string} title @param {string} text */
function section(title, text) {
  console.log(`\n\u001b[1m${title}\u001b[0m\n${text.replaceAll(/^/gm, '  ')}`);
}
