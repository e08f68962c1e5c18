import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { sendJson, startUpstream, type Upstream } from '@wemasy-orders/client/testing';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { serverFile } from './support/assistant.js';
import { run } from './support/run.js';

const canary = 'canary-token-77d1';

/** In place of an account's API, which must receive no request. */
let account: Upstream;
let environment: Record<string, string>;
beforeEach(async () => {
  account = await startUpstream((_, response) => sendJson(response, 500, {}));
  environment = { PATH: '', WEMASY_API_URL: account.url, WEMASY_API_TOKEN: canary };
});
afterEach(() => account.close());

/** Starts the built server with the flag, connects a client, and collects what it says on stderr. */
async function connect(env: Record<string, string> = { PATH: '' }, flag = '--sandbox') {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [serverFile, flag],
    env,
    stderr: 'pipe',
  });
  let log = '';
  transport.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const client = new Client({ name: 'e2e', version: '1' });
  await client.connect(transport);
  return { client, log: () => log };
}

describe('--sandbox', () => {
  it('lists and syncs invented orders, without a token', async () => {
    const { client } = await connect();
    const list = await client.callTool({ name: 'list_orders', arguments: { per_page: 1 } });
    expect(list.structuredContent).toMatchObject({ total: 500, has_more: true });
    const sync = await client.callTool({ name: 'sync_order', arguments: { order_id: 2502 } });
    expect(sync.structuredContent).toMatchObject({ order_id: 2502, outcome: 'synced' });
    await client.close();
  });

  it('says on stderr where it is and that nothing is real, and ends with the process', async () => {
    const { client, log } = await connect();
    expect(log()).toBe('');
    await client.callTool({ name: 'list_orders', arguments: {} });
    const [, url] = /^Sandbox inside this process: (\S+)\. Its orders are invented;/m.exec(log()) ?? [];
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api$/);
    expect((await fetch(new URL('/sandbox/status', url))).status).toBe(200);
    await client.close();
    await expect(fetch(new URL('/sandbox/status', url))).rejects.toThrow('fetch failed');
  });

  it('calls no account, whatever the environment names, and its token goes nowhere', async () => {
    const { client, log } = await connect({ ...environment, WEMASY_LOG_LEVEL: 'trace' });
    const list = await client.callTool({ name: 'list_orders', arguments: {} });
    expect(list.structuredContent).toMatchObject({ total: 500 });
    await client.callTool({ name: 'sync_order', arguments: { order_id: 2502 } });
    await client.close();
    expect(account.requests).toEqual([]);
    expect(log()).not.toContain(canary);
  });

  it('with a folder remembers what one process synced, in the next one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-sandbox-'));
    const sync = { name: 'sync_order', arguments: { order_id: 2502 } };
    const first = await connect({ PATH: '' }, `--sandbox=${folder}`);
    expect((await first.client.callTool(sync)).structuredContent).toMatchObject({ outcome: 'synced' });
    const busy = await connect({ PATH: '' }, `--sandbox=${folder}`);
    expect(JSON.stringify(await busy.client.callTool(sync))).toContain('configuration_error');
    await first.client.close();
    expect(JSON.stringify(await busy.client.callTool(sync))).toContain('already_synced');
    await busy.client.close();
    const third = await connect({ PATH: '' }, `--sandbox=${folder}`);
    expect(JSON.stringify(await third.client.callTool(sync))).toContain('already_synced');
    await third.client.close();
    await rm(folder, { recursive: true });
  });

  it('is refused beside flags that name an account', async () => {
    const { exitCode, stderr } = await run(['--sandbox', '--api-url', account.url]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--sandbox calls no account: leave --api-url out.');
  });

  it('works with doctor', async () => {
    const { exitCode, stdout, stderr } = await run(['doctor', '--sandbox'], environment);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('the token may list orders; there are 500');
    expect(stdout).toContain('memory of this process');
    expect(stdout + stderr).not.toContain(canary);
    expect(account.requests).toEqual([]);
  });

  it('works with --http', async () => {
    const server = spawn(process.execPath, [serverFile, '--sandbox', '--http', '0'], {
      env: { PATH: '' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void server.kill());
    const [line] = await once(createInterface({ input: server.stdout }), 'line');
    const client = new Client({ name: 'e2e', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(new URL(String(line).replace(/^.* on /, ''))));
    const list = await client.callTool({ name: 'list_orders', arguments: {} });
    expect(list.structuredContent).toMatchObject({ total: 500 });
    await client.close();
    const exited = once(server, 'exit');
    server.kill();
    expect(await exited).toEqual([0, null]);
  });
});
