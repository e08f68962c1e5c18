import { operations } from '@wemasy-orders/client/operations';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ListOrdersResponse } from '@wemasy-orders/client/schemas';
import { startSandbox } from './server.js';
import { startTestSandbox } from './testing/test-sandbox.js';
import { tokens } from './tokens.js';

describe('listening', () => {
  it('returns the base URL with the chosen port', async () => {
    const sandbox = await startSandbox({ orders: 1 });
    expect(sandbox.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*\/api$/);
    await sandbox.close();
  });

  it('on a port that is taken fails with a remedy', async () => {
    const sandbox = await startSandbox({ orders: 1 });
    const port = Number(new URL(sandbox.url).port);
    await expect(startSandbox({ orders: 1, port })).rejects.toMatchObject({
      name: 'StartError',
      code: 'cannot_listen',
      message: expect.stringMatching(
        new RegExp(`^Cannot listen on --host 127.0.0.1 --port ${port} .*: choose`),
      ),
    });
    await sandbox.close();
  });

  it('closes at once, open connections included', async () => {
    const sandbox = await startSandbox({ orders: 1 });
    const idle = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
    const halfSent = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
    await Promise.all([once(idle, 'connect'), once(halfSent, 'connect')]);
    halfSent.write(
      'POST /api/services/webshop/v1/orders/all HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{',
    );
    const ended = [idle, halfSent].map(
      // The operating system decides whether a socket is closed or reset.
      (socket) => new Promise((resolve) => socket.on('error', resolve).on('close', resolve)),
    );
    await sandbox.close();
    await Promise.all(ended);
    await expect(fetch(sandbox.url)).rejects.toThrow();
  });
});

describe('a database file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
    file = join(folder, 'shop.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps orders, ledger and throttle windows over a restart', async () => {
    const first = await startTestSandbox({ database: file });
    const { listOrders, syncOrder } = operations;
    for (let sent = 0; sent < syncOrder.rateLimit.limit; sent += 1)
      await first.sync({ body: { order_id: 2502 } });
    // Another token has an allowance of its own.
    const token = tokens.readOnly;
    const before = {
      list: (await first.list({ token })).json,
      ledger: (await first.get('/sandbox/ledger')).json,
    };
    await first.close();

    const second = await startTestSandbox({ database: file });
    expect((await second.sync({ body: { order_id: 2502 } })).status).toBe(429);
    const list = await second.list({ token });
    expect(list.headers.get('x-ratelimit-remaining')).toBe(String(listOrders.rateLimit.limit - 2));
    expect((await second.get('/sandbox/ledger')).json).toEqual(before.ledger);
    expect(withoutAddresses(list.json)).toEqual(withoutAddresses(before.list));
    expect(JSON.stringify(list.json)).toContain('"should_snelstart_sync":false');
    await second.close();
  });

  it('is one file after the sandbox has closed', async () => {
    const sandbox = await startTestSandbox({ database: file });
    await sandbox.sync({ body: { order_id: 2502 } });
    await sandbox.close();
    expect(readdirSync(folder)).toEqual(['shop.db']);
  });

  it('names the shop that it holds when the options ask for another', async () => {
    await (await startSandbox({ database: file, orders: 20, seed: 3 })).close();
    await (await startSandbox({ database: file })).close();
    await (await startSandbox({ database: file, orders: 20, seed: 3 })).close();
    for (const other of [{ orders: 21 }, { seed: 4 }]) {
      await expect(startSandbox({ database: file, ...other })).rejects.toMatchObject({
        code: 'database_differs',
        message: `--database ${file} holds 20 orders of seed 3: leave --orders and --seed out to use it, or name another file.`,
      });
    }
  });

  it('cannot be used by two sandboxes at the same time', async () => {
    const sandbox = await startSandbox({ database: file, orders: 1 });
    await expect(startSandbox({ database: file })).rejects.toMatchObject({ code: 'database_in_use' });
    await sandbox.close();
    await (await startSandbox({ database: file })).close();
  });

  it('of a running process is left alone', async () => {
    writeFileSync(`${file}.owner`, String(process.ppid));
    await expect(startSandbox({ database: file })).rejects.toMatchObject({
      code: 'database_in_use',
      message: `--database ${file} is in use by process ${process.ppid}: stop that sandbox or name another file.`,
    });
  });

  it('of a process that was killed is taken over', async () => {
    await (await startSandbox({ database: file, orders: 1 })).close();
    const { pid } = spawnSync(process.execPath, ['--version']);
    // The files that a killed process leaves behind.
    writeFileSync(`${file}.owner`, String(pid));
    mkdirSync(`${file}.lock`);
    writeFileSync(`${file}.unfinished`, 'half a shop');
    await (await startSandbox({ database: file })).close();
  });

  it('that is empty is filled', async () => {
    writeFileSync(file, '');
    await (await startSandbox({ database: file, orders: 1 })).close();
  });

  it('that is something else stays unchanged', async () => {
    writeFileSync(file, 'The diary of a shopkeeper, kept in a text file. '.repeat(100));
    await expect(startSandbox({ database: file })).rejects.toMatchObject({
      code: 'database_not_ours',
      message: `--database ${file} is not a database of this version of the sandbox: name another file, or delete it.`,
    });
    expect(readdirSync(folder)).toEqual(['shop.db']);
  });

  it('that cannot be written is an error with a code, not a crash', async () => {
    await expect(startSandbox({ database: join(folder, 'missing', 'shop.db') })).rejects.toMatchObject({
      code: 'database_unusable',
    });
    await expect(startSandbox({ database: folder })).rejects.toMatchObject({ code: 'database_unusable' });
  });
});

it('two sandboxes of one seed give the same list', async () => {
  const one = await startTestSandbox({ orders: 50, seed: 9 });
  const other = await startTestSandbox({ orders: 50, seed: 9 });
  const body = { per_page: 50 };
  expect(withoutAddresses((await one.list({ body })).json)).toBe(
    withoutAddresses((await other.list({ body })).json),
  );
  await Promise.all([one.close(), other.close()]);
});

function withoutAddresses(json: unknown): string {
  return JSON.stringify(ListOrdersResponse.parse(json).data.data);
}
