import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { orderPage, sendJson } from '@wemasy-orders/client/testing';
import { withHome } from '@wemasy-orders/runtime/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, startApi } from './support/api.js';
import { documentedTools } from './support/documented-tools.js';
import { clientKinds, serverFile, startAssistant } from './support/assistant.js';
import { startWire, type Wire, type WireMessage } from './support/wire.js';

let api: Api;
let state: string;

beforeEach(async () => {
  api = await startApi();
  state = await mkdtemp(join(tmpdir(), 'wemasy-orders-state-'));
});
afterEach(async () => {
  await api.close();
  await rm(state, { recursive: true });
});

const environment = () => ({
  WEMASY_API_URL: api.url,
  WEMASY_API_TOKEN: 'token',
  WEMASY_STATE: state,
  ...withHome(state),
});

/** A server whose sync of order 42 has reached the API. */
async function inTheMiddleOfASync(settings: Record<string, string> = {}): Promise<Wire> {
  const wire = await startWire({ ...environment(), ...settings });
  void wire.request('tools/call', { name: 'sync_order', arguments: { order_id: 42 } });
  while (api.requests.length === 0) await new Promise(setImmediate);
  return wire;
}

/** What a new server, started by that client, says of order 42. */
async function nextAnswer(kind: (typeof clientKinds)[number] = '1.x client'): Promise<string> {
  const assistant = await startAssistant({ kind, environment: environment() });
  const answer = await assistant.call('sync_order', { order_id: 42 });
  await assistant.close();
  return answer.text;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the server', () => {
  it.each([
    ['--version', 0, JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version],
    ['--help', 0, 'WEMASY_API_TOKEN'],
    ['--nonsense', 2, ''],
  ])('answers %s and ends with %i', async (flag, code, shown) => {
    const child = spawn(process.execPath, [serverFile, flag], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [output, complaint, [exitCode]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ]);
    expect(exitCode).toBe(code);
    expect(output).toContain(shown);
    expect(complaint !== '').toBe(code !== 0);
  });

  it('ends when the assistant disconnects, and has written only the protocol to stdout', async () => {
    const wire = await startWire({ WEMASY_LOG_LEVEL: 'trace' });
    await wire.request('tools/list');
    expect(await wire.end()).toBe(0);
    expect(wire.lines.map((line) => JSON.parse(line).jsonrpc)).toEqual(['2.0', '2.0']);
  });

  it.each(clientKinds)('is gone when the official %s has closed', async (kind) => {
    const assistant = await startAssistant({ kind });
    await assistant.listTools();
    await assistant.close();
    expect(isRunning(assistant.pid)).toBe(false);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const)(
    'answers a call in flight as cancelled and ends at once on %s',
    async (signal) => {
      api.behaves(() => undefined);
      const wire = await startWire(environment());
      const call = wire.request('tools/call', { name: 'list_orders' });
      while (api.requests.length === 0) await new Promise(setImmediate);
      process.kill(wire.pid, signal);
      expect(textOf(await call)).toMatch(
        /^cancelled: The server is shutting down; nothing was changed\.\nsource: local\nretryable: yes\n/,
      );
      expect(await wire.exited).toEqual([0, null]);
    },
  );

  it('answers calls that came before the end of stdin', async () => {
    let answer: () => void = () => undefined;
    api.behaves((_, response) => {
      answer = () => sendJson(response, 200, orderPage([{ id: 7 }]));
    });
    const wire = await startWire(environment());
    const calls = [
      wire.request('tools/call', { name: 'list_orders', arguments: { fields: ['id'] } }),
      wire.request('tools/call', { name: 'sync_order', arguments: {} }),
    ];
    const ended = wire.end();
    while (api.requests.length === 0) await new Promise(setImmediate);
    answer();
    expect(await ended).toBe(0);
    const [list, sync] = await Promise.all(calls);
    expect(list?.result?.['structuredContent']).toMatchObject({ rows: [[7]] });
    expect(textOf(sync)).toMatch(/^invalid_arguments: /);
  });

  it('ends when stdout is closed, although stdin is open', async () => {
    api.behaves((_, response) => sendJson(response, 200, orderPage([{ id: 7 }])));
    const wire = await startWire(environment());
    wire.child.stdout.destroy();
    void wire.request('tools/call', { name: 'list_orders' });
    expect(await wire.exited).toEqual([0, null]);
  });

  it('answers although stderr is closed', async () => {
    api.behaves((_, response) => sendJson(response, 200, orderPage([{ id: 7 }])));
    const wire = await startWire({ ...environment(), WEMASY_LOG_LEVEL: 'trace' });
    wire.child.stderr.destroy();
    for (let call = 0; call < 3; call += 1) {
      const { result } = await wire.request('tools/call', { name: 'list_orders' });
      expect(result?.['structuredContent']).toMatchObject({ total: 1 });
    }
    expect(await wire.end()).toBe(0);
  });

  it.skipIf(process.platform !== 'linux')('answers although stderr is on a full disk', async () => {
    api.behaves((_, response) => sendJson(response, 200, orderPage([{ id: 7 }])));
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [serverFile], {
      env: { ...environment(), WEMASY_LOG_LEVEL: 'trace' },
      stdio: ['pipe', 'pipe', full],
    });
    if (child.stdin === null || child.stdout === null) throw new TypeError('stdin and stdout are piped');
    const output = text(child.stdout);
    const call = { jsonrpc: '2.0', id: 5, method: 'tools/call', params: { name: 'list_orders' } };
    child.stdin.end(`${JSON.stringify(call)}\n`);
    const [exitCode] = await once(child, 'exit');
    expect(JSON.parse(await output)).toMatchObject({ id: 5, result: { structuredContent: { total: 1 } } });
    expect(exitCode).toBe(0);
  });

  it('needs nothing but its own folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-mcp-'));
    await cp(dirname(serverFile), folder, { recursive: true });
    const assistant = await startAssistant({ file: join(folder, 'main.js') });
    expect(await assistant.listTools()).toHaveLength(documentedTools.length);
    await assistant.close();
    await rm(folder, { recursive: true });
  });

  it('sends nothing and says why, when it was removed while it ran', async () => {
    api.behaves((_, response) => sendJson(response, 200, orderPage([{ id: 7 }])));
    const folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-mcp-'));
    await cp(dirname(serverFile), folder, { recursive: true });
    // Its list begins the account, which loads the journal; that of the next process only finds the account.
    const earlier = await startAssistant({ environment: environment() });
    await earlier.call('list_orders');
    await earlier.close();
    const assistant = await startAssistant({ file: join(folder, 'main.js'), environment: environment() });
    await assistant.call('list_orders');
    await rm(folder, { recursive: true });
    const { text } = await assistant.call('sync_order', { order_id: 7 });
    expect(text).toMatch(
      /^configuration_error: Nothing was sent: this program was replaced while it ran\. Start it again\.\n/,
    );
    expect(api.requests).toHaveLength(2);
    await assistant.close();
  });
});

function textOf(message: WireMessage | undefined): string {
  const [block] = Object(message?.result?.['content']);
  return String(block?.text);
}

const signals: readonly [string, (wire: Wire) => Promise<unknown>][] = (
  ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const
).map((signal) => [
  `it gets ${signal}`,
  async (wire) => {
    process.kill(wire.pid, signal);
    await wire.exited;
  },
]);
const endOfStdin = (wire: Wire): Promise<unknown> => wire.end();
/** How a server comes to its end in the middle of something. */
const ends: typeof signals = [['stdin ends', endOfStdin], ...signals];

describe('a sync that is under way', () => {
  it.each(ends)('is finished and written down when %s', async (_, end) => {
    let answer: () => void = () => undefined;
    api.behaves((_request, response) => {
      answer = () => sendJson(response, 200, { error: false, message: 'Order synced.', data: [] });
    });
    const wire = await inTheMiddleOfASync({ WEMASY_LOG_LEVEL: 'info' });
    const ended = end(wire);
    // At the end of stdin it logs its end only after the answer.
    if (end !== endOfStdin) while (!wire.log().includes('"ending"')) await new Promise(setImmediate);
    answer();
    await ended;
    expect(await nextAnswer()).toMatch(/^already_synced: Order 42 was sent to bookkeeping at /);
    expect(api.requests).toHaveLength(1);
  });

  it.each(signals)(
    'does not keep the process until the deadline of its request, and is reported as unknown, when %s',
    async (_, end) => {
      api.behaves(() => undefined);
      // Longer than this test may take.
      const wire = await inTheMiddleOfASync({ WEMASY_TIMEOUT_MS: '600000' });
      await end(wire);
      expect(await nextAnswer()).toMatch(/^outcome_unknown: Order 42 was sent at \S+Z by wemasy-orders-mcp /);
      expect(api.requests).toHaveLength(1);
    },
  );

  it('ends as unknown at the deadline of its request when stdin has ended', async () => {
    api.behaves(() => undefined);
    const wire = await startWire({ ...environment(), WEMASY_TIMEOUT_MS: '1500' });
    const call = wire.request('tools/call', { name: 'sync_order', arguments: { order_id: 42 } });
    expect(await wire.end()).toBe(0);
    expect(textOf(await call)).toMatch(/^outcome_unknown: /);
    expect(api.requests).toHaveLength(1);
  });

  it.each(clientKinds)(
    'is reported as unknown to the official %s when the process was killed',
    async (kind) => {
      api.behaves(() => undefined);
      const wire = await inTheMiddleOfASync();
      await wire.kill();
      expect(await nextAnswer(kind)).toMatch(
        /^outcome_unknown: Order 42 was sent at \S+Z by wemasy-orders-mcp \S+; whether it reached the books is not known\. It was not sent again\.\n(.*\n)*next: Do not repeat it\./,
      );
      expect(api.requests).toHaveLength(1);
    },
  );
});
