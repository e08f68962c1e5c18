import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { documentedLimits } from '@wemasy-orders/client/testing';
import { withHome } from '@wemasy-orders/runtime/testing';
import { expect, it } from 'vitest';
import { runCli } from './support/cli.js';
import { startSandbox } from './support/sandbox.js';

const serverFile = fileURLToPath(new URL('../../mcp-server/dist/main.js', import.meta.url));

it('two command lines and an assistant share allowance and journal: no 429, and no order booked twice', async () => {
  const sandbox = await startSandbox('--orders', '60', '--window-seconds', '2');
  const state = mkdtempSync(join(tmpdir(), 'wemasy-orders-cli-'));
  const environment = {
    WEMASY_API_URL: sandbox.apiUrl,
    WEMASY_API_TOKEN: 'sandbox-full-access',
    WEMASY_STATE: state,
    ...withHome(state),
    WEMASY_RATE_LIMITS: documentedLimits(2),
  };
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [serverFile],
    env: { PATH: '', ...environment },
    stderr: 'ignore',
  });
  const assistant = new Client({ name: 'e2e', version: '1.0.0' });
  await assistant.connect(transport);
  try {
    const { stdout } = await runCli(['sync-due', '--dry-run', '--every-status', '--json'], environment);
    const plan: { orders: { id: number }[] } = JSON.parse(stdout);
    const ids = plan.orders.slice(0, 15).map(({ id }) => id);
    const asked = ids.slice(0, 4);
    const words = ids.map(String);
    const [one, other, ...answers] = await Promise.all([
      runCli(['sync', ...words], environment),
      runCli(['sync', ...words.toReversed()], environment),
      ...asked.map((order_id) => assistant.callTool({ name: 'sync_order', arguments: { order_id } })),
      assistant.callTool({ name: 'list_orders', arguments: { summarize: true } }),
    ]);
    expect([one.exitCode, other.exitCode]).toEqual([0, 0]);
    expect(answers).toHaveLength(5);
    expect((await sandbox.booked()).sort()).toEqual([...ids].sort());
    expect(sandbox.answers.filter(({ status }) => status === 429)).toEqual([]);
  } finally {
    await assistant.close();
    await sandbox.close();
    rmSync(state, { recursive: true });
  }
});
