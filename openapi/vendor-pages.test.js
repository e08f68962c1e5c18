// @ts-check
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const read = (/** @type {string} */ file) => readFileSync(new URL(file, import.meta.url), 'utf8');
const document = parse(read('wemasy-orders.yaml'));
const pages = { list: read('vendor/list-orders.txt'), sync: read('vendor/sync-order.txt') };
const paths = {
  list: '/services/webshop/v1/orders/all',
  sync: '/services/webshop/v1/orders/sync-snelstart-order',
};

const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema({ $id: 'document', ...document });

/** @param {string} name @param {unknown} value */
function faultsOf(name, value) {
  const validate = ajv.getSchema(`document#/components/schemas/${name}`);
  if (validate === undefined) throw new Error(`no schema ${name}`);
  void validate(value);
  return validate.errors ?? [];
}

/** The JSON text that begins behind a marker of a page. @param {string} page @param {string} marker */
function jsonAfter(page, marker) {
  const start = page.indexOf('{', page.indexOf(marker));
  for (let end = page.indexOf('}', start); end > 0; end = page.indexOf('}', end + 1)) {
    try {
      return JSON.parse(page.slice(start, end + 1));
    } catch {
      // Not the closing brace yet.
    }
  }
  throw new Error(`no JSON behind ${marker}`);
}

/** The lines of a field or header table: name, type and, for request fields, the rest. @param {string} text */
function tableRows(text) {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

describe('the request samples of the vendor pages', () => {
  it('validate against the request schemas', () => {
    expect(faultsOf('ListOrdersRequest', jsonAfter(pages.list, '-d '))).toEqual([]);
    expect(faultsOf('SyncOrderRequest', jsonAfter(pages.sync, '-d '))).toEqual([]);
  });

  it('are the examples of the document, to the letter', () => {
    const example = (/** @type {'list' | 'sync'} */ page) =>
      document.paths[paths[page]].post.requestBody.content['application/json'].examples.documented.value;
    expect(example('list')).toEqual(jsonAfter(pages.list, '-d '));
    expect(example('sync')).toEqual(jsonAfter(pages.sync, '-d '));
  });
});

describe('the response examples of the vendor pages', () => {
  it('validate against the response schemas', () => {
    expect(faultsOf('ListOrdersResponse', jsonAfter(pages.list, 'Response Example'))).toEqual([]);
    expect(faultsOf('SyncOrderResponse', jsonAfter(pages.sync, 'Response Example'))).toEqual([]);
  });

  it('are the examples of the document, to the letter', () => {
    const sync = document.paths[paths.sync].post.responses['200'].content['application/json'];
    expect(document.components.examples.DocumentedOrderPage.value).toEqual(
      jsonAfter(pages.list, 'Response Example'),
    );
    expect(sync.examples.documented.value).toEqual(jsonAfter(pages.sync, 'Response Example'));
  });

  it('leave no field of the example order undescribed', () => {
    const { Order, OrderBilling } = document.components.schemas;
    const [order] = jsonAfter(pages.list, 'Response Example').data.data;
    expect(Object.keys(Order.properties).sort()).toEqual(Object.keys(order).sort());
    expect(Object.keys(OrderBilling.properties).sort()).toEqual(Object.keys(order.billing).sort());
  });
});

describe('an order', () => {
  it.each([null, []])('may have %j in the place of an object', (nothing) => {
    expect(faultsOf('Order', { id: 1, billing: nothing, pdf_status: nothing, metadata: nothing })).toEqual(
      [],
    );
    expect(faultsOf('Order', { id: 1, pdf_status: { invoice: nothing, package_slip: nothing } })).toEqual([]);
  });
});

describe('a wrong answer', () => {
  it.each([
    ['an id that is text', { id: '2502' }],
    ['an order without an id', { status: 'paid' }],
    ['an amount that is a number', { id: 1, total: 129.99551 }],
    ['billing that is a list of something', { id: 1, billing: ['Keizersgracht'] }],
  ])('is refused: %s', (_, order) => {
    expect(faultsOf('Order', order)).not.toEqual([]);
  });
});

describe('the tables of the vendor pages', () => {
  const listTable = pages.list.slice(
    pages.list.indexOf('FieldTypeRequired'),
    pages.list.indexOf('Responses'),
  );

  it.each(Object.keys(document.components.schemas.ListOrdersRequest.properties))(
    'have a row for the list filter %s',
    (name) => {
      expect(tableRows(listTable).some((line) => line.startsWith(`${name} `))).toBe(true);
    },
  );

  it('list the same values as the document', () => {
    const { OrderStatus, OrderSortKey, SortOrder } = document.components.schemas;
    for (const { enum: values } of [OrderStatus, OrderSortKey, SortOrder]) {
      expect(tableRows(listTable)).toContain(`${values.join(', ')}`);
    }
  });

  it('list the same fields of a page of orders as the document', () => {
    const fields = [...pages.list.matchAll(/^data\.(\w+) /gm)].map(([, name]) => name);
    expect(Object.keys(document.components.schemas.OrderPage.properties)).toEqual(fields);
  });

  it('list the same answers and headers as the document', () => {
    for (const page of /** @type {const} */ (['list', 'sync'])) {
      const { responses } = document.paths[paths[page]].post;
      const statuses = [...pages[page].matchAll(/^(\d{3})$/gm)].map(([, status]) => status);
      expect(Object.keys(responses).sort()).toEqual(statuses.sort());
      // The header tables stand on 200, 401, 403 and 429, in this order, and not on 422.
      expect(pages[page].match(/^X-RateLimit-Limit integer/gm)).toHaveLength(4);
      const withHeaders = Object.keys(responses).filter((status) => 'headers' in responses[status]);
      expect(withHeaders).toEqual(['200', '401', '403', '429']);
      expect(Object.keys(responses['429'].headers)).toContain('Retry-After');
    }
  });
});
