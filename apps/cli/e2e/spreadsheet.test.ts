import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orderPage, sendJson, startUpstream, type Upstream } from '@wemasy-orders/client/testing';
import { withHome } from '@wemasy-orders/runtime/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Environment, runCli } from './support/cli.js';
import { canOpenSpreadsheets, openInSpreadsheet } from './support/spreadsheet.js';

/** Names that a spreadsheet would run, or take for something else. */
const names = [
  'Müller',
  'Jan;=1+1;x',
  '=1+1',
  'Jan,@SUM(A1)',
  'Jan; "=1+1"',
  '0031',
  '12-14',
  'mei 5',
  '1234 AB',
];
const amounts = ['129.99551', '-5', '1234567890123.45', '12345678901234567.89', '1.234,56', '0.1'];

const orders = names.map((name, at) => ({
  id: at + 1,
  date: '2026-02-17 12:05:PM',
  total: amounts[at] ?? null,
  billing: { invoice_firstname: name },
}));

let upstream: Upstream;
let folder: string;
let environment: Environment;

beforeAll(async () => {
  upstream = await startUpstream((_, response) =>
    sendJson(response, 200, orderPage(orders, { perPage: 100 })),
  );
  folder = mkdtempSync(join(tmpdir(), 'wemasy-orders-spreadsheet-'));
  environment = {
    WEMASY_API_URL: upstream.url,
    WEMASY_API_TOKEN: 'token',
    WEMASY_STATE: 'memory',
    ...withHome(folder),
  };
});
afterAll(async () => {
  await upstream.close();
  rmSync(folder, { recursive: true });
});

const fields = ['--fields', 'id,date,total,invoice_firstname'];
const shown = (text: string) => ({ type: 'string', value: text, formula: undefined });

describe.skipIf(!canOpenSpreadsheets)('in a Dutch spreadsheet program', () => {
  it('--excel has numbers, dates and texts in the right cells', async () => {
    const { stdout } = await runCli(['list', '--all', '--excel', ...fields], environment);
    const [[header = [], ...rows] = []] = await openInSpreadsheet([stdout], ';');
    expect(header.map(({ value }) => value)).toEqual(['id', 'date', 'total', 'invoice_firstname']);
    expect(rows.map(([id]) => id)).toEqual(
      orders.map(({ id }) => ({ type: 'float', value: String(id), formula: undefined })),
    );
    for (const [, date] of rows) expect(date).toMatchObject({ type: 'date', value: '2026-02-17T12:05:00' });
    expect(rows.slice(0, amounts.length).map(([, , total]) => total)).toEqual(
      ['129.99551', '-5', '1234567890123.45', undefined, undefined, '0.1'].map((value, at) =>
        value === undefined ? shown(`'${amounts[at]}`) : { type: 'float', value, formula: undefined },
      ),
    );
    expect(rows.map(([, , , name]) => name)).toEqual(
      [
        'Müller',
        "Jan;'=1+1;x",
        "'=1+1",
        "Jan,'@SUM(A1)",
        `Jan; "'=1+1"`,
        "'0031",
        "'12-14",
        "'mei 5",
        '1234 AB',
      ].map(shown),
    );
  });

  it('CSV has no formula, whatever the program splits on', async () => {
    const { stdout } = await runCli(['list', '--all', '--format', 'csv', ...fields], environment);
    const excel = await runCli(['list', '--all', '--excel', ...fields], environment);
    const files = [stdout, excel.stdout, 'a,Jan;=1+1\n'];
    const formulas = (await openInSpreadsheet(files, ',;\t')).map((rows) =>
      rows.flat().flatMap(({ formula }) => formula ?? []),
    );
    // The last file shows that the program finds formulas.
    expect(formulas).toEqual([[], [], ['of:=1+1']]);
  });
});
