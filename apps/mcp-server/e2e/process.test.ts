import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendJson } from '@wemasy-orders/client/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, startApi } from './support/api.js';
import { clientKinds, serverFile, startAssistant } from './support/assistant.js';
import { startWire, type Wire } from './support/wire.js';

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

const environment = () => ({ WEMASY_API_URL: api.url, WEMASY_API_TOKEN: 'token', WEMASY_STATE: state });

/** A server whose sync of order 42 has reached the API. */
async function inTheMiddleOfASync(): Promise<Wire> {
  const wire = await startWire(environment());
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

  it('ends when the assistant goes away, and has written nothing but the protocol to stdout', async () => {
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

  it.each(['SIGTERM', 'SIGINT'] as const)('ends at once on %s, while a call is under way', async (signal) => {
    api.behaves(() => undefined);
    const assistant = await startAssistant({ environment: environment() });
    const call = assistant.call('list_orders').catch((error: unknown) => error);
    while (api.requests.length === 0) await new Promise(setImmediate);
    process.kill(assistant.pid, signal);
    expect(await call).toBeInstanceOf(Error);
    expect(isRunning(assistant.pid)).toBe(false);
  });

  it('needs nothing but its own folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-mcp-'));
    await cp(dirname(serverFile), folder, { recursive: true });
    const assistant = await startAssistant({ file: join(folder, 'main.js') });
    expect(await assistant.listTools()).toHaveLength(2);
    await assistant.close();
    await rm(folder, { recursive: true });
  });
});

/** How a server comes to its end in the middle of something. */
const ends: readonly [string, (wire: Wire) => Promise<unknown>][] = [
  ['its assistant goes away', (wire) => wire.end()],
  [
    'it gets SIGTERM',
    async (wire) => {
      process.kill(wire.pid, 'SIGTERM');
      while (isRunning(wire.pid)) await sleep(10);
    },
  ],
];

describe('a sync that is under way', () => {
  it.each(ends)('is finished and written down when %s', async (_, end) => {
    let answer: () => void = () => undefined;
    api.behaves((_request, response) => {
      answer = () => sendJson(response, 200, { error: false, message: 'Order synced.', data: [] });
    });
    const wire = await inTheMiddleOfASync();
    const ended = end(wire);
    await sleep(200);
    answer();
    await ended;
    expect(await nextAnswer()).toMatch(/^already_synced: Order 42 was sent to bookkeeping at /);
    expect(api.requests).toHaveLength(1);
  });

  it.each(ends)(
    'keeps the process for about a second at the most, and is told as unknown, when %s',
    async (_, end) => {
      api.behaves(() => undefined);
      const wire = await inTheMiddleOfASync();
      const startedAt = performance.now();
      await end(wire);
      expect(performance.now() - startedAt).toBeLessThan(1_500);
      expect(await nextAnswer()).toMatch(/^outcome_unknown: Order 42 was sent at \S+Z by wemasy-orders-mcp /);
      expect(api.requests).toHaveLength(1);
    },
  );

  it.each(clientKinds)('is told as unknown to the official %s when the process was killed', async (kind) => {
    api.behaves(() => undefined);
    const wire = await inTheMiddleOfASync();
    await wire.kill();
    expect(await nextAnswer(kind)).toMatch(
      /^outcome_unknown: Order 42 was sent at \S+Z by wemasy-orders-mcp \S+; whether it reached the books is not known\. It was not sent again\.\n(.*\n)*next: Do not repeat it\./,
    );
    expect(api.requests).toHaveLength(1);
  });
});
