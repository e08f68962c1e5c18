import type * as testingModule from '@wemasy-orders/client/testing';
import type * as operationsModule from '@wemasy-orders/client/operations';
import type { Order } from '@wemasy-orders/client';
import { amountForms, amountsAnswer, largestPage, orderPage } from '@wemasy-orders/client/testing';
import { exactAmount, showsField } from '@wemasy-orders/presentation';
import { describe, expect, it, vi } from 'vitest';
import { runLine } from '../testing/run-line.js';
import { pagesOf, scripted, type ShopOptions, startShop } from '../testing/shop.js';

vi.mock('@wemasy-orders/client/operations', async (importOriginal) => {
  const { operationsWithUsualMarks } = await vi.importActual<typeof testingModule>(
    '@wemasy-orders/client/testing',
  );
  const { operations, ...others } = await importOriginal<typeof operationsModule>();
  return { ...others, operations: operationsWithUsualMarks(operations) };
});

const order = (id: number): Order => ({ id, status: 'paid', total: '10' });
const ordersOf = (...ids: readonly number[]) => ids.map(order);

/** Pages that do not add up, and what is true of them. */
const doubtful = [
  {
    name: 'an order comes again two pages later',
    pages: [ordersOf(1, 2, 3), ordersOf(4, 5, 6), ordersOf(1, 7, 8)],
    total: 9,
    facts: { read: 8, repeated: 1, possibly_missed: 1, counted: 9 },
    says: [
      '8 orders read; the API counts 9. Up to 1 order may be missing.',
      '1 order came again and is counted once.',
    ],
  },
  {
    name: 'an order is twice on one page',
    pages: [ordersOf(1, 1, 2)],
    total: 3,
    facts: { read: 2, repeated: 1, possibly_missed: 1, counted: 3 },
    says: [
      '2 orders read; the API counts 3. Up to 1 order may be missing.',
      '1 order came again and is counted once.',
    ],
  },
  {
    name: 'a page is cut short',
    pages: [ordersOf(1, 2, 3), ordersOf(4), ordersOf(7, 8, 9)],
    total: 9,
    facts: { read: 7, repeated: 0, possibly_missed: 2, counted: 9 },
    says: ['7 orders read; the API counts 9. Up to 2 orders may be missing.'],
  },
  {
    name: 'a page in the middle is empty',
    pages: [ordersOf(1, 2, 3), [], ordersOf(7, 8, 9)],
    total: 9,
    facts: { read: 6, repeated: 0, possibly_missed: 3, counted: 9 },
    says: ['6 orders read; the API counts 9. Up to 3 orders may be missing.'],
  },
] as const;

describe.each(doubtful)('list --all where $name', ({ pages, total, facts, says }) => {
  const ids = [...new Set(pages.flat().map(({ id }) => id))];

  it.each(['table', 'csv', 'ndjson', 'json'])(
    'shows each order once and the doubt, as %s',
    async (format) => {
      const { environment } = await startShop({ list: scripted(pages, { total }) });
      const { exitCode, stdout, stderr } = await runLine(
        ['list', '--all', '--fields', 'id', '--format', format],
        { environment },
      );
      expect(exitCode).toBe(1);
      for (const sentence of says) expect(stderr).toContain(sentence);
      if (format === 'json') {
        expect(JSON.parse(stdout)).toEqual({
          orders: ids.map((id) => ({ id })),
          facts: expect.objectContaining({ ...facts, coverage: 'in_doubt' }),
        });
      } else {
        expect([...stdout.matchAll(/\d+/g)].map(Number)).toEqual(ids);
      }
    },
  );

  it('adds every order up once, and has the facts in JSON', async () => {
    const { environment } = await startShop({ list: scripted(pages, { total }) });
    const { exitCode, stdout, stderr } = await runLine(['list', '--summary', '--json'], { environment });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      totals: [{ status: 'paid', count: ids.length, sum: String(10 * ids.length) }],
      facts: expect.objectContaining({
        ...facts,
        coverage: 'in_doubt',
        unreadable_amounts: { count: 0, order_ids: [] },
      }),
    });
    for (const sentence of says) expect(stderr).toContain(sentence);
  });
});

describe('list --all', () => {
  it('claims no more of several pages than that the counts agree', async () => {
    const { environment } = await startShop({ list: pagesOf(ordersOf(1, 2, 3, 4)) });
    const { exitCode, stdout, stderr } = await runLine(['list', '--all', '--per-page', '3', '--json'], {
      environment,
    });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: '4 orders read, as many as the API counts.\n',
    });
    expect(JSON.parse(stdout)).toMatchObject({ facts: { coverage: 'adds_up', doubts: [], pages: 2 } });
  });

  it('says when one answer held everything', async () => {
    const { environment } = await startShop({ list: pagesOf(ordersOf(1, 2)) });
    const { stderr } = await runLine(['list', '--all'], { environment });
    expect(stderr).toBe('2 orders read, all on one page.\n');
  });

  it('asks for smaller pages where the API allows fewer orders a page', async () => {
    const orders = Array.from({ length: 60 }, (_, at) => order(at + 1));
    const refusal = {
      message: 'The given data was invalid.',
      errors: { per_page: ['The per page field must not be greater than 50.'] },
    };
    const { environment } = await startShop({
      list: (asked) => (asked.perPage > 50 ? [422, refusal] : pagesOf(orders)(asked)),
    });
    for (const args of [
      ['list', '--all'],
      ['list', '--summary'],
      ['sync-due', '--dry-run'],
    ]) {
      const { exitCode, stderr } = await runLine(args, { environment });
      expect({ exitCode, stderr }).toEqual({
        exitCode: 0,
        stderr: expect.stringContaining('60 orders read, as many as the API counts.'),
      });
    }
    const looked = await runLine(['confirm', '7'], { environment });
    expect(looked).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('  id: 7\n') });
  });

  it('closes the output with its facts when a later page fails', async () => {
    const { environment } = await startShop({
      list: ({ page }) =>
        page === 1
          ? [200, orderPage(ordersOf(1, 2), { perPage: 2, total: 4 })]
          : [200, { error: true, message: 'Database down' }],
    });
    const { exitCode, stdout, stderr } = await runLine(['list', '--all', '--json', '--per-page', '2'], {
      environment,
    });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      orders: [{ id: 1 }, { id: 2 }],
      facts: { read: 2, counted: 4, coverage: 'in_doubt', doubts: ['unfinished'] },
    });
    expect(stderr).toContain('2 orders read; the API counts 4. Not every page was read.');
    expect(stderr).toContain('Database down');
  });
});

/** Answers that differ from the document where nothing depends on it. */
const odd = ({ orders, ...page }: { orders?: unknown; [field: string]: unknown }) => {
  const { data, ...rest } = orderPage([], { total: 2 });
  const all = [
    { id: 1, status: 'paid', total: '1.10' },
    { id: 2, status: 'paid', total: '2.20' },
  ];
  return { ...rest, data: { ...data, data: orders ?? all, ...page } };
};

describe('answers that differ from the document', () => {
  it.each([
    ['per_page as a string', odd({ per_page: '50' }), 'per_page'],
    ['a label as a number', odd({ links: [{ url: null, label: 1, active: true }] }), 'links'],
    [
      'the orders as an object',
      odd({ orders: { 0: { id: 1, total: '1.10' }, 1: { id: 2, total: '2.20' } } }),
      'data.data',
    ],
    ['an order number as a number', odd({ orders: [{ id: 1, order_number: 8 }, { id: 2 }] }), 'order_number'],
    ['an amount as a number', odd({ orders: [{ id: 1, total: 129.99 }, { id: 2 }] }), 'total'],
    [
      'a flag as a number',
      odd({ orders: [{ id: 1, should_snelstart_sync: 1 }, { id: 2 }] }),
      'should_snelstart_sync',
    ],
  ])('are read and reported once: %s', async (_, answer, field) => {
    const { environment } = await startShop({ list: () => [200, answer] });
    for (const args of [
      ['list', '--json'],
      ['list', '--all', '--json'],
      ['list', '--summary', '--json'],
      ['sync-due', '--dry-run', '--json'],
    ]) {
      const { exitCode, stdout, stderr } = await runLine(args, { environment });
      expect({ args, exitCode, stderr }).toMatchObject({
        exitCode: 0,
        stderr: expect.stringContaining(field),
      });
      expect(stderr.match(/differs from its documentation/g)).toHaveLength(1);
      expect(JSON.parse(stdout)).toMatchObject({
        facts: { drift: [expect.objectContaining({ path: expect.stringContaining(field) })] },
      });
    }
  });

  it('have no effect on page, links and counts that are absent', async () => {
    const answer = { error: false, data: { current_page: 1, last_page: 1, data: [{ id: 1, total: '3' }] } };
    const { environment } = await startShop({ list: () => [200, answer] });
    for (const args of [['list'], ['list', '--all'], ['list', '--summary']]) {
      expect(await runLine(args, { environment })).toMatchObject({ exitCode: 0 });
    }
  });

  it('with an order that cannot be used name it, leave it out, and are not done', async () => {
    const isNamed = showsField('order_number', 'none');
    const answer = odd({
      orders: [
        { id: 1, status: 'paid', total: '3' },
        { id: 'x', order_number: '17', total: '4' },
      ],
    });
    const { environment } = await startShop({ list: () => [200, answer] });
    for (const [args, key] of [
      [['list'], 'orders'],
      [['list', '--all'], 'orders'],
      [['list', '--summary'], 'totals'],
    ] as const) {
      const { exitCode, stdout, stderr } = await runLine([...args, '--json'], { environment });
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/number 2 on its page \(.*id.*\)/);
      expect(stderr.includes('order number 17')).toBe(isNamed);
      const json: Record<string, unknown[]> = JSON.parse(stdout);
      expect(json[key]).toHaveLength(1);
      expect(json['facts']).toMatchObject({
        unreadable: 1,
        unreadable_orders: [{ page: 1, position: 2, ...(isNamed ? { orderNumber: '17' } : {}) }],
      });
    }
  });

  it('with an amount that cannot be read count it in JSON too', async () => {
    const answer = odd({
      orders: [
        { id: 1, status: 'paid', total: '3' },
        { id: 2, status: 'paid', total: 'gratis' },
      ],
    });
    const { environment } = await startShop({ list: () => [200, answer] });
    const { stdout, stderr } = await runLine(['list', '--summary', '--json'], { environment });
    expect(JSON.parse(stdout)).toMatchObject({
      totals: [{ status: 'paid', count: 2, sum: '3' }],
      facts: { unreadable_amounts: { count: 1, order_ids: [2] } },
    });
    expect(stderr).toContain('Counted without a readable amount: 2.');
  });
});

describe('a page', () => {
  it('that has fewer orders than the API counts on it is not done', async () => {
    const { environment } = await startShop({
      list: scripted([[order(1), order(1)], [order(2)]], { total: 5 }),
    });
    const { exitCode, stdout, stderr } = await runLine(['list', '--fields', 'id', '--json'], { environment });
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      'Page 1 of 2: 1 of 5 orders. --page 2 shows the next, --all shows all.\nThe API counts 2 orders more on this page; run the command again.\nRepeated orders left out: 1.\n',
    );
    expect(JSON.parse(stdout)).toMatchObject({ facts: { read: 1, repeated: 1, possibly_missed: 2 } });
  });

  it('of unknown size is taken as it is', async () => {
    const [, body] = scripted([[order(1)], [order(2)]], { total: 2 })({ page: 1, perPage: 25 });
    const text = JSON.stringify(body).replace(/"per_page":\d+,/, '');
    const { environment } = await startShop({ list: () => [200, text] });
    expect(await runLine(['list', '--fields', 'id'], { environment })).toMatchObject({ exitCode: 0 });
  });
});

describe('advice', () => {
  it.each([
    [[400, { message: 'SnelStart: dagboek gesloten' }], /dagboek gesloten/, /fails again until then/],
    [[404, { message: 'No query results for model [Order] 7' }], /No query results/, /Check the order id/],
    [[500, { message: 'Server Error' }], /Server Error/, /Try again later|confirm 7 --synced/],
  ] as const)('follows the answer %j', async (answer, reason, advice) => {
    const { environment } = await startShop({ list: pagesOf([]), sync: () => answer });
    const { stdout } = await runLine(['sync', '7'], { environment });
    expect(stdout).toMatch(reason);
    expect(stdout).toMatch(advice);
  });
});

describe('list --excel', () => {
  it('writes a page, all pages and a summary for a Dutch Excel', async () => {
    const { environment } = await startShop({ list: pagesOf([{ id: 1, status: 'paid', total: '1234.50' }]) });
    for (const [args, text] of [
      [['list', '--fields', 'id,total'], 'id;total\r\n1;1234,50\r\n'],
      [['list', '--all', '--fields', 'id,total'], 'id;total\r\n1;1234,50\r\n'],
      [['list', '--summary'], 'status;count;sum\r\npaid;1;1234,5\r\n'],
    ] as const) {
      const { exitCode, stdout } = await runLine([...args, '--excel'], { environment });
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `\uFEFF${text}` });
    }
    expect((await runLine(['list', '--excel', '--json'], { environment })).exitCode).toBe(2);
  });
});

describe('amounts in any form', () => {
  /** Ids of the forms that cannot be read. */
  const unreadable = amountForms.flatMap(({ exact }, at) => (exact === undefined ? [at + 1] : []));
  const answers: ShopOptions = { list: () => [200, amountsAnswer()] };
  const isExact = (text: string, exact: string) => {
    expect(text).toMatch(/^-?\d+(\.\d+)?$/);
    expect(exactAmount(text)).toBe(exact);
  };

  it.each(['table', 'csv', 'ndjson', 'json'])('are exact or declared unreadable, as %s', async (format) => {
    const { environment } = await startShop(answers);
    const { stdout, stderr } = await runLine(
      ['list', '--per-page', String(largestPage), '--fields', 'id,total', '--format', format],
      { environment },
    );
    const cells = totalsIn(stdout, format);
    expect(cells).toHaveLength(amountForms.length);
    for (const [at, { exact }] of amountForms.entries()) {
      if (exact === undefined) expect(cells[at]).not.toMatch(/^[+-]?\d+(\.\d+)?$/);
      else isExact(cells[at] ?? '', exact);
    }
    expect(stderr).toContain(`Counted without a readable amount: ${unreadable.slice(0, 5).join(', ')}, and `);
    if (format === 'json') {
      expect(JSON.parse(stdout)).toMatchObject({
        facts: { unreadable_amounts: { count: unreadable.length, order_ids: unreadable.slice(0, 20) } },
      });
    }
  });

  it('are numbers in Excel where it keeps them exactly', async () => {
    const { environment } = await startShop(answers);
    const { stdout } = await runLine(
      ['list', '--per-page', String(largestPage), '--fields', 'id,total', '--excel'],
      { environment },
    );
    const lines = stdout.trim().split('\r\n').slice(1);
    for (const [at, { exact }] of amountForms.entries()) {
      const [, cell = ''] = /^\d+;(.*)$/.exec(lines[at] ?? '') ?? [];
      const isNumber = /^-?\d+(,\d+)?$/.test(cell);
      if (isNumber) isExact(cell.replace(',', '.'), exact ?? 'unreadable');
      // Too many digits for Excel: exact all the same, as a text.
      else if (exact !== undefined) isExact(cell.replace(/^'/, ''), exact);
    }
  });

  it('are in the sum exactly, or counted as missing from it', async () => {
    const { environment } = await startShop(answers);
    const { stdout } = await runLine(['list', '--summary', '--json'], { environment });
    expect(JSON.parse(stdout)).toMatchObject({
      totals: [{ status: 'paid', count: 38, sum: '100000000000000000374.875510000000000000000000000001' }],
      facts: { unreadable_amounts: { count: unreadable.length } },
    });
  });
});

function totalsIn(stdout: string, format: string): string[] {
  const textOf = (total: unknown) => (total === null ? '' : String(total));
  const lines = stdout.trimEnd().split('\n');
  switch (format) {
    case 'json':
      return JSON.parse(stdout).orders.map(({ total }: { total: unknown }) => textOf(total));
    case 'ndjson':
      return lines.map((line) => textOf(JSON.parse(line).total));
    case 'csv':
      return lines.slice(1).map((line) => line.replace(/^\d+,/, ''));
    default:
      return lines.slice(1).map((line) => line.replace(/^ *\d+ */, ''));
  }
}
