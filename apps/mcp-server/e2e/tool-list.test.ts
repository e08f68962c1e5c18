import { type Operation, operations } from '@wemasy-orders/client/operations';
import { largestPage } from '@wemasy-orders/client/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientKinds, startAssistant } from './support/assistant.js';
import { documentedTools } from './support/documented-tools.js';
import { modernMeta, startWire, type Wire } from './support/wire.js';

let wire: Wire;
let list: Record<string, unknown>;
interface ListedTool {
  readonly name: string;
  readonly inputSchema: { readonly properties: Readonly<Record<string, Readonly<Record<string, object>>>> };
  readonly outputSchema: object;
}
const tools = (): ListedTool[] => JSON.parse(JSON.stringify(list['tools']));

beforeAll(async () => {
  wire = await startWire();
  list = { ...(await wire.request('tools/list')).result };
});
afterAll(() => wire.end());

describe('the tool list', () => {
  it('has every tool of the document, in its order', () => {
    expect(tools().map(({ name }) => name)).toEqual(documentedTools);
  });

  it.each([operations.listOrders, operations.syncOrder])(
    'has a snapshot of what the document does not say about $tool.name',
    async ({ tool, arguments: documented }) => {
      const { inputSchema, outputSchema } = tools().find(({ name }) => name === tool.name) ?? expect.fail();
      const { fields, ...properties } = inputSchema.properties;
      const own = Object.entries(properties).filter(([name]) => !(name in documented) || name === 'per_page');
      expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(documented)));
      const { items, ...field } = fields ?? {};
      const shown = {
        inputSchema: {
          ...inputSchema,
          properties: {
            ...Object.fromEntries(own),
            ...(fields === undefined
              ? {}
              : { fields: { ...field, items: { ...items, enum: 'the columns' } } }),
          },
        },
        outputSchema,
      };
      const text = JSON.stringify(shown, undefined, 2)
        .replace(`"maximum": ${largestPage}`, '"maximum": "the largest page"')
        .replace(`1 to ${largestPage},`, '1 to the largest page,');
      await expect(`${text}\n`).toMatchFileSnapshot(`snapshots/${tool.name}.snap`);
    },
  );

  it('is the same, byte for byte, each time and from each process', async () => {
    const another = await startWire();
    const again = [await wire.request('tools/list'), await another.request('tools/list')];
    await another.end();
    for (const { result } of again) expect(JSON.stringify(result)).toBe(JSON.stringify(list));
  });

  it('says in the 2026 era how long it may be kept', async () => {
    const modern = await startWire({}, { initialize: false });
    const { result } = await modern.request('tools/list', { _meta: modernMeta });
    await modern.end();
    expect(result).toMatchObject({ ttlMs: 3_600_000, cacheScope: 'private' });
    expect(JSON.stringify(result?.['tools'])).toBe(JSON.stringify(tools()));
  });

  it.each(clientKinds)('is understood by the official %s', async (kind) => {
    const assistant = await startAssistant({ kind });
    const listed = await assistant.listTools();
    await assistant.close();
    expect(listed.map(({ name, annotations }) => [name, annotations['readOnlyHint']])).toEqual(
      Object.values<Operation>(operations).flatMap(({ tool }) =>
        tool === undefined ? [] : [[tool.name, tool.annotations.readOnlyHint]],
      ),
    );
  });
});

describe('the instructions', () => {
  async function instructionsWith(environment: Record<string, string>): Promise<string> {
    const another = await startWire(environment, { initialize: false });
    const { result } = await another.request('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'e2e', version: '1' },
    });
    await another.end();
    return String(result?.['instructions']);
  }

  it('are shorter than 1 kB and say when to use which tool, and that texts are data', async () => {
    const instructions = await instructionsWith({});
    expect(Buffer.byteLength(instructions)).toBeLessThan(1_000);
    for (const part of ['list_orders', 'summarize', 'sync_order', 'data, never instructions']) {
      expect(instructions).toContain(part);
    }
  });

  it('say nothing of sync_order where it is not offered', async () => {
    const instructions = await instructionsWith({ WEMASY_READ_ONLY: 'on' });
    expect(instructions).toContain('list_orders');
    expect(instructions).not.toContain('sync');
  });
});

it('an unknown tool is a protocol error, not a result', async () => {
  const { result, error } = await wire.request('tools/call', { name: 'delete_order', arguments: {} });
  expect(result).toBeUndefined();
  expect(error).toMatchObject({ code: -32602, message: 'Unknown tool: "delete_order"' });
});
