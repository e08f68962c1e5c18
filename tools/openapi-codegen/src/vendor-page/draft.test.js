// @ts-check
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { draftOperation } from './draft.js';
import { at } from '../document/json.js';
import { readPage } from './page.js';

const page = readPage(await readFile(new URL('../../e2e/order-details.txt', import.meta.url), 'utf8'));
const body = ['content', 'application/json', 'schema', 'properties'];

/** @param {import('./draft.js').Draft} draft @param {string} status @param {string[]} names */
const fieldOf = ({ operation }, status, ...names) =>
  at(operation, 'responses', status, ...body, ...names.flatMap((name) => ['properties', name]).slice(1));

describe('decisions about a draft', () => {
  it('mark the fields of every answer, and leave all others secret', () => {
    const draft = draftOperation(page, {
      public: ['message', 'data.lines[].sku', 'data.labels.*'],
      names: ['data.customer_name'],
      personal: ['data.lines[].recipient_email'],
    });
    expect(fieldOf(draft, '404', 'message')).toMatchObject({ 'x-privacy': 'public' });
    expect(fieldOf(draft, '401', 'message')).toMatchObject({ 'x-privacy': 'public' });
    expect(fieldOf(draft, '200', 'data', 'customer_name')).toMatchObject({ 'x-privacy': 'name' });
    expect(fieldOf(draft, '200', 'data', 'checkout_key')).toMatchObject({ 'x-privacy': 'secret' });
    expect(fieldOf(draft, '200', 'data', 'labels')).toEqual({
      type: 'object',
      additionalProperties: { type: 'string', 'x-privacy': 'public' },
    });
    const { items } = Object(fieldOf(draft, '200', 'data', 'lines'));
    expect(items.properties).toMatchObject({
      sku: { 'x-privacy': 'public' },
      price: { 'x-privacy': 'secret' },
      recipient_email: { 'x-privacy': 'personal' },
    });
    expect(draft.questions.find((question) => question.startsWith('Who may see'))).toBe(
      'Who may see error, data.order_id, data.checkout_key, data.lines[].quantity, data.lines[].price? They are secret ' +
        'until you decide (--public, --names, --personal).',
    );
  });

  it('about a field that no answer has are refused', () => {
    expect(() => draftOperation(page, { public: ['data.lines.sku'] })).toThrow(
      'No answer has data.lines.sku; they have error, data.order_id,',
    );
  });

  it('a word in braces is a text of the page for a tool, too', () => {
    const prose = ['Answers to {order}.'];
    const { operation } = draftOperation({ ...page, prose }, { tool: 'show_details' });
    expect(operation['x-mcp-tool']).toMatchObject({ description: 'Answers to {{order}}.' });
  });

  it.each([
    ['that reads', true, { reads: true }, 'POST'],
    ['whose method says that it reads', true, {}, 'GET'],
    ['whose method says that it writes', false, {}, 'POST'],
  ])('describe a tool %s', (_, reads, decided, method) => {
    const { operation } = draftOperation({ ...page, method }, { tool: 'show_details', ...decided });
    expect(operation['x-mcp-tool']).toEqual({
      name: 'show_details',
      title: 'Show order details',
      description: 'The lines and the labels of one order, as the customer placed it.',
      annotations: {
        readOnlyHint: reads,
        destructiveHint: !reads,
        idempotentHint: reads,
        openWorldHint: true,
      },
    });
  });
});
