import { OrderStatus } from '@wemasy-orders/client/schemas';
import { orderPage, rejectionHeaders, sendJson } from '@wemasy-orders/client/testing';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from './support/api.js';
import { type Sandbox, startSandbox } from './support/sandbox.js';
import { documentedTools } from './support/documented-tools.js';
import { startWire, type Wire } from './support/wire.js';

/** What the context of a model pays for, measured on what is really sent. */
const figures: string[] = [];
function measured(what: string, tokens: number, bound: number): number {
  figures.push(`${what.padEnd(58)}${String(tokens).padStart(6)} of ${bound}`);
  return tokens;
}

/** 200 with nine statuses. */
const summaryBound = 20 + 20 * OrderStatus.options.length;

let sandbox: Sandbox;
let api: Api;
let shop: Wire;
let failing: Wire;

beforeAll(async () => {
  sandbox = await startSandbox();
  api = await startApi();
  shop = await startWire({ WEMASY_API_URL: sandbox.apiUrl, WEMASY_API_TOKEN: 'sandbox-full-access' });
  failing = await startWire({ WEMASY_API_URL: api.url, WEMASY_API_TOKEN: 'token' });
});
afterAll(async () => {
  console.log(['', 'tokens (o200k_base)', ...figures, ''].join('\n'));
  await Promise.all([shop.end(), failing.end()]);
  await Promise.all([sandbox.close(), api.close()]);
});

async function call(wire: Wire, name: string, args: object): Promise<{ text: string; structured: string }> {
  const { result } = await wire.request('tools/call', { name, arguments: args });
  const { content, structuredContent } = JSON.parse(JSON.stringify(result));
  return { text: content[0].text, structured: JSON.stringify(structuredContent ?? null) };
}

describe('in tokens of o200k_base', () => {
  it('the tool list costs at most 400 a tool', async () => {
    const { result } = await shop.request('tools/list');
    const bound = 400 * documentedTools.length;
    expect(measured('tools/list', countTokens(JSON.stringify(result?.['tools'])), bound)).toBeLessThanOrEqual(
      bound,
    );
  });

  it.each([
    ['50 completed orders', { per_page: 50, status: 'completed' }, 1_800, 1_800],
    ['the newest 50 orders of every status', { per_page: 50 }, 1_800, 1_800],
    ['a summary of 500 orders', { summarize: true }, summaryBound, summaryBound],
  ])('%s cost no more than they may, in either channel', async (what, args, textBound, structuredBound) => {
    const { text, structured } = await call(shop, 'list_orders', args);
    expect(measured(`${what}, text`, countTokens(text), textBound)).toBeLessThanOrEqual(textBound);
    expect(measured(`${what}, structured`, countTokens(structured), structuredBound)).toBeLessThanOrEqual(
      structuredBound,
    );
    // Some clients hand both channels to the model.
    expect(measured(`${what}, sum`, countTokens(text) + countTokens(structured), 3_300)).toBeLessThanOrEqual(
      3_300,
    );
  });

  it('50 orders like the documented one cost at most 1,800', async () => {
    const orders = Array.from({ length: 50 }, (_, at) => ({
      id: 2502 + at,
      order_number: String(8 + at),
      date: `2026-02-${String(17 - Math.floor(at / 5)).padStart(2, '0')} ${String(1 + (at % 11)).padStart(2, '0')}:00:PM`,
      status: at % 3 === 0 ? 'on_hold' : 'payment_received',
      payment_status: 'paid',
      payment_method: 'ideal',
      total: (129.99551 + at).toFixed(5),
      should_snelstart_sync: true,
      invoice_id: `INV-${at}`,
      billing: { invoice_firstname: 'John', invoice_lastname: `Doe${at}` },
    }));
    api.behaves((_, response) => sendJson(response, 200, orderPage(orders, { perPage: 50, total: 420 })));
    const { text, structured } = await call(failing, 'list_orders', { per_page: 50 });
    const what = '50 orders like the documented one';
    expect(measured(`${what}, text`, countTokens(text), 1_800)).toBeLessThanOrEqual(1_800);
    expect(measured(`${what}, structured`, countTokens(structured), 1_800)).toBeLessThanOrEqual(1_800);
  });

  it.each([
    ['an unknown column', 'list_orders', { fields: ['no_such_column'] }],
    ['an unknown argument', 'list_orders', { query: 'x', limit: 5 }],
    ['a wrong status', 'list_orders', { status: 'no_status' }],
    ['a lost answer', 'sync_order', { order_id: 1 }],
    ['an order that may have been sent', 'sync_order', { order_id: 1 }],
    ['a 422 that finds fault with everything', 'sync_order', { order_id: 2 }],
    ['a 429', 'sync_order', { order_id: 3 }],
  ])('an error costs at most 150: %s', async (what, tool, args) => {
    const errors = Object.fromEntries(
      Array.from({ length: 30 }, (_, at) => [`field_${at}`, ['The value of this field is not valid.']]),
    );
    api.behaves((_, response) => {
      if (what.includes('422')) sendJson(response, 422, { message: 'Bad.', errors });
      else if (what.includes('429')) sendJson(response, 429, {}, rejectionHeaders(60));
      else response.destroy();
    });
    const { text, structured } = await call(failing, tool, args);
    expect(structured).toBe('null');
    expect(measured(`an error: ${what}`, countTokens(text), 150)).toBeLessThanOrEqual(150);
  });

  it('an error costs at most 150: three faults of the configuration', async () => {
    const wire = await startWire({ WEMASY_API_URL: 'https://${HOST}/api', WEMASY_PERSONAL_DATA: 'all' });
    const { text } = await call(wire, 'list_orders', {});
    await wire.end();
    expect(text.match(/^detail: /gm)).toHaveLength(3);
    expect(measured('an error: three faults', countTokens(text), 150)).toBeLessThanOrEqual(150);
  });
});
