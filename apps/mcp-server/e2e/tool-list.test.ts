import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientKinds, startAssistant } from './support/assistant.js';
import { modernMeta, startWire, type Wire } from './support/wire.js';

let wire: Wire;
let list: Record<string, unknown>;
const tools = () => JSON.parse(JSON.stringify(list['tools']));

beforeAll(async () => {
  wire = await startWire();
  list = { ...(await wire.request('tools/list')).result };
});
afterAll(() => wire.end());

describe('the tool list', () => {
  it.each([
    ['list_orders', 0],
    ['sync_order', 1],
  ])('has %s as it stands in its file', async (name, at) => {
    expect(tools()[at].name).toBe(name);
    await expect(`${JSON.stringify(tools()[at], undefined, 2)}\n`).toMatchFileSnapshot(
      `snapshots/${name}.snap`,
    );
  });

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
    expect(listed.map(({ name, annotations }) => [name, annotations['readOnlyHint']])).toEqual([
      ['list_orders', true],
      ['sync_order', false],
    ]);
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
