// @ts-check
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, parseDocument } from 'yaml';
import { beforeAll, describe, expect, it } from 'vitest';
import { startProcess } from '@wemasy-orders/acceptance/start-process';
import { copyWorkspace, workspaceRoot } from '@wemasy-orders/workspace/workspace-copy';
import { startServer } from './support/server.js';

const documentPath = 'openapi/wemasy-orders.yaml';
const folder = 'libs/client/src/generated';
const generated = (await readdir(join(workspaceRoot, folder))).map((file) => `${folder}/${file}`);

/** @type {Awaited<ReturnType<typeof copyWorkspace>>} */
let copy;
beforeAll(async () => {
  copy = await copyWorkspace();
  return () => copy.remove();
});

/** @param {(document: import('yaml').Document) => void} change */
async function changeDocument(change) {
  const path = join(copy.root, documentPath);
  const document = parseDocument(await readFile(path, 'utf8'));
  change(document);
  await writeFile(path, String(document));
}

describe('a value added to an enum of the document', () => {
  it('fails the check for stale code', async () => {
    await copy.nx('sync:check');
    await changeDocument((document) => {
      document.addIn(['components', 'schemas', 'OrderStatus', 'enum'], 'never_heard_of');
    });
    await expect(copy.nx('sync:check')).rejects.toMatchObject({ code: 1 });
  });

  it('reaches a build that follows, without another command', async () => {
    await copy.nx('build', '@wemasy-orders/client');
    const built = await readFile(join(copy.root, 'libs/client/dist/generated/schemas.js'), 'utf8');
    expect(built).toContain('never_heard_of');
  });

  it('reaches code and documentation with one command and no other edit', async () => {
    await copy.nx('sync');
    await copy.nx('sync:check');
    expect(await copy.changes()).toEqual(['README.md', ...generated, documentPath].sort());
    // Of the examples only the hash of the document changes.
    for (const file of (await copy.changes()).filter((path) => !path.endsWith('examples.ts'))) {
      expect(await readFile(join(copy.root, file), 'utf8'), file).toContain('never_heard_of');
    }
  });

  it('is offered by the tool', async () => {
    await copy.node('apps/mcp-server', 'bundle.config.js');
    expect(await statusesOffered(join(workspaceRoot, 'apps/mcp-server/dist/main.js'))).not.toContain(
      'never_heard_of',
    );
    expect(await statusesOffered(join(copy.root, 'apps/mcp-server/dist/main.js'))).toContain(
      'never_heard_of',
    );
  });

  it('is accepted by the sandbox', async () => {
    await copy.node('apps/sandbox', 'bundle.config.js');
    const statusOf = async (/** @type {string} */ root) =>
      (await answerOf(join(root, 'apps/sandbox/dist/main.js'), { status: 'never_heard_of' })).status;
    expect(await statusOf(workspaceRoot)).toBe(422);
    expect(await statusOf(copy.root)).toBe(200);
  });
});

describe('a field that the document loses', () => {
  // That everything compiles without it is seen with the new app below.
  it('is lost by the sandbox, too', async () => {
    await changeDocument((document) => {
      const example = ['components', 'examples', 'DocumentedOrderPage', 'value', 'data', 'data', 0];
      for (const order of [['components', 'schemas', 'Order', 'properties'], example]) {
        document.deleteIn([...order, 'payment_method']);
      }
    });
    await copy.nx('sync');
    await copy.node('apps/sandbox', 'bundle.config.js');
    const { text } = await answerOf(join(copy.root, 'apps/sandbox/dist/main.js'), {});
    expect(text).toContain('"payment_status"');
    expect(text).not.toContain('"payment_method"');
  });
});

describe('an operation added to the document', () => {
  /** @type {number} */
  let limit;
  beforeAll(async () => {
    await changeDocument((document) => {
      const operation = document.getIn(['paths', '/services/webshop/v1/orders/sync-snelstart-order']);
      const added = JSON.parse(JSON.stringify(operation));
      ({ limit } = added.post['x-rate-limit']);
      Object.assign(added.post, { operationId: 'cancelOrder', 'x-rate-limit': { limit, windowSeconds: 30 } });
      delete added.post['x-mcp-tool'];
      document.setIn(['paths', '/services/webshop/v1/orders/cancel'], added);
    });
    await copy.nx('sync');
  });

  it('is a typed path of the client with a pace of its own', async () => {
    const use = `
      import { createOrdersClient, rateLimitPolicies } from './index.js';
      const client = createOrdersClient({ token: 'none' });
      export const call = () => client.paths.POST('/services/webshop/v1/orders/cancel', { body: { order_id: 1 } });
      export const message = async (): Promise<string | undefined> => (await call()).data.message;
      // @ts-expect-error order_id is a number
      export const wrong = () => client.paths.POST('/services/webshop/v1/orders/cancel', { body: { order_id: '1' } });
      console.log(JSON.stringify(rateLimitPolicies().find(({ name }) => name === 'cancelOrder')));
    `;
    await writeFile(join(copy.root, 'libs/client/src/use.ts'), use);
    await copy.nx('build', '@wemasy-orders/client');
    const printed = await copy.node('.', 'libs/client/dist/use.js');
    expect(JSON.parse(printed)).toEqual({
      name: 'cancelOrder',
      bucket: 'cancelOrder',
      limit,
      windowMs: 30_000,
    });
  });
});

describe('every form of parameter, body, answer and schema that vendors write', () => {
  it('compiles against its types, and is called with its path, query and headers', async () => {
    const forms = parse(await readFile(new URL('forms.yaml', import.meta.url), 'utf8'));
    await changeDocument((document) => {
      for (const [path, item] of Object.entries(forms.paths)) document.setIn(['paths', path], item);
      for (const [section, entries] of Object.entries(forms.components)) {
        for (const [name, entry] of Object.entries(entries))
          document.setIn(['components', section, name], entry);
      }
    });
    const use = `
      import { createServer } from 'node:http';
      import { createOrdersClient } from './index.js';
      const api = createServer((request, response) => {
        if (request.method === 'DELETE') return response.writeHead(204).end();
        if (request.url?.endsWith('/pdf')) {
          return response.writeHead(200, { 'content-type': 'application/pdf' }).end(Buffer.from([0x25, 0xff, 0x00, 0xc3]));
        }
        const asked = { url: request.url, tenant: request.headers['x-tenant'] };
        response.setHeader('content-type', 'application/json');
        return response.end(JSON.stringify({ data: { buyer: { kind: 'person', name: 'Jan' }, asked } }));
      });
      await new Promise<void>((resolve) => void api.listen(0, '127.0.0.1', resolve));
      const address = api.address();
      if (typeof address !== 'object' || address === null) throw new Error('it does not listen');
      const client = createOrdersClient({ token: 'none', baseUrl: \`http://127.0.0.1:\${address.port}/api\` });
      const path = { shop: 'a', id: 7 };
      const header = { 'X-Tenant': 't' };
      const shown = await client.paths.GET('/shops/{shop}/orders/{id}', {
        params: { path, header, query: { lines: ['x', 'y'] } },
      });
      const deleted = await client.paths.DELETE('/shops/{shop}/orders/{id}', {
        params: { path, header }, body: { kind: 1, lines: [{ sku: 'x' }] },
      });
      const printed = await client.paths.GET('/shops/{shop}/orders/{id}/pdf', {
        params: { path, header },
      });
      const bytes = [...printed.data];
      const called = await client.call('printOrder', { shop: 'a', id: 7, 'X-Tenant': 't' });
      console.log(JSON.stringify([shown.data, deleted.response.status, bytes, [...called.value]]));
      api.close();
    `;
    await writeFile(join(copy.root, 'libs/client/src/use.ts'), use);
    await copy.nx('build', '@wemasy-orders/client');
    const printed = await copy.node('.', 'libs/client/dist/use.js');
    const asked = { url: '/api/shops/a/orders/7?lines=x&lines=y', tenant: 't' };
    const file = [0x25, 0xff, 0x00, 0xc3];
    expect(JSON.parse(printed)).toEqual([
      { data: { buyer: { kind: 'person', name: 'Jan' }, asked } },
      204,
      file,
      file,
    ]);
  });
});

describe('a saved page of the vendor', () => {
  it('becomes a typed operation with the generator and code generation alone', async () => {
    const page = 'tools/openapi-codegen/e2e/order-lines.txt';
    const said = await copy.nx('g', '@wemasy-orders/openapi-codegen:operation', page);
    expect(said).toContain('Drafted showOrderLines');
    expect(await copy.nx('g', '@wemasy-orders/openapi-codegen:operation', page)).toContain(
      'It says all that the page says.',
    );
    const use = `
      import { createOrdersClient } from './index.js';
      const client = createOrdersClient({ token: 'none' });
      export const lines = async (): Promise<string | undefined> =>
        (await client.paths.GET('/services/webshop/v1/orders/{id}/lines', { params: { path: { id: '2502' } } })).data.data?.lines?.[0]?.sku;
    `;
    await writeFile(join(copy.root, 'libs/client/src/use.ts'), use);
    await copy.nx('build', '@wemasy-orders/client');
  });
});

describe('a new app', () => {
  it('builds, lints, type checks and tests at once', async () => {
    await copy.nx('g', '@wemasy-orders/openapi-codegen:app', 'order-labels');
    await copy.nx('build', '@wemasy-orders/client');
    await copy.nx('run-many', '-t', 'build', 'lint', 'test', '-p', 'order-labels');
    await copy.typecheck();
    expect(await copy.node('apps/order-labels', 'dist/main.js').catch((error) => error.stderr)).toBe(
      'Set WEMASY_API_TOKEN.\n',
    );
  }, 180_000);
});

/** The statuses that the built server's list_orders takes. @param {string} serverFile */
async function statusesOffered(serverFile) {
  const server = await startServer(serverFile, { WEMASY_STATE: 'memory' });
  const { tools } = await server.request('tools/list', {});
  await server.end();
  return Object(tools.find(({ name }) => name === 'list_orders')?.inputSchema.properties['status']).enum;
}

/** What the built sandbox answers to a list. @param {string} sandboxFile @param {object} filters */
async function answerOf(sandboxFile, filters) {
  const { url, stop } = await startProcess(sandboxFile, ['--port', '0', '--orders', '2']);
  try {
    const response = await fetch(`${url}/services/webshop/v1/orders/all`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer sandbox-full-access',
        accept: 'application/json',
        'content-type': 'application/json',
      },
      body: JSON.stringify(filters),
    });
    return { status: response.status, text: await response.text() };
  } finally {
    await stop();
  }
}
