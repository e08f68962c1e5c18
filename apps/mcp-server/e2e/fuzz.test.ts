import fc from 'fast-check';
import { expect, it } from 'vitest';
import { messagesOf, startHttp } from './support/http-server.js';
import { modernMeta, startWire } from './support/wire.js';

/** Printed with the figures, so that a failure can be reproduced. */
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** Frames over each way: together 10,000. */
const counts = { stdio: 4_000, stdioModern: 3_000, http: 3_000 };

const templates: readonly object[] = [
  { method: 'ping' },
  { method: 'tools/list', params: {} },
  { method: 'tools/list', params: { cursor: 'x', _meta: { progressToken: 'p' } } },
  { method: 'tools/call', params: { name: 'list_orders', arguments: { per_page: 5, fields: ['id'] } } },
  { method: 'tools/call', params: { name: 'sync_order', arguments: { order_id: 1, resend: false } } },
  { method: 'resources/list' },
  { method: 'resources/read', params: { uri: 'ui://wemasy-orders/orders.html' } },
  { method: 'prompts/list', params: { _meta: modernMeta } },
  { method: 'notifications/cancelled', params: { requestId: -1, reason: 'x' } },
  { method: 'completion/complete', params: { ref: { type: 'ref/prompt', name: 'x' } } },
];

type Path = readonly (string | number)[];

function pathsIn(value: unknown): Path[] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [
    [],
    ...Object.entries(value).flatMap(([key, inner]) => pathsIn(inner).map((path) => [key, ...path])),
  ];
}

function replaced(value: unknown, [first, ...rest]: Path, change: (old: unknown) => unknown): unknown {
  if (first === undefined) return change(value);
  if (Array.isArray(value)) {
    return value.map((each, at) => (at === Number(first) ? replaced(each, rest, change) : each));
  }
  return Object.fromEntries(
    Object.entries(Object(value)).map(([key, inner]) => [
      key,
      key === first ? replaced(inner, rest, change) : inner,
    ]),
  );
}

const odd = fc.oneof(
  fc.constantFrom<unknown>(null, [], {}, '', 0, -1, 1.5, true, false, 1e300, '\u0000', '__proto__', 'null', [
    [],
  ]),
  fc.jsonValue(),
);

/** Frames as text, each from a template with a unique id, changed in up to three places and perhaps damaged. */
const frame = fc
  .record({
    template: fc.constantFrom(...templates),
    changes: fc.array(
      fc.record({ at: fc.nat(), to: odd, kind: fc.constantFrom('replace', 'drop', 'rename', 'wrap') }),
      { maxLength: 3 },
    ),
    damage: fc.constantFrom('', '', '', '', 'cut', 'bom', 'crlf', 'twice', 'batch'),
    cutAt: fc.nat(),
  })
  .map(({ template, changes, damage, cutAt }) => (id: number) => {
    let value: unknown = { jsonrpc: '2.0', id, ...template };
    for (const { at, to, kind } of changes) {
      const paths = pathsIn(value);
      const path = paths[at % paths.length] ?? [];
      const [last, parent] = [path.at(-1), path.slice(0, -1)];
      if (kind === 'replace') value = replaced(value, path, () => to);
      else if (kind === 'wrap') value = replaced(value, path, (old) => [old]);
      else if (last !== undefined) {
        value = replaced(value, parent, (old) =>
          Object.fromEntries(
            Object.entries(Object(old)).flatMap(([key, inner]) =>
              key !== last ? [[key, inner]] : kind === 'drop' ? [] : [[`${key}x`, inner]],
            ),
          ),
        );
      }
    }
    const text = JSON.stringify(value);
    switch (damage) {
      case 'cut':
        return text.slice(0, cutAt % text.length);
      case 'bom':
        return `\uFEFF${text}`;
      case 'crlf':
        return `${text}\r`;
      case 'twice':
        return `${text}${text}`;
      case 'batch':
        return `[${text},${text}]`;
      default:
        return text;
    }
  });

function sample(count: number, firstId: number): string[] {
  return fc.sample(frame, { numRuns: count, seed }).map((make, at) => make(firstId + at));
}

function objectsIn(text: string): object[] {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return [];
  }
  return (Array.isArray(value) ? value : [value]).filter(
    (each) => typeof each === 'object' && each !== null && !Array.isArray(each),
  );
}

/** The ids that a frame cancels. A request that is cancelled in time has no response (MCP, cancellation). */
function idsCancelledIn(text: string): string[] {
  return objectsIn(text).flatMap((each) => {
    const { method, params } = Object(each);
    return method === 'notifications/cancelled' ? [JSON.stringify(Object(params).requestId)] : [];
  });
}

/** The ids that must be answered: of every object with a readable id that is not itself a response. */
function idsIn(text: string): string[] {
  return objectsIn(text).flatMap((each) => {
    const { id, method, result, error } = Object(each);
    const isReadable = typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id));
    const isResponse = method === undefined && (result !== undefined || error !== undefined);
    return isReadable && !isResponse ? [JSON.stringify(id)] : [];
  });
}

function missing(expected: readonly string[], answered: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const id of answered) left.set(id, (left.get(id) ?? 0) + 1);
  return expected.filter((id) => {
    const count = left.get(id) ?? 0;
    left.set(id, count - 1);
    return count <= 0;
  });
}

it.each([
  ['stdio', counts.stdio, true],
  ['stdio at 2026-07-28', counts.stdioModern, false],
] as const)('%s: every frame with a readable id is answered', async (way, count, initialize) => {
  const wire = await startWire({ WEMASY_LOG_LEVEL: 'silent' }, { initialize });
  const first = JSON.stringify({
    jsonrpc: '2.0',
    id: 'first',
    method: 'tools/list',
    params: { _meta: modernMeta },
  });
  const frames = [...(initialize ? [] : [first]), ...sample(count, 1_000_000)];
  for (const text of frames) wire.write(`${text}\n`);
  const last = JSON.stringify({
    jsonrpc: '2.0',
    id: 'last',
    method: 'tools/list',
    params: { _meta: modernMeta },
  });
  wire.write(`${last}\n`);
  expect(await wire.response('last')).toMatchObject({ id: 'last' });
  expect(await wire.end()).toBe(0);
  const answered = wire.lines.flatMap((line) =>
    [JSON.parse(line)].flat().flatMap(({ id, method }) => (method === undefined ? [JSON.stringify(id)] : [])),
  );
  const cancelled = new Set(frames.flatMap(idsCancelledIn));
  const expected = frames.flatMap(idsIn).filter((id) => !cancelled.has(id));
  expect(missing(expected, answered)).toEqual([]);
  console.log(`${way}: ${count} frames, ${expected.length} with a readable id, all answered (seed ${seed})`);
});

it('HTTP: every frame with a readable id is answered', async () => {
  const server = await startHttp({ WEMASY_LOG_LEVEL: 'silent' });
  const frames = sample(counts.http, 2_000_000);
  const unanswered: string[] = [];
  let withId = 0;
  const queue = frames.values();
  async function work(): Promise<void> {
    for (const text of queue) {
      const response = await server.post(text, { 'mcp-protocol-version': '2025-11-25' });
      const answered = (await messagesOf(response)).map(({ id }) => JSON.stringify(id));
      const expected = idsIn(text);
      withId += expected.length;
      if (missing(expected, answered).length > 0) unanswered.push(text);
    }
  }
  await Promise.all(Array.from({ length: 8 }, work));
  expect(unanswered).toEqual([]);
  expect(await server.end()).toEqual([0, null]);
  console.log(`HTTP: ${frames.length} frames, ${withId} with a readable id, all answered (seed ${seed})`);
});
