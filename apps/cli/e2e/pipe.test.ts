import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { documentedLimits, orderPage, sendJson, startUpstream } from '@wemasy-orders/client/testing';
import { withHome } from '@wemasy-orders/runtime/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Environment, runCli, runCliInShell, runCliOnFullDisk, startCli } from './support/cli.js';
import { type Sandbox, startSandbox } from './support/sandbox.js';

let sandbox: Sandbox;
let folder: string;
let environment: Environment;

beforeAll(async () => {
  sandbox = await startSandbox('--window-seconds', '1');
  folder = mkdtempSync(join(tmpdir(), 'wemasy-orders-cli-'));
  environment = {
    WEMASY_API_URL: sandbox.apiUrl,
    WEMASY_API_TOKEN: 'sandbox-full-access',
    WEMASY_STATE: join(folder, 'state'),
    ...withHome(folder),
    WEMASY_RATE_LIMITS: documentedLimits(1),
  };
});
afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true });
});

/** Flagged orders; each test takes some. */
let dueIds: number[];
beforeAll(async () => {
  const { stdout } = await runCli(['sync-due', '--dry-run', '--every-status', '--json'], environment);
  const plan: { orders: { id: number }[] } = JSON.parse(stdout);
  dueIds = plan.orders.map(({ id }) => id);
});
/** Looks often, so that what happened is still going on. */
const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 60_000, interval: 1 });
const takeIds = (many: number) => dueIds.splice(0, many);
/** How often each order was booked. */
const bookings = async (ids: readonly number[]) => {
  const booked = await sandbox.booked();
  return ids.map((id) => booked.filter((each) => each === id).length);
};

describe('in a pipe', () => {
  it('has no colours, questions or cursor movements', async () => {
    const [one = 0, other = 0] = takeIds(2);
    const { exitCode, stdout, stderr } = await runCli(['sync', `${one}`, `${other}`], environment);
    expect(exitCode).toBe(0);
    expect(stdout + stderr).not.toContain('\u001B');
    expect(stderr).toBe(`1/2 order ${one}: synced\n2/2 order ${other}: synced\n`);
  });

  it('describes commands and corrects them, with a Commander that cannot start programs', async () => {
    expect(await runCli(['sync', '--help'], {})).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('Exit codes:'),
      stderr: '',
    });
    expect(await runCli(['lits'], {})).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Did you mean list?'),
    });
  });

  it('has colours when FORCE_COLOR asks for them', async () => {
    const { stdout } = await runCli(['list'], { ...environment, FORCE_COLOR: '1' });
    expect(stdout).toContain('\u001B[1m');
  });

  it('list ends without an error when its reader has had enough', async () => {
    const answersBefore = sandbox.answers.length;
    const child = startCli(['list', '--all', '--per-page', '5', '--format', 'ndjson'], environment);
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [exitCode] = await once(child, 'exit');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(sandbox.answers.length - answersBefore).toBeLessThan(100);
  });

  it('a file that takes only a part of the output is an error', async () => {
    const outputFile = join(folder, 'orders.json');
    const { exitCode, stderr } = await runCliOnFullDisk(
      ['list', '--json'],
      { ...environment, WEMASY_STATE: 'memory' },
      { kilobytes: 1, outputFile },
    );
    expect(readFileSync(outputFile, 'utf8')).toHaveLength(1_024);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).toEqual({
      error: {
        code: 'internal_error',
        message: 'The output could not be written: EFBIG.',
        remedy: expect.stringContaining('Free some space'),
      },
    });
  });

  it('a report that does not fit on the disk leaves no file, and stdout gets it', async () => {
    const [orderId = 0] = takeIds(1);
    const reports = join(folder, 'reports');
    mkdirSync(reports);
    const { exitCode, stdout, stderr } = await runCliOnFullDisk(
      ['sync', String(orderId), '--quiet', '--report', join(reports, 'report.json')],
      { ...environment, WEMASY_STATE: 'memory' },
      { kilobytes: 0 },
    );
    expect(exitCode).toBe(1);
    expect(stdout).toContain('1 order: 1 synced.');
    expect(stderr).toMatch(
      /^wemasy-orders: The report \S+ could not be written: EFBIG\. Free some space .*\n$/,
    );
    expect(readdirSync(reports)).toEqual([]);
    expect(await bookings([orderId])).toEqual([1]);
  });

  it('a run continues when its reader has gone, and keeps its exit code', async () => {
    const ids = takeIds(2);
    const child = startCli(['sync', ...ids.map(String), '99999999'], environment);
    child.stdout.destroy();
    child.stderr.destroy();
    const [exitCode] = await once(child, 'exit');
    expect(exitCode).toBe(1);
    expect(await bookings(ids)).toEqual([1, 1]);
  });

  it.each([
    ['list'],
    ['list --all --format csv'],
    ['list --summary --json'],
    ['journal'],
    ['config'],
    ['completion bash'],
  ])('without stdout, %s has no result and fails', async (line) => {
    const { exitCode, stderr } = await runCliInShell(`${line} >&-`, environment);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('The output could not be written: stdout is closed.');
    expect(await runCliInShell(`${line} > /dev/null`, environment)).toMatchObject({ exitCode: 0 });
  });

  it.each(['>&-', '2>&-', '>&- 2>&-'])(
    'a run continues with %s, and keeps its exit code',
    async (closing) => {
      const [orderId = 0] = takeIds(1);
      const { exitCode, stdout } = await runCliInShell(`sync ${orderId} ${closing}`, environment);
      expect(exitCode).toBe(0);
      if (!closing.startsWith('>')) expect(stdout).toContain('1 order: 1 synced.');
      expect(await bookings([orderId])).toEqual([1]);
      const journal = await runCli(['journal', String(orderId), '--json'], environment);
      expect(JSON.parse(journal.stdout)).toMatchObject({ journal: { state: 'synced' } });
    },
  );

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)(
    '%s waits for the order in flight and sends no further one',
    async (signal) => {
      let answer: (() => void) | undefined;
      const api = await startUpstream(({ url }, response) => {
        if (!url.includes('sync')) return sendJson(response, 200, orderPage([]));
        answer = () => sendJson(response, 200, { error: false, message: 'Order synced.', data: [] });
      });
      onTestFinished(() => api.close());
      const settings = { ...environment, WEMASY_API_URL: api.url };
      const child = startCli(['sync', '41', '42', '--json'], settings);
      let said = '';
      child.stderr.on('data', (chunk) => (said += String(chunk)));
      const output = text(child.stdout);
      const ended = once(child, 'exit');
      await until(() => answer !== undefined);
      child.kill(signal);
      await until(() => said.includes('Stopping after the order in flight.'));
      answer?.();
      expect(await ended).toEqual([130, null]);
      expect(JSON.parse(await output)).toMatchObject({
        interrupted: true,
        orders: [
          { order_id: 41, outcome: 'synced' },
          { order_id: 42, outcome: 'not_sent' },
        ],
      });
      const journal = await runCli(['journal', '41', '--json'], settings);
      expect(JSON.parse(journal.stdout)).toMatchObject({ journal: { state: 'synced' } });
      expect(api.requests.filter(({ url }) => url.includes('sync'))).toHaveLength(1);
    },
  );

  it('an order of unknown outcome is looked up, confirmed and sent again', async () => {
    const [orderId = 0] = takeIds(1);
    const id = String(orderId);
    await sandbox.fail({ kind: 'connection_reset', when: 'before', operation: 'syncOrder' });
    const report = join(folder, 'report.json');
    const lost = await runCli(['sync', id, '--report', report], environment);
    expect(lost.exitCode).toBe(3);
    expect(lost.stdout).toContain(`wemasy-orders confirm ${id} --synced (or --not-synced)`);
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({
      counts: { unknown: 1 },
      orders: [{ order_id: orderId, outcome: 'unknown' }],
    });

    expect((await runCli(['sync', id], environment)).exitCode).toBe(3);
    const open = await runCli(['journal', '--unknown', '--json'], environment);
    expect(JSON.parse(open.stdout)).toMatchObject([{ orderId, state: 'unknown' }]);
    const evidence = await runCli(['confirm', id], environment);
    expect(evidence).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`Journal of order ${id}: unknown`),
    });

    expect((await runCli(['confirm', id, '--not-synced'], environment)).exitCode).toBe(0);
    expect((await runCli(['sync', id], environment)).exitCode).toBe(0);
    expect((await runCli(['journal', '--unknown'], environment)).stdout).toBe(
      'order  state  sent  by  why\n',
    );
    expect(await bookings([orderId])).toEqual([1]);
  });

  // Where the allowance is small, what is killed while it waits holds its place in the queue for some seconds.
  const killed =
    'killed again and again while an order is in flight or between two, it books each order once';
  it(killed, { timeout: 240_000 }, async () => {
    const orderIds = takeIds(12);
    const ids = orderIds.map(String);
    for (const [moment, many] of [
      [sandbox.requests, 1],
      [() => sandbox.answers.length, 1],
      [sandbox.requests, 2],
      [() => sandbox.answers.length, 2],
      [sandbox.requests, 3],
    ] as const) {
      const before = moment();
      const child = startCli(['sync', ...ids], environment);
      child.stdout.resume();
      child.stderr.resume();
      const ended = once(child, 'exit');
      await until(() => moment() >= before + many);
      child.kill('SIGKILL');
      expect(await ended).toEqual([null, 'SIGKILL']);
      // A person looks up the order in flight; here, the ledger answers.
      const { stdout } = await runCli(['journal', '--unknown', '--json'], environment);
      const booked = await sandbox.booked();
      for (const { orderId } of JSON.parse(stdout)) {
        const verdict = booked.includes(orderId) ? '--synced' : '--not-synced';
        expect((await runCli(['confirm', String(orderId), verdict], environment)).exitCode).toBe(0);
      }
    }
    expect((await runCli(['sync', ...ids], environment)).exitCode).toBe(0);
    expect(await bookings(orderIds)).toEqual(ids.map(() => 1));
  });

  it('--sandbox needs no account and no network', async () => {
    const answersBefore = sandbox.answers.length;
    const { exitCode, stdout, stderr } = await runCli(['--sandbox', 'sync', '2502', '--json'], {
      WEMASY_API_URL: environment['WEMASY_API_URL'] ?? '',
    });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ orders: [{ order_id: 2502, outcome: 'synced' }] });
    expect(stderr).toContain('nothing reaches Wemasy or SnelStart');
    expect(sandbox.answers.length).toBe(answersBefore);
  });
});
