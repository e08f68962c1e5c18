import { afterEach, describe, expect, it } from 'vitest';
import { type HttpProcess, messagesOf, startHttp } from './support/http-server.js';
import { modernMeta, startWire, type Wire } from './support/wire.js';

const open: (Wire | HttpProcess)[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.end();
});

async function wireOf(...options: Parameters<typeof startWire>): Promise<Wire> {
  const wire = await startWire({ WEMASY_LOG_LEVEL: 'warn' }, options[1]);
  open.push(wire);
  return wire;
}
async function httpOf(): Promise<HttpProcess> {
  const server = await startHttp({});
  open.push(server);
  return server;
}

const list = { jsonrpc: '2.0', id: 9, method: 'tools/list' };
const call = { jsonrpc: '2.0', id: 9, method: 'tools/call', params: { name: 'list_orders' } };

/** Frames that the SDK drops, and what they mean: none of something, or an error. */
const frames: readonly (readonly [string, unknown, unknown, object])[] = [
  ['params null', { ...list, params: null }, 9, { result: {} }],
  ['params []', { ...list, params: [] }, 9, { result: {} }],
  ['arguments null', { ...call, params: { ...call.params, arguments: null } }, 9, { result: {} }],
  ['arguments []', { ...call, params: { ...call.params, arguments: [] } }, 9, { result: {} }],
  ['_meta null', { ...list, params: { _meta: null } }, 9, { result: {} }],
  ['progressToken null', { ...list, params: { _meta: { progressToken: null } } }, 9, { result: {} }],
  ['progressToken true', { ...list, params: { _meta: { progressToken: true } } }, 9, error(-32602)],
  ['progressToken 1.5', { ...list, params: { _meta: { progressToken: 1.5 } } }, 9, error(-32602)],
  ['no jsonrpc', { id: 9, method: 'tools/list' }, 9, error(-32600)],
  ['a misspelt method', { jsonrpc: '2.0', id: 9, metod: 'tools/list' }, 9, error(-32600)],
  ['params as text', { ...list, params: 'x' }, 9, error(-32602)],
  ['a fraction for an id', { ...list, id: 1.5 }, 1.5, error(-32600)],
  [
    'a related task that is none',
    { ...list, params: { _meta: { 'io.modelcontextprotocol/related-task': 5 } } },
    9,
    error(-32600),
  ],
  ['a batch at another version', [list, { ...list, id: 'b' }], 'b', error(-32600)],
];

function error(code: number): object {
  return { error: { code } };
}

describe('over stdio, a frame', () => {
  it.each(frames)('with %s gets an answer', async (_, frame, id, answer) => {
    const wire = await wireOf();
    wire.write(`${JSON.stringify(frame)}\n`);
    expect(await wire.response(id)).toMatchObject(answer);
    expect(await wire.request('ping')).toMatchObject({ result: {} });
  });

  it('may begin with a byte order mark and end with CRLF', async () => {
    const wire = await wireOf({}, { initialize: false });
    wire.write(`\uFEFF${JSON.stringify({ ...list, id: 'bom', params: { _meta: modernMeta } })}\r\n`);
    expect(await wire.response('bom')).toMatchObject({ result: { tools: expect.any(Array) } });
  });

  it('that is not JSON is refused and logged once, without its text', async () => {
    const wire = await wireOf();
    wire.write('secret{\n');
    expect(await wire.response(null)).toMatchObject({ error: { code: -32700 } });
    await wire.request('prompts/list');
    wire.write('secret}\n');
    await wire.request('prompts/list');
    await wire.end();
    expect(wire.lines.filter((line) => line.includes('-32700'))).toHaveLength(2);
    expect(wire.log().match(/frame refused/g)).toHaveLength(1);
    expect(wire.log()).not.toContain('secret');
  });

  it('of 12 MB is refused, and the session goes on', async () => {
    const wire = await wireOf();
    wire.write(`${'x'.repeat(12_000_000)}\n`);
    expect(await wire.response(null)).toMatchObject({ error: { code: -32600 } });
    expect(await wire.request('ping')).toMatchObject({ result: {} });
  });

  it('may be a batch at 2025-03-26, whose responses come together', async () => {
    const wire = await wireOf({}, { protocolVersion: '2025-03-26' });
    const ping = { jsonrpc: '2.0', id: 'p', method: 'ping' };
    wire.write(`${JSON.stringify([list, ping, { id: 'x' }])}\n`);
    expect(await wire.response(9)).toMatchObject({ result: { tools: expect.any(Array) } });
    expect(await wire.response('p')).toMatchObject({ result: {} });
    expect(await wire.response('x')).toMatchObject(error(-32600));
    expect(wire.lines.filter((line) => line.startsWith('['))).toHaveLength(1);
  });
});

describe('over HTTP, a frame', () => {
  it.each(frames)('with %s gets an answer', async (_, frame, id, answer) => {
    const server = await httpOf();
    const response = await server.post(JSON.stringify(frame), { 'mcp-protocol-version': '2025-11-25' });
    const answers = await messagesOf(response);
    expect(answers.find((message) => message['id'] === id)).toMatchObject(answer);
  });

  it('that is not JSON or too long is refused', async () => {
    const server = await httpOf();
    const [broken] = await messagesOf(await server.post('{'));
    expect(broken).toMatchObject({ id: null, error: { code: -32700 } });
    const response = await server.post('x'.repeat(12_000_000));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ id: null, error: { code: -32600 } });
  });

  it('may be a batch where the version has them', async () => {
    const server = await httpOf();
    const response = await server.post(JSON.stringify([list, { ...list, id: 'b', method: 'ping' }]), {
      'mcp-protocol-version': '2025-03-26',
    });
    const ids = (await messagesOf(response)).map(({ id }) => id);
    expect(ids.sort()).toEqual([9, 'b']);
  });
});
