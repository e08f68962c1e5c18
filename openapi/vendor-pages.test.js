// @ts-check
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const read = (/** @type {string} */ file) => readFileSync(new URL(file, import.meta.url), 'utf8');
const document = parse(read('wemasy-orders.yaml'));
const pages = { list: read('vendor/list-orders.txt'), sync: read('vendor/sync-order.txt') };

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

// tools/openapi-codegen compares tables and examples of the pages with the document; here are the schemas.

describe('the request samples of the vendor pages', () => {
  it('validate against the request schemas', () => {
    expect(faultsOf('ListOrdersRequest', jsonAfter(pages.list, '-d '))).toEqual([]);
    expect(faultsOf('SyncOrderRequest', jsonAfter(pages.sync, '-d '))).toEqual([]);
  });
});

describe('the response examples of the vendor pages', () => {
  it('validate against the response schemas', () => {
    expect(faultsOf('ListOrdersResponse', jsonAfter(pages.list, 'Response Example'))).toEqual([]);
    expect(faultsOf('SyncOrderResponse', jsonAfter(pages.sync, 'Response Example'))).toEqual([]);
  });

  it('have no field that the document does not describe', () => {
    const { Order, OrderBilling } = document.components.schemas;
    const [order] = jsonAfter(pages.list, 'Response Example').data.data;
    expect(Object.keys(order).filter((name) => !(name in Order.properties))).toEqual([]);
    expect(Object.keys(order.billing).filter((name) => !(name in OrderBilling.properties))).toEqual([]);
  });
});

describe('an order', () => {
  it.each([null, []])('may have %j instead of an object', (nothing) => {
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
