// @ts-check
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startModelServer } from './model-server.js';

const calls = [
  { tool: 'list_orders', input: { per_page: 50 } },
  { tool: 'sync_order', input: { order_id: 2502 } },
];
const names = ['orders__list_orders', 'orders__sync_order'];

/** @type {Awaited<ReturnType<typeof startModelServer>>} */
let model;
beforeEach(async () => {
  model = await startModelServer(calls);
});
afterEach(() => model.close());

/** @param {string} path @param {object} body @returns {Promise<string>} */
async function ask(path, body) {
  const response = await fetch(`${model.origin}${path}`, { method: 'POST', body: JSON.stringify(body) });
  return response.text();
}

const text = { type: 'text', text: 'List orders.' };

/** For each API: its path, and a request in which so many results have come back, as its clients write it. */
const apis = [
  {
    path: '/v1/messages',
    request: (/** @type {readonly string[]} */ results) => ({
      tools: names.map((name) => ({ name, input_schema: {} })),
      messages: [
        { role: 'user', content: [text] },
        ...results.map((result) => ({
          role: 'user',
          content: [{ type: 'tool_result', content: [{ type: 'text', text: result }] }, text],
        })),
      ],
    }),
  },
  {
    path: '/v1/responses',
    request: (/** @type {readonly string[]} */ results) => ({
      tools: [{ type: 'namespace', name: 'orders', tools: names.map((name) => ({ name })) }, { type: 'web' }],
      input: [
        { type: 'message', role: 'user', content: 'List orders.' },
        ...results.map((output) => ({ type: 'function_call_output', output })),
      ],
    }),
  },
  {
    path: '/v1/chat/completions',
    request: (/** @type {readonly string[]} */ results) => ({
      tools: names.map((name) => ({ type: 'function', function: { name } })),
      messages: [{ role: 'assistant' }, ...results.map((content) => ({ role: 'tool', content }))],
    }),
  },
  {
    path: '/v1beta/models/gemini:generateContent',
    request: (/** @type {readonly string[]} */ results) => ({
      tools: [{ functionDeclarations: names.map((name) => ({ name })) }],
      contents: [
        { role: 'user', parts: [{ text: 'List orders.' }] },
        ...results.map((output) => ({ parts: [{ functionResponse: { response: { output } } }] })),
      ],
    }),
  },
];

describe.each(apis)('$path', ({ path, request }) => {
  it.each([false, true])(
    'makes one call after the other, then says a sentence (streamed: %s)',
    async (stream) => {
      const turn = (/** @type {readonly string[]} */ results) => ask(path, { ...request(results), stream });
      expect(await turn([])).toMatch(/orders__list_orders.*per_page/s);
      expect(await turn(['500 orders'])).toMatch(/orders__sync_order.*2502/s);
      const last = await turn(['500 orders', 'synced']);
      expect(last).toContain('Done.');
      expect(last).not.toContain('orders__');
      expect(model.turns.map(({ results }) => results)).toEqual([
        [],
        ['500 orders'],
        ['500 orders', 'synced'],
      ]);
      expect(model.turns[0]?.tools.map(({ name }) => name.replace(/.*\0/, ''))).toEqual(names);
    },
  );
});

it('searches for the tools that a client holds back, and counts that result as none', async () => {
  const found = { role: 'user', content: [{ type: 'tool_result', content: 'found' }] };
  const search = { name: 'ToolSearch' };
  const first = await ask('/v1/messages', { tools: [search], messages: [] });
  expect(first).toContain('ToolSearch');
  const second = await ask('/v1/messages', { tools: [search, { name: names[0] }], messages: [found] });
  expect(second).toContain(names[0]);
  expect(model.searched()).toBe(true);
});

it('ends a conversation whose results do not come back', async () => {
  const body = { tools: [{ name: names[0] }], messages: [] };
  const answers = [];
  for (let turn = 0; turn < 10; turn += 1) answers.push(await ask('/v1/messages', body));
  expect(answers.at(-1)).toContain('Done.');
});
