import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineSplitter, readFrame } from './frame.js';

const read = (value: unknown, version = '2025-11-25') => readFrame(JSON.stringify(value), version);
const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'list_orders' } };
const refusal = (id: unknown, code: number) => ({
  messages: [],
  refusals: [{ jsonrpc: '2.0', id, error: { code, message: expect.any(String) } }],
  isBatch: false,
});

describe('a frame', () => {
  it.each([
    [{ jsonrpc: '2.0', id: 1, method: 'ping' }],
    [{ jsonrpc: '2.0', id: 'a', method: 'ping', params: { cursor: 'x' } }],
    [{ jsonrpc: '2.0', method: 'notifications/initialized' }],
    [{ ...call, params: { ...call.params, _meta: { progressToken: 'a' }, arguments: { page: 1 } } }],
  ])('%j passes as it is', (message) => {
    expect(read(message)).toEqual({ messages: [message], refusals: [], isBatch: false });
  });

  it.each([null, []])('takes params %j for none', (params) => {
    const { messages } = read({ jsonrpc: '2.0', id: 1, method: 'ping', params });
    expect(messages).toEqual([{ jsonrpc: '2.0', id: 1, method: 'ping' }]);
  });

  it.each([null, []])('takes arguments %j for none', (args) => {
    const { messages } = read({ ...call, params: { ...call.params, arguments: args } });
    expect(messages).toEqual([call]);
  });

  it('takes _meta null and progressToken null for none', () => {
    expect(read({ ...call, params: { ...call.params, _meta: null } }).messages).toEqual([call]);
    const { messages } = read({ ...call, params: { ...call.params, _meta: { progressToken: null, a: 1 } } });
    expect(messages).toEqual([{ ...call, params: { ...call.params, _meta: { a: 1 } } }]);
  });

  it('may begin with a byte order mark and end with CR', () => {
    expect(readFrame(`\uFEFF${JSON.stringify(call)}\r`, undefined).messages).toEqual([call]);
  });

  it('loses members that JSON-RPC does not know', () => {
    expect(read({ ...call, extra: true }).messages).toEqual([call]);
  });

  it.each<[unknown, unknown, number]>([
    [{ id: 1, method: 'ping' }, 1, -32600],
    [{ jsonrpc: '1.0', id: 'a', method: 'ping' }, 'a', -32600],
    [{ jsonrpc: '2.0', id: 1, methd: 'ping' }, 1, -32600],
    [{ jsonrpc: '2.0', id: 1, method: 7 }, 1, -32600],
    [{ jsonrpc: '2.0', id: 1.5, method: 'ping' }, 1.5, -32600],
    [{ jsonrpc: '2.0', id: null, method: 'ping' }, null, -32600],
    [{ jsonrpc: '2.0', id: {}, method: 'ping' }, null, -32600],
    [{ jsonrpc: '2.0', id: 1, method: 'ping', params: 'x' }, 1, -32602],
    [{ jsonrpc: '2.0', id: 1, method: 'ping', params: [1] }, 1, -32602],
    [{ jsonrpc: '2.0', id: 1, method: 'ping', params: { _meta: 5 } }, 1, -32602],
    [{ jsonrpc: '2.0', id: 1, method: 'ping', params: { _meta: { progressToken: true } } }, 1, -32602],
    [{ jsonrpc: '2.0', id: 1, method: 'ping', params: { _meta: { progressToken: 1.5 } } }, 1, -32602],
    [7, null, -32600],
    [[], null, -32600],
    [[{ jsonrpc: '2.0', method: 'x' }], null, -32600],
  ])('%j is refused with id %j and %i', (frame, id, code) => {
    expect(read(frame)).toEqual(refusal(id, code));
  });

  it('that is not JSON is refused without an id', () => {
    expect(readFrame('hello', undefined)).toEqual(refusal(null, -32700));
  });

  it.each([
    [{ jsonrpc: '2.0', id: 1, result: {} }],
    [{ jsonrpc: '2.0', id: 1, error: { code: 1, message: 'x' } }],
    [{ jsonrpc: '2.0', method: 'notifications/x', params: 'x' }],
  ])('%j gets no answer: it is a response or a notification', (frame) => {
    expect(read(frame)).toEqual({ messages: [], refusals: [], isBatch: false });
  });

  it('is a batch in the one version that has them', () => {
    const frame = read([call, { id: 2 }, { jsonrpc: '2.0', method: 'notifications/x' }], '2025-03-26');
    expect(frame.isBatch).toBe(true);
    expect(frame.messages).toHaveLength(2);
    expect(frame.refusals).toMatchObject([{ id: 2, error: { code: -32600 } }]);
  });

  it('that is a batch in another version is refused with each id', () => {
    expect(read([call, { ...call, id: 'b' }]).refusals.map(({ id }) => id)).toEqual([1, 'b']);
  });

  it('with a readable id is passed on or answered with it, whatever else it holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.integer()),
        fc.dictionary(
          fc.constantFrom('jsonrpc', 'method', 'params', 'x'),
          fc.jsonValue({ depthSize: 'small' }),
        ),
        (id, rest) => {
          const { messages, refusals } = read({ ...rest, id });
          expect([...messages, ...refusals].map((each) => each.id)).toEqual([id]);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

function linesOf(chunks: readonly Buffer[], longestBytes = 1_000) {
  const lines: string[] = [];
  let tooLong = 0;
  const splitter = createLineSplitter({
    onLine: (line) => lines.push(line),
    onTooLong: () => (tooLong += 1),
    longestBytes,
  });
  for (const chunk of chunks) splitter.add(chunk);
  splitter.end();
  return { lines, tooLong };
}

describe('lines', () => {
  it('end with LF, with CRLF, or with the input; blank ones are passed over', () => {
    expect(linesOf([Buffer.from('a\nb\r\n\n \r\nc')]).lines).toEqual(['a', 'b', 'c']);
  });

  it('are the same however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' })),
        fc.integer({ min: 1, max: 7 }),
        (texts, size) => {
          const bytes = Buffer.from(texts.map((text) => `${text.replaceAll(/[\r\n]/g, '')}\n`).join(''));
          const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
            bytes.subarray(at * size, (at + 1) * size),
          );
          expect(linesOf(chunks)).toEqual(linesOf([bytes]));
        },
      ),
    );
  });

  it('that are too long are dropped, and the next one is read', () => {
    const long = 'x'.repeat(2_000);
    const pieces = [`${long.slice(0, 600)}`, long.slice(600), '\nafter\n', `${long}\nlast`];
    expect(linesOf(pieces.map((piece) => Buffer.from(piece)))).toEqual({
      lines: ['after', 'last'],
      tooLong: 2,
    });
  });
});
