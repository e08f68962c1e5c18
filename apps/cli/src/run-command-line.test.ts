import type * as testingModule from '@wemasy-orders/client/testing';
import type * as operationsModule from '@wemasy-orders/client/operations';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrderStatus } from '@wemasy-orders/client/schemas';
import {
  orderPage,
  sendJson,
  type SentOrder,
  startUpstream,
  type Upstream,
} from '@wemasy-orders/client/testing';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { commands } from './program.js';
import { runLine } from './testing/run-line.js';
import { pagesOf, type Shop, startShop } from './testing/shop.js';

vi.mock('@wemasy-orders/client/operations', async (importOriginal) => {
  const { operationsWithUsualMarks } = await vi.importActual<typeof testingModule>(
    '@wemasy-orders/client/testing',
  );
  const { operations, ...others } = await importOriginal<typeof operationsModule>();
  return { ...others, operations: operationsWithUsualMarks(operations) };
});

const canary = 'canary-token-5f2a';
let upstream: Upstream | undefined;
afterEach(async () => {
  await upstream?.close();
  upstream = undefined;
});

/** A shop of these orders, which takes every sync. */
async function shop(orders: readonly SentOrder[] = []): Promise<Shop['environment']> {
  const started = await startShop({ list: pagesOf(orders) });
  upstream = started;
  return started.environment;
}

const some: SentOrder[] = [
  { id: 1, status: 'paid', total: '0.10', should_snelstart_sync: true },
  { id: 2, status: 'paid', total: '0.20', should_snelstart_sync: false },
  { id: 3, status: 'on_hold', total: '5', should_snelstart_sync: true },
];

/** Every command with the words that call it. */
const everyCommand = commands.flatMap((command) => [
  { words: [command.name], ...command },
  ...(command.subcommands ?? []).map((below) => ({ words: [command.name, below.name], ...below })),
]);

describe('the help', () => {
  it.each(everyCommand.filter(({ isHidden }) => isHidden !== true))(
    'of $words describes the command, its examples and the exit codes',
    async ({ words, description, examples }) => {
      const { exitCode, stdout, stderr } = await runLine([...words, '--help']);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(description);
      expect(examples.length).toBeGreaterThan(0);
      for (const [line, meaning] of examples) {
        expect(stdout).toContain(`  $ ${line}\n      ${meaning}\n`);
        expect(line).toContain(`wemasy-orders ${words.join(' ')}`);
      }
      expect(stdout).toMatch(/Exit codes:\n(.*\n){4} {2}130 +interrupted\n$/);
    },
  );

  it.each(everyCommand.flatMap(({ examples }) => examples.map(([line]) => line)))(
    'has an example that parses: %s',
    async (line) => {
      const [, ...words] = line
        .replace(/^source <\((.*)\)$/, '$1')
        .replace(/ [|<>].*$/, '')
        .split(' ');
      // Without a token, a command line that parses asks for it, or works.
      const { stderr } = await runLine(words.filter((word) => word !== '--json'));
      expect(stderr).not.toContain('--help');
      expect(stderr).toMatch(
        /^$|^wemasy-orders: (WEMASY_API_TOKEN is not set|No order is named|sync-due asks)/,
      );
    },
  );

  it('names every value of a filter', async () => {
    const { stdout } = await runLine(['list', '--help']);
    for (const status of OrderStatus.options) expect(stdout).toContain(`"${status}"`);
  });

  it('goes to stderr, with exit code 2, when no command is given', async () => {
    const { exitCode, stdout, stderr } = await runLine([]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: wemasy-orders/);
  });

  it('has no option for the token', async () => {
    const { stdout } = await runLine(['--help']);
    expect(stdout).not.toMatch(/--api-token\b(?!-file)/);
  });
});

describe('the version', () => {
  it('is all that --version prints', async () => {
    expect(await runLine(['--version'])).toEqual({ exitCode: 0, stdout: '1.2.3\n', stderr: '' });
  });
});

describe('a command line that is wrong', () => {
  it.each([
    [['frobnicate'], /Unknown command 'frobnicate'/],
    [['list', '--stauts', 'paid'], /Did you mean --status\?/],
    [['list', '--status', 'lost'], new RegExp(`Allowed choices are ${OrderStatus.options[0]}`)],
    [['list', '--per-page', 'many'], /--per-page "many"/],
    [['list', '--page', '0'], /--page "0" is no page/],
    [['list', '--all', '--page', '2'], /cannot be used with/],
    [['list', '--fields', 'id,nonsense'], /there is no column nonsense/],
    [['list', '--fields', ''], /--fields names no column\. Columns: id, /],
    [['list', '--fields', ' , '], /--fields names no column\./],
    [['list', 'surplus'], /Too many arguments/],
    [['confirm', '1', '--synced', '--not-synced'], /cannot be used with/],
    [['sync', 'INV-7'], /"INV-7" is no order id/],
    [['sync-due'], /--yes to send without asking/],
    [['completion', 'tcsh'], /Allowed choices are bash/],
  ])('%j: one line with the remedy, exit code 2', async (args, expected) => {
    const environment = await shop();
    const { exitCode, stdout, stderr } = await runLine(args, { environment });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^wemasy-orders: .*\.\n$/);
    expect(stderr).toMatch(expected);
    expect(upstream?.requests).toEqual([]);
  });

  it('is reported as JSON with --json', async () => {
    expect((await runLine(['list', '--json', '--format', 'csv'])).stderr).toContain('cannot be used with');
    const { stderr } = await runLine(['list', '--json', '--page', 'x']);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'invalid_arguments',
        message: '--page "x" is no page.',
        remedy: 'Give a whole number from 1.',
      },
    });
  });
});

describe('output that cannot be written', () => {
  const lines = [
    ['list'],
    ['list', '--all', '--format', 'csv'],
    ['list', '--summary'],
    ['sync', '1'],
    ['sync-due', '--dry-run'],
    ['sync-due', '--yes', '--json'],
    ['journal'],
    ['confirm', '1', '--json'],
    ['doctor'],
    ['config'],
    ['completion', 'bash'],
    ['--help'],
    ['--version'],
  ];

  it.each(lines.map((args) => [args.join(' '), args] as const))('is an error: %s', async (_, args) => {
    const environment = await shop(some);
    const { exitCode, stderr } = await runLine(args, { environment, outputError: 'ENOSPC' });
    expect(exitCode).toBe(1);
    const lines = stderr.split('\n').filter((line) => line.includes('could not be written'));
    expect(lines).toEqual([expect.stringContaining('The output could not be written: the disk is full')]);
    expect(lines[0]).toContain('Free some space or choose another place');
  });

  it.each(['EPIPE', 'EIO'])('because the reader has gone (%s) is no error', async (outputError) => {
    const environment = await shop(some);
    expect(await runLine(['list'], { environment, outputError })).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('does not hide an unknown outcome', async () => {
    upstream = await startUpstream((_, response) => sendJson(response, 500, {}));
    const environment = { WEMASY_API_URL: upstream.url, WEMASY_API_TOKEN: canary };
    expect((await runLine(['sync', '1'], { environment, outputError: 'ENOSPC' })).exitCode).toBe(3);
  });
});

describe('settings', () => {
  it('that are wrong are reported together, in one line, with exit code 2', async () => {
    const args = ['list', '--personal-data', 'all', '--timeout-ms', 'soon', '--api-url', 'shop.example'];
    const { exitCode, stderr } = await runLine(args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /^wemasy-orders: The configuration has 4 faults: WEMASY_API_TOKEN is not set \(.*\); WEMASY_API_URL is not a URL; WEMASY_PERSONAL_DATA must be .*; WEMASY_TIMEOUT_MS must be .*\. Set /,
    );
    expect(stderr.match(/\n/g)).toHaveLength(1);
  });

  it('are accepted before and after the command, and win over the environment', async () => {
    const environment = { ...(await shop(some)), WEMASY_API_URL: 'http://127.0.0.1:1/' };
    const url = upstream?.url ?? '';
    for (const args of [
      ['--api-url', url, 'list'],
      ['list', '--api-url', url],
    ]) {
      expect((await runLine(args, { environment })).exitCode).toBe(0);
    }
  });

  it('are shown by config, of the token the length only', async () => {
    const environment = { WEMASY_API_TOKEN_FILE: '/run/token', WEMASY_STATE: 'redis://user:secret@host/1' };
    const { stdout, exitCode } = await runLine(['config', '--json', '--timeout-ms', '5000'], {
      environment,
      files: { '/run/token': canary },
    });
    expect(exitCode).toBe(0);
    const rows: unknown = JSON.parse(stdout);
    expect(rows).toContainEqual({ setting: 'WEMASY_TIMEOUT_MS', value: '5000', from: '--timeout-ms' });
    expect(rows).toContainEqual({ setting: 'WEMASY_STATE', value: 'Redis at host', from: 'environment' });
    expect(rows).toContainEqual({ setting: 'WEMASY_READ_ONLY', value: 'off', from: 'default' });
    expect(rows).toContainEqual({
      setting: 'WEMASY_API_TOKEN',
      value: `${canary.length} characters`,
      from: 'file',
    });
    expect(stdout).not.toContain('secret');
    expect(stdout).not.toContain(canary);
  });

  it('are shown as they apply: empty variables do not, nor the wait for assistants', async () => {
    const environment = {
      WEMASY_API_TOKEN: canary,
      WEMASY_API_TOKEN_FILE: '',
      WEMASY_MAX_WAIT_MS: '45000',
      WEMASY_LOG_LEVEL: '',
    };
    const rowsOf = async (...flags: string[]): Promise<unknown> =>
      JSON.parse((await runLine(['config', '--json', ...flags], { environment })).stdout);
    expect(await rowsOf()).toEqual(
      expect.arrayContaining([
        { setting: 'WEMASY_API_TOKEN', value: `${canary.length} characters`, from: 'environment' },
        { setting: 'WEMASY_API_TOKEN_FILE', value: null, from: 'default' },
        { setting: 'WEMASY_MAX_WAIT_MS', value: 'as long as it takes', from: 'default' },
        { setting: 'WEMASY_LOG_LEVEL', value: 'warn', from: 'default' },
      ]),
    );
    expect(await rowsOf('--max-wait-ms', '5')).toContainEqual({
      setting: 'WEMASY_MAX_WAIT_MS',
      value: '5',
      from: '--max-wait-ms',
    });
  });

  it('can forbid every command that writes, unless a flag overrules', async () => {
    const environment = { ...(await shop(some)), WEMASY_READ_ONLY: 'on' };
    for (const args of [
      ['sync', '1'],
      ['sync-due', '--yes'],
      ['confirm', '1', '--synced'],
    ]) {
      const { exitCode, stderr } = await runLine(args, { environment });
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/writes, and WEMASY_READ_ONLY is on/);
    }
    expect(upstream?.requests).toEqual([]);
    expect((await runLine(['sync-due', '--dry-run'], { environment })).exitCode).toBe(0);
    expect((await runLine(['sync', '1', '--no-read-only'], { environment })).exitCode).toBe(0);
  });
});

describe('list', () => {
  it('shows a page as a table, and names the other pages on stderr', async () => {
    const environment = await shop(some);
    const { stdout, stderr } = await runLine(['list', '--per-page', '2', '--fields', 'id,total'], {
      environment,
    });
    expect(stdout).toBe('id  total\n 1   0.10\n 2   0.20\n');
    expect(stderr).toBe('Page 1 of 2: 2 of 3 orders. --page 2 shows the next, --all shows all.\n');
  });

  it('sends the filters as given', async () => {
    const environment = await shop(some);
    await runLine(['list', '--status', 'paid', '--sort-key', 'total_amount', '--search-query', '7'], {
      environment,
    });
    expect(JSON.parse(upstream?.requests[0]?.body ?? '')).toEqual({
      per_page: 25,
      status: 'paid',
      sortKey: 'total_amount',
      search_query: '7',
    });
  });

  it.each([
    ['json', (text: string): unknown => JSON.parse(text).orders],
    [
      'ndjson',
      (text: string): unknown =>
        text
          .trim()
          .split('\n')
          .map((line): unknown => JSON.parse(line)),
    ],
  ])('writes all pages as %s', async (format, parse) => {
    const environment = await shop(some);
    const { stdout, stderr } = await runLine(
      ['list', '--all', '--per-page', '2', '--format', format, '--fields', 'id'],
      { environment },
    );
    expect(parse(stdout)).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
    expect(stderr).toBe('3 orders read, as many as the API counts.\n');
  });

  it('adds up exactly, over all pages', async () => {
    const environment = { ...(await shop(some)), WEMASY_RATE_LIMITS: 'listOrders=60/60' };
    const { stdout } = await runLine(['list', '--summary', '--per-page', '1', '--json'], { environment });
    expect(JSON.parse(stdout).totals).toEqual([
      { status: 'on_hold', count: 1, sum: '5' },
      { status: 'paid', count: 2, sum: '0.3' },
    ]);
  });

  it('rejects the first page where another one was asked for', async () => {
    upstream = await startUpstream((_, response) =>
      sendJson(response, 200, orderPage(some.slice(0, 1), { perPage: 1, total: 3 })),
    );
    const environment = { WEMASY_API_URL: upstream.url, WEMASY_API_TOKEN: canary };
    for (const flags of [['--all'], ['--summary'], ['--page', '2']]) {
      const { exitCode, stderr } = await runLine(['list', ...flags], { environment });
      expect(exitCode).toBe(1);
      expect(stderr).toContain('The API answered with page 1 where page 2 was asked for.');
    }
    expect(upstream.requests).toHaveLength(5);
  });

  it('removes everything that a terminal would obey', async () => {
    const environment = await shop([
      { id: 1, status: '\u001B]0;owned\u0007\u001B[2Jpaid', payment_method: 'a\nb\u202Ec' },
    ]);
    for (const format of ['table', 'json', 'ndjson', 'csv']) {
      const { stdout } = await runLine(['list', '--format', format], { environment });
      expect(stdout).toContain('paid');
      // eslint-disable-next-line no-control-regex -- what must not be there
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]|owned/);
    }
  });

  it('shows personal data only when the settings allow it', async () => {
    const environment = await shop([{ id: 1, billing: { invoice_email: 'jan@example.com' } }]);
    const refused = await runLine(['list', '--fields', 'invoice_email'], { environment });
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('--personal-data full shows invoice_email.');
    const { stdout } = await runLine(['list', '--fields', 'invoice_email', '--personal-data', 'full'], {
      environment,
    });
    expect(stdout).toContain('jan@example.com');
  });

  it('reports an error of the API in one line', async () => {
    upstream = await startUpstream((_, response) =>
      sendJson(response, 401, { error: true, message: 'Unauthenticated.' }),
    );
    const environment = { WEMASY_API_URL: upstream.url, WEMASY_API_TOKEN: canary };
    const { exitCode, stdout, stderr } = await runLine(['list'], { environment });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toBe(
      'wemasy-orders: The API does not accept the token: the API says "Unauthenticated.". Set a valid WEMASY_API_TOKEN, or name its file in WEMASY_API_TOKEN_FILE.\n',
    );
  });

  it('waits for allowance as long as --max-wait-ms says, whatever the variable says', async () => {
    const environment = {
      ...(await shop(some)),
      WEMASY_RATE_LIMITS: 'listOrders=1/60',
      WEMASY_MAX_WAIT_MS: '0',
    };
    const { exitCode, stderr } = await runLine(['list', '--all', '--per-page', '1', '--max-wait-ms', '5'], {
      environment,
    });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /allowance for this operation is used up for the next \d+ s; the call was not sent\. Try again in \d+ s\.\n$/,
    );
  });
});

describe('sync', () => {
  it('sends ids from arguments and stdin once, and reports', async () => {
    const environment = await shop();
    const { exitCode, stdout } = await runLine(['sync', '2', '-', '--json'], {
      environment,
      input: '3\n2\n',
    });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      counts: { synced: 2, already_synced: 0, rejected: 0, unknown: 0, not_sent: 0 },
      orders: [
        { order_id: 2, outcome: 'synced', message: 'booked' },
        { order_id: 3, outcome: 'synced' },
      ],
    });
    expect(upstream?.requests.map(({ body }): unknown => JSON.parse(body))).toEqual([
      { order_id: 2 },
      { order_id: 3 },
    ]);
  });

  it('writes each outcome to stderr at once, and nothing with --quiet', async () => {
    const environment = await shop();
    expect((await runLine(['sync', '2', '3'], { environment })).stderr).toBe(
      '1/2 order 2: synced\n2/2 order 3: synced\n',
    );
    expect(await runLine(['sync', '2', '--quiet'], { environment })).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('with --quiet still reports an unknown outcome', async () => {
    upstream = await startUpstream((_, response) =>
      sendJson(response, 500, { error: true, message: 'boom' }),
    );
    const environment = { WEMASY_API_URL: upstream.url, WEMASY_API_TOKEN: canary };
    const { exitCode, stdout, stderr } = await runLine(['sync', '2', '--quiet'], { environment });
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: '' });
    expect(stdout).toContain('wemasy-orders confirm 2 --synced (or --not-synced)');
  });

  it('sends nothing when the report could not be written', async () => {
    const environment = await shop();
    const { exitCode, stderr } = await runLine(['sync', '2', '--report', '/nowhere/report.json'], {
      environment,
    });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^wemasy-orders: --report: \/nowhere\/report.json cannot be written\. /);
    expect(upstream?.requests).toEqual([]);
  });

  it('reports a report file that cannot be written, and leaves no part of it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wemasy-orders-report-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    // A folder has the file's name, which the check beforehand does not see.
    mkdirSync(join(folder, 'report.json'));
    const environment = await shop();
    const file = join(folder, 'report.json');
    const { exitCode, stdout, stderr } = await runLine(['sync', '2', '--quiet', '--report', file], {
      environment,
    });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('1 order: 1 synced.');
    expect(stderr).toBe(
      `wemasy-orders: The report ${file} could not be written: EISDIR. Free some space or choose another place; \`wemasy-orders journal\` shows what was sent.\n`,
    );
    expect(readdirSync(folder)).toEqual(['report.json']);
  });

  it('never shows the token', async () => {
    upstream = await startUpstream(({ headers }, response) =>
      sendJson(response, 422, {
        error: true,
        message: headers.authorization,
        data: { order_id: [headers.authorization] },
      }),
    );
    const environment = { WEMASY_API_URL: upstream.url, WEMASY_API_TOKEN: canary, WEMASY_LOG_LEVEL: 'trace' };
    for (const args of [['sync', '1'], ['list'], ['doctor'], ['config'], ['confirm', '1'], ['journal']]) {
      for (const more of [[], ['--json']]) {
        const { stdout, stderr } = await runLine([...args, ...more], { environment });
        expect(stdout + stderr).not.toContain(canary);
      }
    }
  });
});

describe('sync-due', () => {
  it('shows what it would send, and sends nothing', async () => {
    const environment = await shop(some);
    const { exitCode, stdout, stderr } = await runLine(['sync-due', '--dry-run'], { environment });
    expect(exitCode).toBe(0);
    expect(
      stdout
        .split('\n')
        .slice(1, -1)
        .map((line) => line.trim().split(/ {2,}/)),
    ).toEqual([
      ['1', 'paid', '0.10', 'send'],
      ['3', 'on_hold', '5', 'left out'],
    ]);
    expect(stderr).toBe(
      '3 orders read, all on one page.\n2 orders flagged: 1 to send (1 paid), 1 left out (1 on_hold). --status or --every-status sends orders that are left out.\n',
    );
    expect(upstream?.requests.filter(({ url }) => url.includes('sync'))).toEqual([]);
  });

  it('sends exactly the flagged orders', async () => {
    const environment = await shop(some);
    const { exitCode, stdout } = await runLine(['sync-due', '--yes', '--every-status', '--json'], {
      environment,
    });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ orders: [{ order_id: 1 }, { order_id: 3 }] });
  });

  it('prints nothing with --quiet when no order is flagged', async () => {
    const environment = await shop([{ id: 1, should_snelstart_sync: false }]);
    expect(await runLine(['sync-due', '--yes', '--quiet'], { environment })).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
  });
});

describe('confirm', () => {
  it('without a verdict shows what is known and the next step, and exits 0', async () => {
    const environment = await shop([{ id: 2502, order_number: '8', date: '2026-02-17 12:05:PM' }]);
    const { exitCode, stdout, stderr } = await runLine(['confirm', '2502'], { environment });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Journal of order 2502: not sent\nThe API:\n(.*\n)* {2}date: 2026-02-17 12:05\n/);
    expect(stderr).toBe(
      'Nothing was recorded. Look for the order in SnelStart, then add --synced or --not-synced.\n',
    );
    const asJson = await runLine(['confirm', '2502', '--json'], { environment });
    expect(JSON.parse(asJson.stdout)).toMatchObject({ api: { order: { date: '2026-02-17 12:05' } } });
    expect(asJson).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('fails where the API cannot be asked', async () => {
    const environment = await shop();
    await upstream?.close();
    expect((await runLine(['confirm', '2502'], { environment })).exitCode).toBe(1);
  });
});

describe('a refusal', () => {
  it('of Cloudflare is a failure, and not about the token', async () => {
    upstream = await startUpstream(
      (_, response) => void response.writeHead(403, { server: 'cloudflare' }).end('<html>Blocked</html>'),
    );
    const environment = { WEMASY_API_URL: upstream.url, WEMASY_API_TOKEN: canary };
    const { exitCode, stderr } = await runLine(['list'], { environment });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('the token is not the cause');
  });

  it('of the API is about the token, and for the user to correct', async () => {
    upstream = await startUpstream((_, response) => sendJson(response, 403, { message: 'No.' }));
    const environment = { WEMASY_API_URL: upstream.url, WEMASY_API_TOKEN: canary };
    const { exitCode, stderr } = await runLine(['list'], { environment });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Use a token that has this permission.');
  });
});

describe('journal', () => {
  it.each(['redis://jan:secret@127.0.0.1:1', '/dev/null/state'])(
    'in a place that cannot keep it (%s) is an error and no empty list',
    async (state) => {
      const environment = { ...(await shop()), WEMASY_STATE: state };
      const { exitCode, stdout, stderr } = await runLine(['journal'], { environment });
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
      expect(stderr).toMatch(
        /^wemasy-orders: The journal is not available \(.+\)\. Check the place that WEMASY_STATE names; .*doctor.*\.\n$/,
      );
      expect(stderr).not.toContain('secret');
    },
  );
});

describe('doctor', () => {
  it('distinguishes missing settings from an API that cannot be reached', async () => {
    expect((await runLine(['doctor'])).exitCode).toBe(2);
    const environment = await shop(some);
    expect((await runLine(['doctor'], { environment })).exitCode).toBe(0);
    await upstream?.close();
    expect((await runLine(['doctor'], { environment })).exitCode).toBe(1);
  });

  it('says what to do about an address without an API', async () => {
    upstream = await startUpstream(
      (_, response) => void response.writeHead(404).end('<html>Not found</html>'),
    );
    const environment = { WEMASY_API_URL: upstream.url, WEMASY_API_TOKEN: canary };
    const { exitCode, stdout } = await runLine(['doctor'], { environment });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^FAULT {2}API .* Check the base URL\./m);
  });

  it('finds a state folder that cannot be used', async () => {
    const environment = { ...(await shop(some)), WEMASY_STATE: '/dev/null/state' };
    const { exitCode, stdout } = await runLine(['doctor'], { environment });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^FAULT {2}state .*cannot be used: there is a file .* WEMASY_STATE\.$/m);
    expect(stdout.match(/^FAULT/gm)).toHaveLength(1);
  });
});
