// @ts-check
import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { expect, it } from 'vitest';
import { readDocument } from '../../src/document/read.js';
import { unserved } from './unserved.js';

/** @import { Served } from './unserved.js' */

// The check that e2e/served.test.js makes of the built apps fails in each of these ways, by name.

const text = readFileSync(new URL('../../../../openapi/wemasy-orders.yaml', import.meta.url), 'utf8');
const order = { type: 'object', required: ['id'], properties: { id: value('public'), billing: object() } };
const reserved = ['fields', 'json'];

/** @param {string} mark */
function value(mark) {
  return { type: 'string', 'x-privacy': mark };
}

function object() {
  return { type: 'object', properties: { email: value('personal'), key: value('secret') } };
}

/** Our document's list and sync, with a small order. @param {(document: import('yaml').Document) => void} [change] */
function documented(change = () => undefined) {
  const document = parseDocument(text);
  for (const path of Object.keys(document.toJS().paths)) {
    if (!/orders\/(all|sync-snelstart-order)$/.test(path)) document.deleteIn(['paths', path]);
  }
  document.setIn(['components', 'schemas', 'Order'], document.createNode(order));
  document.setIn(
    ['components', 'schemas', 'ListOrdersRequest', 'properties'],
    document.createNode({ status: { type: 'string' } }),
  );
  const media = ['responses', '200', 'content', 'application/json'];
  document.deleteIn(['paths', '/services/webshop/v1/orders/all', 'post', ...media, 'examples']);
  change(document);
  return readDocument(String(document), { writes: ['syncOrder'] });
}

/** @type {Served} */
const whole = {
  tools: [
    { name: 'list_orders', arguments: ['status', 'page', 'fields'] },
    { name: 'sync_order', arguments: ['order_id'] },
  ],
  columns: ['id', 'email', 'customer'],
  filled: ['id', 'email', 'customer'],
  statuses: { listOrders: 200, syncOrder: 422 },
  filters: { status: 'applied', page: 'refused' },
  listFlags: ['status', 'page', 'all'],
  callFlags: { listOrders: ['status', 'page', 'json'] },
};
const [list, sync] = whole.tools;
if (list === undefined || sync === undefined) throw new Error('two tools are served');

it('finds nothing where everything is served', () => {
  expect(unserved(documented(), whole, reserved)).toEqual([]);
});

/** @type {readonly [string, Partial<Served>][]} */
const faults = [
  ['sync_order: the server does not list it', { tools: [list] }],
  ['list_orders: the server lists it twice', { tools: [list, sync, list] }],
  [
    'show_order: the document has no such tool',
    { tools: [list, sync, { name: 'show_order', arguments: [] }] },
  ],
  [
    'list_orders.status: the tool does not take it',
    { tools: [{ ...list, arguments: ['page', 'fields'] }, sync] },
  ],
  [
    'sync_order.force: neither in the document nor reserved',
    { tools: [list, { ...sync, arguments: ['order_id', 'force'] }] },
  ],
  [
    'column weight: an order has no such field',
    { columns: ['id', 'email', 'customer', 'weight'], filled: ['id', 'email', 'customer', 'weight'] },
  ],
  ['field billing.email: list_orders has no column for it', { columns: ['id', 'customer'] }],
  ['column email: no order of the sandbox has a value', { filled: ['id', 'customer'] }],
  ['syncOrder: the sandbox answers 404', { statuses: { listOrders: 200, syncOrder: 404 } }],
  ['listOrders.status: the sandbox ignores it', { filters: { status: 'ignored', page: 'applied' } }],
  ['listOrders.page: the sandbox ignores it', { filters: { status: 'applied' } }],
  ['--page: `list` has no such flag', { listFlags: ['status', 'all'] }],
  ['--page: `call listOrders` has no such flag', { callFlags: { listOrders: ['status', 'json'] } }],
  [
    '--force of `call listOrders`: neither in the document nor reserved',
    { callFlags: { listOrders: ['status', 'page', 'json', 'force'] } },
  ],
];

it.each(faults)('finds what one side has alone: %s', (fault, change) => {
  expect(unserved(documented(), { ...whole, ...change }, reserved)).toEqual([fault]);
});

it('finds what the document gains and nothing serves', () => {
  const api = documented((document) => {
    const schemas = ['components', 'schemas'];
    document.setIn([...schemas, 'ListOrdersRequest', 'properties', 'since'], { type: 'string' });
    document.setIn([...schemas, 'Order', 'properties', 'lines'], {
      type: 'array',
      items: { type: 'object', properties: { sku: value('public') } },
    });
    const part = { $ref: '#/components/schemas/Part' };
    document.setIn([...schemas, 'Part'], {
      type: 'object',
      properties: { name: value('public'), parts: { type: 'array', items: part } },
    });
    document.setIn([...schemas, 'Order', 'properties', 'box'], part);
  });
  expect(unserved(api, whole, reserved)).toEqual([
    'list_orders.since: the tool does not take it',
    'field lines.sku: list_orders has no column for it',
    'field box.name: list_orders has no column for it',
    'field box.parts: list_orders has no column for it',
    'listOrders.since: the sandbox ignores it',
    '--since: `list` has no such flag',
    '--since: `call listOrders` has no such flag',
  ]);
});
