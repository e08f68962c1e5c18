import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runLine } from '../testing/run-line.js';
import { pagesOf, startShop } from '../testing/shop.js';

/** Two shops behind one API, with one state for both. */
async function twoShops() {
  const folder = mkdtempSync(join(tmpdir(), 'wemasy-orders-account-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const shop = await startShop({ list: pagesOf([{ id: 42, status: 'paid' }]) });
  const environment = { ...shop.environment, WEMASY_STATE: folder };
  return {
    ...shop,
    shopA: { ...environment, WEMASY_API_TOKEN: 'token-of-shop-a' },
    shopB: { ...environment, WEMASY_API_TOKEN: 'token-of-shop-b' },
    sent: () => shop.requests.filter(({ url }) => url.includes('sync')).length,
  };
}

const json = (stdout: string): unknown => JSON.parse(stdout);

describe('account', () => {
  it('is asked for before the orders of a second shop are sent, and then both are sent once', async () => {
    const { shopA, shopB, sent } = await twoShops();
    expect((await runLine(['sync', '42', '--account', 'shop-a'], { environment: shopA })).exitCode).toBe(0);
    const refused = await runLine(['sync', '42', '--account', 'shop-b'], { environment: shopB });
    expect(refused.exitCode).toBe(2);
    expect(refused.stdout).toContain('wemasy-orders account add shop-b');
    expect(sent()).toBe(1);

    const added = await runLine(['account', 'add', ' Shop-B '], { environment: shopB });
    expect(added).toMatchObject({ exitCode: 0, stdout: 'The token belongs to account "shop-b".\n' });
    expect((await runLine(['sync', '42'], { environment: shopB })).exitCode).toBe(0);
    expect((await runLine(['sync', '42'], { environment: shopA })).exitCode).toBe(0);
    expect(sent()).toBe(2);
  });

  it.each(['shop-a', 'Shop-A', ' shop-a ', '\uFF53\uFF48\uFF4F\uFF50-a'])(
    'is one, spelled %j',
    async (spelling) => {
      const { shopA, sent } = await twoShops();
      await runLine(['sync', '42', '--account', 'shop-a'], { environment: shopA });
      const again = await runLine(['sync', '42', '--account', spelling, '--json'], { environment: shopA });
      expect(json(again.stdout)).toMatchObject({ counts: { already_synced: 1 } });
      expect(sent()).toBe(1);
    },
  );

  it('list shows names and counts, and no token', async () => {
    const { shopA } = await twoShops();
    await runLine(['sync', '42'], { environment: shopA });
    for (const words of [['account'], ['account', 'list']]) {
      const { exitCode, stdout } = await runLine([...words, '--json'], { environment: shopA });
      expect(exitCode).toBe(0);
      expect(json(stdout)).toEqual([{ name: 'default', since: expect.any(String), tokens: 1, in_use: true }]);
      expect(stdout).not.toContain('token-of-shop-a');
    }
    expect((await runLine(['account'], { environment: shopA })).stdout).toMatch(
      /^name +since +tokens +in_use\ndefault /,
    );
  });

  it('rename keeps the journal', async () => {
    const { shopA, sent } = await twoShops();
    await runLine(['sync', '42'], { environment: shopA });
    expect(await runLine(['account', 'rename', 'default', 'Shop A'], { environment: shopA })).toMatchObject({
      exitCode: 0,
      stdout: 'Account "default" is now called "shop a".\n',
    });
    const again = await runLine(['sync', '42', '--account', 'shop a', '--json'], { environment: shopA });
    expect(json(again.stdout)).toMatchObject({ counts: { already_synced: 1 } });
    expect(sent()).toBe(1);
  });

  it.each([
    [['account', 'rename', 'unknown', 'shop-a'], /There is no account "unknown"; known: default\./],
    [['account', 'add', '--', '-x'], /The account name "-x" must begin with a letter or a digit/],
    [['account', 'frobnicate'], /Too many arguments/],
    [['account', 'add'], /Missing required argument/],
  ])('%j is a usage error', async (words, expected) => {
    const { shopA } = await twoShops();
    await runLine(['sync', '42'], { environment: shopA });
    const { exitCode, stdout, stderr } = await runLine(words, { environment: shopA });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(expected);
  });

  it('commands that write respect the read-only setting', async () => {
    const { shopA } = await twoShops();
    for (const words of [
      ['account', 'add', 'x'],
      ['account', 'rename', 'x', 'y'],
      ['journal', 'use'],
    ]) {
      const { exitCode, stderr } = await runLine([...words, '--read-only'], { environment: shopA });
      expect(exitCode).toBe(2);
      expect(stderr).toContain('writes, and WEMASY_READ_ONLY is on.');
    }
  });
});

describe('journal use', () => {
  it('is asked for before orders are sent with another journal than before', async () => {
    const { shopA, sent } = await twoShops();
    const home = mkdtempSync(join(tmpdir(), 'wemasy-orders-home-'));
    onTestFinished(() => rmSync(home, { recursive: true }));
    const before = { environment: shopA, home };
    expect((await runLine(['sync', '42'], before)).exitCode).toBe(0);

    const emptied = { environment: { ...shopA, WEMASY_STATE: join(home, 'other') }, home };
    const refused = await runLine(['sync', '42', '--json'], emptied);
    expect(refused.exitCode).toBe(2);
    expect(json(refused.stdout)).toMatchObject({
      counts: { synced: 0 },
      stopped_by: { code: 'configuration_error', next: expect.stringContaining('wemasy-orders journal use') },
    });
    expect(sent()).toBe(1);

    const used = await runLine(['journal', 'use', '--json'], emptied);
    expect(used.exitCode).toBe(0);
    expect(json(used.stdout)).toMatchObject({
      journal: expect.any(String),
      place: expect.stringContaining(join(home, 'other')),
    });
    expect((await runLine(['sync', '43'], emptied)).exitCode).toBe(0);
    expect(sent()).toBe(2);
  });

  it('is another command than journal with an id', async () => {
    const { shopA } = await twoShops();
    const { exitCode, stdout } = await runLine(['journal', '42'], { environment: shopA });
    expect({ exitCode, stdout }).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('Journal of order 42: not sent'),
    });
    expect((await runLine(['journal', 'used'], { environment: shopA })).exitCode).toBe(2);
  });
});
