import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Order } from '@wemasy-orders/client';
import type * as operationsModule from '@wemasy-orders/client/operations';
import type { Privacy } from '@wemasy-orders/client/operations';
import { operationsMarkedAs } from '@wemasy-orders/client/testing';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { RunOptions } from './testing/run-line.js';
import { pagesOf, type ShopOptions, startShop } from './testing/shop.js';

afterEach(() => {
  vi.doUnmock('@wemasy-orders/client/operations');
  vi.resetModules();
});

type Operations = typeof operationsModule.operations;

/** The command line as it is built from a document with these marks. */
async function commandLineWith(privacy: Privacy) {
  return commandLineOf((operations) => operationsMarkedAs(privacy, operations));
}

/** The command line as it is built from a changed document. */
async function commandLineOf(change: (operations: Operations) => object) {
  vi.resetModules();
  vi.doMock('@wemasy-orders/client/operations', async (importOriginal) => {
    const { operations, ...others } = await importOriginal<typeof operationsModule>();
    return { ...others, operations: change(operations) };
  });
  const { runLine } = await import('./testing/run-line.js');
  return async (args: readonly string[], options: RunOptions) => {
    const { exitCode, stdout, stderr } = await runLine(args, options);
    return { exitCode, all: stdout + stderr };
  };
}

const canary = /canary|7531\.42|7531,42/i;
const orders: readonly Order[] = [7, 8].map((id) => ({
  id,
  date: 'canary date',
  status: 'canary_status',
  order_number: `canary ${id}`,
  total: id === 7 ? '7531.42' : 'canary total',
  should_snelstart_sync: true,
  payment_method: 'canary method',
  invoice_id: 'canary invoice',
  billing: { invoice_firstname: 'Canary', invoice_company: 'Canary BV', invoice_city: 'Canary City' },
}));
const unreadable = { ...orderPageWith(orders), total: 3 };

function orderPageWith(data: readonly object[]): Record<string, unknown> {
  return { current_page: 1, last_page: 1, per_page: 25, total: data.length, data };
}

const lines = [
  ...['list', 'list --all', 'list --summary'].flatMap((line) =>
    ['table', 'json', 'ndjson', 'csv'].map((format) => `${line} --format ${format}`),
  ),
  'sync-due --dry-run --every-status',
  'sync-due --dry-run --every-status --json',
];
const broken: ShopOptions = {
  list: () => [
    200,
    { error: false, data: { ...unreadable, data: [...orders, { id: null, order_number: 'canary 9' }] } },
  ],
};

describe.each<[Privacy, 'none' | 'names' | 'full']>([
  ['name', 'none'],
  ['personal', 'names'],
  ['secret', 'full'],
])('where everything is %s, in the mode %s', (privacy, mode) => {
  const shown = (environment: Readonly<Record<string, string>>) => ({
    environment: { ...environment, WEMASY_PERSONAL_DATA: mode, WEMASY_LOG_LEVEL: 'trace' },
  });

  it.each(lines)('%s shows ids and counts alone', async (line) => {
    const run = await commandLineWith(privacy);
    const { environment } = await startShop({ list: pagesOf(orders) });
    const { all } = await run(line.split(' '), shown(environment));
    expect(all).not.toMatch(canary);
    expect(all).toContain('2');
  });

  it.each(lines)('%s names no order that could not be read', async (line) => {
    const run = await commandLineWith(privacy);
    const { environment } = await startShop(broken);
    const { exitCode, all } = await run(line.split(' '), shown(environment));
    expect(exitCode).toBe(1);
    expect(all).not.toMatch(canary);
  });

  it.each([
    [200, { error: false, message: 'canary', data: [] }],
    [200, { error: true, message: 'canary', data: [] }],
    [422, { message: 'canary', errors: { order_id: ['canary'] } }],
    [500, { message: 'canary' }],
  ])('what the API says with status %s is in no report and no journal', async (status, body) => {
    const run = await commandLineWith(privacy);
    const { environment } = await startShop({
      list: () => [422, { message: 'canary', errors: { status: ['canary'] } }],
      sync: () => [status, body],
    });
    const state = await mkdtemp(join(tmpdir(), 'wemasy-marks-'));
    onTestFinished(() => rm(state, { recursive: true }));
    const spoken = ['list', 'sync 7', 'sync 8 --json', 'sync 7', 'sync-due --yes --every-status'];
    const recorded = [
      'journal',
      'journal --json',
      'journal 7',
      'confirm 7 --json',
      'confirm 7 --synced --json',
    ];
    for (const line of [...spoken, ...recorded]) {
      const { all } = await run(line.split(' '), shown({ ...environment, WEMASY_STATE: state }));
      expect(all).not.toMatch(canary);
      expect(all).not.toBe('');
    }
  });
});

it('shows the same where the marks allow it', async () => {
  const run = await commandLineWith('name');
  const { environment } = await startShop({ list: pagesOf(orders) });
  const { all } = await run(['list', '--summary'], {
    environment: { ...environment, WEMASY_PERSONAL_DATA: 'names' },
  });
  expect(all).toContain('7531.42');
});

it.each(lines)('where no field of an order may be shown, %s ends in order and shows none', async (line) => {
  const run = await commandLineOf(allSecret);
  const shop = await startShop({ list: pagesOf(orders) });
  const environment = { ...shop.environment, WEMASY_PERSONAL_DATA: 'full' };
  const { exitCode, all } = await run(line.split(' '), { environment });
  expect(exitCode).toBeLessThan(2);
  expect(all).not.toMatch(canary);
  expect(all).not.toMatch(/internal_error|TypeError/);
});

it.each([
  ['none', 'order_number', '--personal-data names shows order_number.'],
  ['none', 'order_number,invoice_id', '--personal-data full shows order_number, invoice_id.'],
  ['names', 'invoice_id', '--personal-data full shows invoice_id.'],
])('with %s, list names the strictest setting that shows %s', async (mode, fields, advice) => {
  const marks = new Map([
    ['order_number', 'name'],
    ['invoice_id', 'personal'],
  ]);
  const run = await commandLineOf((operations) =>
    JSON.parse(
      JSON.stringify(operations, (name, field) =>
        marks.has(name) ? { privacy: marks.get(name), types: ['string'] } : field,
      ),
    ),
  );
  const { environment } = await startShop({ list: pagesOf(orders) });
  const line = ['list', '--personal-data', mode, '--fields', fields];
  const { exitCode, all } = await run(line, { environment });
  expect(exitCode).toBe(2);
  expect(all).toContain(` ${advice}\n`);
});

function allSecret(operations: Operations): object {
  return JSON.parse(JSON.stringify(operations).replaceAll(/"privacy":"\w+"/g, '"privacy":"secret"'));
}
