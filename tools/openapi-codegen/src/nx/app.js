// @ts-check
import { logger } from '@nx/devkit';

/**
 * Nx generator: a new app that imports the client, with its configuration, an example and a test of it.
 *
 * @param {import('@nx/devkit').Tree} tree
 * @param {{ name: string }} options
 */
export default function app(tree, { name }) {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) throw new Error(`${name} is not a name: write it in kebab case.`);
  const root = `apps/${name}`;
  if (tree.exists(`${root}/package.json`)) throw new Error(`${root} exists already.`);
  for (const [file, content] of Object.entries(filesOf(name))) tree.write(`${root}/${file}`, content);
  logger.info(
    `Wrote ${root}. Run npm install, then: npm run typecheck && npx nx run-many -t build lint test -p ${name}`,
  );
}

/** @param {string} name @returns {Record<string, string>} file below the app → content */
function filesOf(name) {
  const manifest = {
    name,
    version: '0.1.0',
    private: true,
    description: 'Prints the newest orders',
    license: 'MIT',
    type: 'module',
    engines: { node: '>=20.19' },
    devDependencies: { '@wemasy-orders/client': '*' },
  };
  return {
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'bundle.config.js': `// @ts-check
import { bundle } from '../../tools/bundle/app.js';

await bundle();
`,
    'src/main.ts': `#!/usr/bin/env node
import { createOrdersClient } from '@wemasy-orders/client';
import { newestOrders } from './newest-orders.js';

const token = process.env['WEMASY_API_TOKEN'];
if (token === undefined) {
  process.stderr.write('Set WEMASY_API_TOKEN.\\n');
  process.exitCode = 2;
} else {
  const baseUrl = process.env['WEMASY_API_URL'];
  const client = createOrdersClient({ token, ...(baseUrl === undefined ? {} : { baseUrl }) });
  process.stdout.write(\`\${(await newestOrders(client)).join('\\n')}\\n\`);
}
`,
    'src/newest-orders.ts': `import type { OrdersClient } from '@wemasy-orders/client';

/** One line for each of the newest orders. */
export async function newestOrders(client: Pick<OrdersClient, 'list'>): Promise<string[]> {
  const { data } = await client.list({ sortKey: 'created_at', sortOrder: 'desc', per_page: 10 });
  return data.map(({ id, status, total }) => \`\${id} \${status ?? '-'} \${total ?? '-'}\`);
}
`,
    'src/newest-orders.test.ts': `import { createServer } from 'node:http';
import { once } from 'node:events';
import { createOrdersClient } from '@wemasy-orders/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newestOrders } from './newest-orders.js';

const page = { current_page: 1, last_page: 1, per_page: 10, total: 1, data: [{ id: 2502, status: 'paid', total: '9.95' }] };
const api = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ error: false, data: page }));
});
let baseUrl: string;
beforeAll(async () => {
  api.listen(0, '127.0.0.1');
  await once(api, 'listening');
  const address = api.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('listens on a port');
  baseUrl = \`http://127.0.0.1:\${address.port}/api\`;
});
afterAll(() => api.close());

it('prints id, status and amount of each order', async () => {
  expect(await newestOrders(createOrdersClient({ token: 'test', baseUrl }))).toEqual(['2502 paid 9.95']);
});
`,
  };
}
