import type * as callsModule from '@wemasy-orders/client/calls';
import type * as operationsModule from '@wemasy-orders/client/operations';
import type * as schemasModule from '@wemasy-orders/client/schemas';
import { sendJson, startUpstream } from '@wemasy-orders/client/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { candidatesFor } from './complete.js';
import { commands } from '../program.js';
import { runLine } from '../testing/run-line.js';

// A document that gained two operations. The generated files follow it.
const { calls } = vi.hoisted(() => {
  const showLines = {
    operationId: 'showLines',
    method: 'GET',
    path: '/orders/{id}/lines',
    rateLimit: { limit: 60, windowSeconds: 60 },
    isSafe: true,
    arguments: {
      id: { in: 'path' },
      kind: { in: 'query' },
      rates: { in: 'query' },
      isOpen: { in: 'query' },
      shop_code: { in: 'header', field: 'X-Shop' },
    },
    argumentsSchema: 'ShowLinesArguments',
    successStatus: 200,
    responseSchema: 'ShowLinesResponse',
  };
  const writeLines = { ...showLines, operationId: 'writeLines', method: 'PUT', isSafe: undefined };
  return { calls: { showLines, writeLines } };
});
vi.mock('@wemasy-orders/client/calls', async (importOriginal) => {
  const original = await importOriginal<typeof callsModule>();
  const text = { type: ['string', 'null'] };
  const number = { type: 'number' };
  return {
    ...original,
    calls: { ...original.calls, ...calls },
    shapes: {
      ...original.shapes,
      ShowLinesArguments: {
        type: 'object',
        properties: {
          id: { type: 'integer', minimum: 1 },
          kind: { type: 'array', items: { enum: ['goods', 'shipping'] } },
          rates: { type: 'array', items: number },
          isOpen: { type: 'boolean' },
          shop_code: { type: 'string' },
        },
        required: ['id'],
        additionalProperties: false,
      },
      ShowLinesResponse: {
        type: 'object',
        properties: {
          buyer: { type: 'object', properties: { name: text, mail: text } },
          session: text,
          note: text,
          lines: {
            type: 'array',
            items: {
              type: 'object',
              properties: { sku: { type: 'string' }, remark: text },
              required: ['sku'],
            },
          },
        },
        required: ['lines'],
      },
    },
  };
});
vi.mock('@wemasy-orders/client/operations', async (importOriginal) => {
  const { operations, ...others } = await importOriginal<typeof operationsModule>();
  const text = (privacy: operationsModule.Privacy) => ({ privacy, types: ['string', 'null'] });
  const showLines = {
    ...operations.listOrders,
    ...calls.showLines,
    tool: { ...operations.listOrders.tool, name: 'show_order_lines' },
    summary: 'Show order lines',
    requestSchema: undefined,
    answer: {
      types: ['object'],
      fields: {
        buyer: { types: ['object'], fields: { name: text('name'), mail: text('personal') } },
        session: text('secret'),
        note: text('public'),
        lines: {
          types: ['array'],
          items: { types: ['object'], fields: { sku: text('public'), remark: text('personal') } },
        },
      },
    },
  };
  const { tool } = operations.syncOrder;
  const writeLines = { ...showLines, ...calls.writeLines, tool };
  return { ...others, operations: { ...operations, showLines, writeLines } };
});
vi.mock('@wemasy-orders/client/schemas', async (importOriginal) => {
  const z = await import('zod');
  const text = z.string().nullable().exactOptional();
  return {
    ...(await importOriginal<typeof schemasModule>()),
    ShowLinesArguments: z.strictObject({
      id: z.int().min(1).describe('Id of the order.'),
      kind: z.array(z.enum(['goods', 'shipping'])).exactOptional(),
      rates: z.array(z.number()).exactOptional().describe('VAT rates.'),
      isOpen: z.boolean().exactOptional(),
      shop_code: z.string().exactOptional(),
    }),
    ShowLinesResponse: z.object({
      buyer: z.object({ name: text, mail: text }).exactOptional(),
      session: text,
      note: text,
      lines: z.array(z.object({ sku: z.string(), remark: text })),
    }),
  };
});

const answer = {
  buyer: { name: 'Jan\u001b[31m Jansen', mail: 'jan@example.com' },
  session: 'secret session',
  note: 'First\nnote',
  undocumented: 'unknown',
  lines: [
    { sku: 'A-1', remark: 'ring twice' },
    { sku: 'B-2', remark: null },
  ],
};

async function startApi(body: unknown = answer, status = 200) {
  const upstream = await startUpstream((_, response) => {
    sendJson(response, status, body);
  });
  onTestFinished(() => upstream.close());
  const environment = { WEMASY_API_URL: upstream.url, WEMASY_API_TOKEN: 'canary-token-5f2a' };
  return { upstream, environment };
}

describe('call', () => {
  it('sends each option to where the document says that it goes', async () => {
    const { upstream, environment } = await startApi();
    const line =
      'call show-lines --id 42 --kind goods --kind shipping --rates 9 --rates 2.5 --is-open false --shop-code nl';
    const { exitCode, stderr } = await runLine(line.split(' '), { environment });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(upstream.requests).toMatchObject([
      {
        method: 'GET',
        url: expect.stringMatching(
          /\/orders\/42\/lines\?kind=goods&kind=shipping&rates=9&rates=2.5&isOpen=false$/,
        ),
        headers: { 'x-shop': 'nl' },
      },
    ]);
  });

  it('shows single values, then the list as a table, cleaned', async () => {
    const { environment } = await startApi();
    const { stdout } = await runLine(['call', 'show-lines', '--id', '7'], { environment });
    expect(stdout).toBe('name: Jan Jansen\nnote: First note\n\nsku\nA-1\nB-2\n');
  });

  it.each([
    ['none', { note: 'First note', lines: [{ sku: 'A-1' }, { sku: 'B-2' }] }],
    ['names', { buyer: { name: 'Jan Jansen' }, note: 'First note', lines: [{ sku: 'A-1' }, { sku: 'B-2' }] }],
    [
      'full',
      {
        buyer: { name: 'Jan Jansen', mail: 'jan@example.com' },
        note: 'First note',
        lines: [
          { sku: 'A-1', remark: 'ring twice' },
          { sku: 'B-2', remark: null },
        ],
      },
    ],
  ])('shows as JSON what the mode %s allows', async (mode, shown) => {
    const { environment } = await startApi();
    const line = ['call', 'show-lines', '--id', '7', '--json', '--personal-data', mode];
    expect(JSON.parse((await runLine(line, { environment })).stdout)).toEqual(shown);
  });

  it.each(['show-lines', 'showLines', 'show_order_lines'])('knows the operation as %s', async (name) => {
    const { environment } = await startApi();
    expect(await runLine(['call', name, '--id', '7'], { environment })).toMatchObject({ exitCode: 0 });
  });

  it.each([
    ['call show-lines', /--id is required\. See --help/],
    ['call show-lines --id seven --rates much', /--id "seven": .*; --rates \["much"\]: /],
    ['call show-lines --id 0', /--id "0": Too small/],
    ['call show-lines --id 1 --kind gifts', /Allowed choices are goods, shipping/],
    ['call show-lines --id 1 --nonsense', /unknown option/i],
    ['call', /No operation is named\. Operations: list-orders, .*show-lines/],
    ['call write-lines --id 1', /There is no operation "write-lines"|unknown/i],
  ])('%s is refused before anything is sent', async (line, fault) => {
    const { upstream, environment } = await startApi();
    const { exitCode, stderr } = await runLine(line.split(' '), { environment });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(fault);
    expect(upstream.requests).toEqual([]);
  });

  it.each([
    ['none', false],
    ['names', false],
    ['full', true],
  ])(
    'shows addresses of pages, which can repeat a search for a customer, in the mode %s: %s',
    async (mode, shown) => {
      const url = 'https://api.example.com/orders/all?search_query=canary@example.com&page=1';
      const data = { current_page: 1, last_page: 1, data: [], first_page_url: url, last_page_url: url };
      const links = [{ url, label: '1', active: true }];
      const { environment } = await startApi({
        error: false,
        data: { ...data, links, next_page_url: url, prev_page_url: url },
      });
      for (const format of [[], ['--json']]) {
        const line = ['call', 'list-orders', ...format, '--personal-data', mode];
        const { stdout } = await runLine(line, { environment });
        expect(stdout).toContain('current_page');
        expect(stdout.includes('canary@example.com')).toBe(shown);
      }
    },
  );

  it('says what the API answers, with the exit code of every command', async () => {
    const { environment } = await startApi({ error: true, message: 'Unauthenticated.' }, 401);
    const line = ['call', 'show-lines', '--id', '7', '--json'];
    const { exitCode, stdout, stderr } = await runLine(line, { environment });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'authentication_failed' } });
  });

  it('leaves out what could not be read, says so, and is not done', async () => {
    const { environment } = await startApi({ ...answer, lines: [{ sku: 'A-1' }, { sku: null }] });
    const { exitCode, stdout, stderr } = await runLine(['call', 'show-lines', '--id', '7'], { environment });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/sku\nA-1\n$/);
    expect(stderr).toContain('1 element of a list could not be read and is left out.');
  });

  it('lists the operations that only read in its help, without a network', async () => {
    const { exitCode, stdout } = await runLine(['call', '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/show-lines \[options\] +Show order lines/);
    expect(stdout).not.toContain('write-lines');
    const { stdout: ofOne } = await runLine(['call', 'show-lines', '--help']);
    expect(ofOne).toMatch(/--id <number> +Id of the order \(required\)/);
    expect(ofOne).toMatch(/--rates <number\.\.\.> +VAT rates \(may be repeated\)/);
    expect(ofOne).toMatch(/--is-open <is-open> .*"true", "false"/);
  });

  it.each([
    [['call', 'show-li'], ['show-lines']],
    [['call', 'show-lines', '--k'], ['--kind']],
    [['call', 'showLines', '--kind', 'g'], ['goods']],
    [
      ['call', 'show-lines', '--is-open', ''],
      ['true', 'false'],
    ],
  ])('completes %j', (words, texts) => {
    expect(candidatesFor(words, { commands, globalOptions: [] }).map(({ text }) => text)).toEqual(texts);
  });
});

it.each([
  ['journal', 'use'],
  ['account', 'add'],
  ['call', 'show-lines'],
])('the help of %s %s lists every option once', async (...words) => {
  const { stdout } = await runLine([...words, '--help']);
  const options = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, option]) => option);
  expect(options).toEqual([...new Set(options)]);
  expect(options).not.toContain('--unknown');
});
