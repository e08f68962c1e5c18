import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documentedLimits } from '@wemasy-orders/client/testing';
import { withHome } from '@wemasy-orders/runtime/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from './support/sandbox.js';
import { canOpenTerminals, keys, openTerminal } from './support/terminal.js';

let sandbox: Sandbox;
let state: string;
let environment: Record<string, string>;

beforeAll(async () => {
  sandbox = await startSandbox('--orders', '60', '--window-seconds', '1');
  state = mkdtempSync(join(tmpdir(), 'wemasy-orders-cli-'));
  environment = {
    WEMASY_API_URL: sandbox.apiUrl,
    WEMASY_API_TOKEN: 'sandbox-full-access',
    WEMASY_STATE: state,
    ...withHome(state),
    WEMASY_RATE_LIMITS: documentedLimits(1),
  };
});
afterAll(async () => {
  await sandbox.close();
  rmSync(state, { recursive: true });
});

describe.skipIf(!canOpenTerminals)('in a terminal', () => {
  it.each([60, 100])('a table fits %i columns, to the character', async (columns) => {
    const window = await openTerminal(['list', '--per-page', '20'], environment, { columns });
    expect(await window.ended()).toBe(0);
    const [header = '', ...orders] = window.lines();
    expect(header).toMatch(/^ *id +order/);
    // No line was wrapped.
    expect(orders.slice(0, 20)).toHaveLength(20);
    for (const line of orders.slice(0, 20)) expect(line).toMatch(/^ *\d{4} {2}/);
    expect(orders.join('\n')).toContain('…');
  });

  it('has colours, but not when NO_COLOR is set', async () => {
    const colored = await openTerminal(['list', '--per-page', '1'], environment);
    await colored.ended();
    expect(colored.written()).toContain('\u001B[1m');
    const plain = await openTerminal(['list', '--per-page', '1'], { ...environment, NO_COLOR: '1' });
    await plain.ended();
    expect(plain.written()).not.toContain('\u001B');
  });

  it('sync-due shows what it would send and asks; Enter alone means no', async () => {
    const window = await openTerminal(['sync-due', '--every-status'], environment);
    await window.shows(/Send \d+ orders \(\d+ \w+/);
    expect(window.lines().join('\n')).toMatch(/\d+ orders flagged: \d+ to send \(/);
    window.type(keys.enter);
    expect(await window.ended()).toBe(0);
    expect(window.lines().at(-1)).toBe('Nothing was sent.');
    expect(await sandbox.booked()).toEqual([]);
  });

  it('Ctrl-C at the question is an interruption', async () => {
    const window = await openTerminal(['sync-due', '--every-status'], environment);
    await window.shows(/Send \d+ orders/);
    window.type(keys.ctrlC);
    expect(await window.ended()).toBe(130);
    expect(await sandbox.booked()).toEqual([]);
  });

  it('yes sends, with a bar that survives a narrower window; Ctrl-C stops with a summary', async () => {
    const window = await openTerminal(['sync-due', '--every-status'], environment, { columns: 100 });
    await window.shows(/Send \d+ orders/);
    window.type('y');
    await window.shows(/░ [1-9]\d*\/\d+ · .* a minute · waiting 1 s · about \d+ s left/);
    await window.resize(50);
    await window.shows(/░ [1-3]\d\/\d+/);
    const bars = window.lines().filter((line) => line.includes('░'));
    expect(bars.length).toBeLessThanOrEqual(2);
    for (const bar of bars) expect(bar.length).toBeLessThanOrEqual(50);
    window.type(keys.ctrlC);
    expect(await window.ended()).toBe(130);
    const text = window.lines().join('\n');
    expect(text).toContain('Stopping after the order in flight.');
    const [, synced = ''] =
      /Interrupted\. \d+ orders: (\d+) synced, \d+ not sent\./.exec(text.replaceAll('\n', ' ')) ?? [];
    const booked = await sandbox.booked();
    expect(booked).toHaveLength(Number(synced));
    expect(new Set(booked).size).toBe(booked.length);
  });

  it('a second Ctrl-C ends it at once', async () => {
    await sandbox.fail({ kind: 'latency', milliseconds: 60_000, operation: 'syncOrder', when: 'after' });
    const window = await openTerminal(['sync-due', '--yes'], environment);
    await window.shows(/sending/);
    window.type(keys.ctrlC);
    await window.shows(/Stopping after the order/);
    window.type(keys.ctrlC);
    expect(await window.ended()).toBe(130);
  });
});
