// @ts-check
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { startProcess } from '@wemasy-orders/acceptance/start-process';
import { copyWorkspace } from '@wemasy-orders/workspace/workspace-copy';
import { startHosted } from './support/hosted.js';
import { output } from './support/output.js';
import { startServer } from './support/server.js';

// A vendor's page becomes a working operation by two commands: the draft and the code generation. Nothing else is written.

const page = 'tools/openapi-codegen/e2e/order-details.txt';
/** Requests a minute, as the page says. */
const limit = 30;
const decisions = [
  '--tool=show_order_details',
  '--reads',
  '--public=error,message,data.order_id,data.labels.*,data.lines[].sku,data.lines[].quantity,data.lines[].price',
  '--names=data.customer_name',
  '--personal=data.lines[].recipient_email',
];

/** @type {Awaited<ReturnType<typeof copyWorkspace>>} */
let copy;
beforeAll(async () => {
  copy = await copyWorkspace();
  await copy.nx('g', '@wemasy-orders/openapi-codegen:operation', page, ...decisions);
  await copy.nx('sync');
  for (const app of ['sandbox', 'mcp-server', 'cli']) await copy.node(`apps/${app}`, 'bundle.config.js');
  return () => copy.remove();
}, 300_000);

const built = (/** @type {string} */ app) => join(copy.root, 'apps', app, 'dist/main.js');

describe('an operation of a vendor page', () => {
  it('takes no line by hand: the document, the page and what is derived are all that changed', async () => {
    const folder = 'libs/client/src/generated';
    const generated = (await readdir(join(copy.root, folder))).map((file) => `${folder}/${file}`);
    const written = ['README.md', 'openapi/vendor/show-order-details.txt', 'openapi/wemasy-orders.yaml'];
    expect(await copy.changes()).toEqual([...written, ...generated].toSorted());
    // Generated again, nothing changes, so no line of it is written by hand.
    await copy.nx('sync:check');
    expect(await readFile(join(copy.root, 'openapi/vendor/show-order-details.txt'), 'utf8')).toBe(
      await readFile(join(copy.root, page), 'utf8'),
    );
    expect(await copy.nx('g', '@wemasy-orders/openapi-codegen:operation', page)).toContain(
      'It says all that the page says.',
    );
  });

  it('is in the table of tools', async () => {
    const readme = await readFile(join(copy.root, 'README.md'), 'utf8');
    const row = readme.split('\n').find((line) => line.includes('`show_order_details`')) ?? '';
    expect(row.replaceAll(/ +/g, ' ')).toBe(
      '| `show_order_details` | The lines and the labels of one order, as the customer placed it. | reads | 30 in 60 s | `order_id`; `include`; `locale`: nl, en |',
    );
  });

  it('passes the checks of the workspace', async () => {
    const changed = (await copy.changes()).filter((path) => !path.endsWith('.txt'));
    await copy.node('.', 'node_modules/prettier/bin/prettier.cjs', '--check', ...changed);
    await copy.node('.', 'node_modules/knip/bin/knip.js', '--no-config-hints');
    await copy.nx('run-many', '-t', 'lint', '-p', '@wemasy-orders/openapi', '@wemasy-orders/client');
    await copy.node('apps/mcp-server', join(copy.root, 'node_modules/size-limit/bin.js'));
    const served = ['run', '--root', 'tools/openapi-codegen', '--mode', 'e2e', 'e2e/served.test.js'];
    await copy.node('.', 'node_modules/vitest/vitest.mjs', ...served);
  }, 300_000);

  it('is a typed call of the client, and everything compiles', async () => {
    const use = `
      import { createOrdersClient } from './index.js';
      const client = createOrdersClient({ token: 'none' });
      export const sku = async (): Promise<string | undefined> => {
        const { value } = await client.call('showOrderDetails', { order_id: 42, locale: 'nl', include: ['lines'] });
        return value.data?.lines?.[0]?.sku;
      };
      // @ts-expect-error: the order is not named
      export const wrong = () => client.call('showOrderDetails', { locale: 'nl' });
      // @ts-expect-error: no such language
      export const alsoWrong = () => client.call('showOrderDetails', { order_id: 42, locale: 'de' });
    `;
    const file = join(copy.root, 'libs/client/src/use.ts');
    await writeFile(file, use);
    await copy.typecheck();
  }, 300_000);
});

describe('against the sandbox', () => {
  /** @type {Awaited<ReturnType<typeof startProcess>>} */
  let sandbox;
  /** @type {string} */
  let apiUrl;
  beforeAll(async () => {
    sandbox = await startProcess(built('sandbox'), ['--port', '0']);
    apiUrl = sandbox.url;
  });
  afterAll(() => sandbox.stop());

  const lines = [
    { sku: 'A-1', quantity: 2, price: '9.95' },
    { sku: 'B-2', quantity: 1 },
  ];
  const labels = { fragile: 'yes', gift: 'no' };
  const recipients = [{ recipient_email: 'jansen@example.com' }, {}];

  describe.each([
    [
      'over stdio',
      (/** @type {string} */ mode, url = apiUrl) =>
        startServer(built('mcp-server'), {
          WEMASY_API_URL: url,
          WEMASY_API_TOKEN: 'sandbox-full-access',
          WEMASY_STATE: 'memory',
          WEMASY_PERSONAL_DATA: mode,
          WEMASY_LOG_LEVEL: 'silent',
        }),
    ],
    [
      'of the hosted server, for the account of a shop',
      async (/** @type {string} */ mode, url = apiUrl) => {
        const { as, end } = await startHosted(built('mcp-server'), url, [
          {
            account: 'bakery',
            apiToken: 'sandbox-full-access',
            personalData: mode,
            machines: [{ name: 'reader', scope: 'orders:read' }],
          },
        ]);
        return { request: as('reader'), end };
      },
    ],
  ])('it is a tool %s', (_, serverFor) => {
    it.each([
      ['none', { order_id: 42, labels, lines }],
      ['names', { order_id: 42, labels, lines, customer_name: 'Jansen' }],
      [
        'full',
        {
          ...{ order_id: 42, labels, customer_name: 'Jansen' },
          lines: lines.map((line, index) => ({ ...line, ...recipients[index] })),
        },
      ],
    ])('that shows what the mode %s allows, in text and structure alike', async (mode, data) => {
      const server = await serverFor(mode);
      const { tools } = await server.request('tools/list', {});
      const tool = tools.find(({ name }) => name === 'show_order_details') ?? expect.fail('it is not listed');
      expect(tool.inputSchema).toEqual({
        type: 'object',
        properties: {
          order_id: { type: 'integer', description: "The order's id" },
          include: { type: 'array', items: { type: 'string' }, description: 'Parts to add' },
          locale: { type: 'string', enum: ['nl', 'en'], description: 'Language of the names' },
        },
        required: ['order_id'],
        additionalProperties: false,
      });
      const result = await server.request('tools/call', {
        name: 'show_order_details',
        // As text, which some clients send.
        arguments: { order_id: '42', include: 'lines,labels' },
      });
      await server.end();
      const { answer, note } = Object(result.structuredContent);
      expect(answer).toEqual({ error: false, data });
      expect(result.content.map(({ text }) => text)).toEqual([`${note}\n${JSON.stringify(answer)}`]);
      const { outputSchema } = tool;
      const validate = new Ajv2020({ strict: false }).compile(outputSchema);
      expect(validate(result.structuredContent), JSON.stringify(validate.errors)).toBe(true);
      for (const [field, shown] of Object.entries({
        checkout_key: false,
        customer_name: mode !== 'none',
        recipient_email: mode === 'full',
      })) {
        expect(JSON.stringify(outputSchema).includes(field)).toBe(shown);
        expect(JSON.stringify(result).includes(field)).toBe(shown);
      }
      expect(JSON.stringify(result)).not.toContain('f00d-checkout-key');
    });

    it('that refuses a wrong argument before anything is sent', async () => {
      const server = await serverFor('none');
      const result = await server.request('tools/call', {
        name: 'show_order_details',
        arguments: { locale: 'de', orders: 1 },
      });
      await server.end();
      expect(result.isError).toBe(true);
      const [{ text } = { text: '' }] = result.content;
      expect(text).toMatch(/^invalid_arguments: /);
      for (const name of ['order_id', 'locale', 'orders']) expect(text).toContain(name);
      expect(text).toContain('source: local');
    });

    it.each([
      [
        404,
        { error: true, message: 'No such order.' },
        /^unexpected_response: The API does not know what was asked for/,
      ],
      [
        422,
        { message: 'Bad.', errors: { order_id: ['No such order.'] } },
        /^validation_failed: .*\n.*order_id/s,
      ],
    ])('that reports a %i in the API’s words', async (status, body, expected) => {
      const api = await startApi((response) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      });
      const server = await serverFor('none', api.url);
      const result = await server.request('tools/call', detailsOf(43));
      await server.end();
      api.close();
      expect(result.isError).toBe(true);
      const [{ text } = { text: '' }] = result.content;
      expect(text).toMatch(expected);
      expect(text).toContain('No such order.');
      expect(text).not.toContain('WEMASY_API_URL');
    });
  });

  it('the callers of one shop share its limit, which neither other shops nor other tools use up', async () => {
    /** @type {(string | undefined)[]} */
    const asked = [];
    const api = await startApi((response, { headers, url = '' }) => {
      if (url.endsWith('/details')) asked.push(headers.authorization);
      response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    });
    const scope = 'orders:read';
    const hosted = await startHosted(built('mcp-server'), api.url, [
      {
        account: 'bakery',
        apiToken: 'of-the-bakery',
        machines: [
          { name: 'till', scope },
          { name: 'nightly', scope },
          { name: 'sender', scope: 'orders:sync' },
        ],
      },
      { account: 'florist', apiToken: 'of-the-florist', machines: [{ name: 'florist', scope }] },
    ]);
    const codeOf = async (/** @type {string} */ machine, /** @type {object} */ call = detailsOf(43)) =>
      (await hosted.as(machine)('tools/call', call)).content[0]?.text.split(':')[0];
    const codes = [];
    while (codes.length < limit + 2) codes.push(await codeOf(codes.length % 2 === 0 ? 'till' : 'nightly'));
    expect(codes.map((code) => code === 'rate_limited')).toEqual([...Array(limit).fill(false), true, true]);
    expect(await codeOf('florist')).toBe('unexpected_response');
    expect(await codeOf('till', { name: 'list_orders', arguments: {} })).toBe('unexpected_response');
    await expect(codeOf('sender')).rejects.toThrow('The access token does not grant orders:read.');
    await hosted.end();
    api.close();
    expect(asked).toEqual([...Array(limit).fill('Bearer of-the-bakery'), 'Bearer of-the-florist']);
  });

  it.each(['none', 'names', 'full'])('it is a command that shows what the mode %s allows', async (mode) => {
    const flags = ['--order-id', '42', '--include', 'lines', '--include', 'labels', '--locale', 'nl'];
    const settings = ['--api-url', apiUrl, '--state', 'memory', '--personal-data', mode, '--json'];
    const text = await output(
      process.execPath,
      [built('cli'), 'call', 'show_order_details', ...flags, ...settings],
      { WEMASY_API_TOKEN: 'sandbox-full-access' },
    );
    const { data } = JSON.parse(text);
    expect(data).toMatchObject({ order_id: 42, labels, lines });
    expect(text).not.toContain('checkout_key');
    expect(text.includes('Jansen')).toBe(mode !== 'none');
    expect(text.includes('jansen@example.com')).toBe(mode === 'full');
  });

  it('it is on the reference page', async () => {
    const document = await (await fetch(apiUrl.replace(/\/api$/, '/openapi.json'))).json();
    expect(Object(document).paths).toHaveProperty('/services/webshop/v1/orders/details');
  });
});

/** @param {number} order */
function detailsOf(order) {
  return { name: 'show_order_details', arguments: { order_id: order } };
}

/**
 * An API that answers every request alike.
 *
 * @param {(response: import('node:http').ServerResponse, request: import('node:http').IncomingMessage) => void} answer
 */
async function startApi(answer) {
  const server = createServer((request, response) => {
    answer(response, request);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${Object(server.address()).port}/api`, close: () => server.close() };
}
