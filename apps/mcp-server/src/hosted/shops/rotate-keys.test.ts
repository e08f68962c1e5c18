import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHostedConfig } from '@wemasy-orders/runtime/hosted';
import { systemClock } from '@wemasy-orders/state';
import { createFolderStore } from '@wemasy-orders/state/folder';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newKeyLine, openKeyFile } from './key-file.js';
import { createLinkedShops } from './linked-shops.js';
import { rotateKeys } from './rotate-keys.js';

const jan = { issuer: 'https://id.example.com', subject: 'jan' };

async function scene() {
  const folder = await mkdtemp(join(tmpdir(), 'wemasy-rotate-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'keys');
  await writeFile(path, `# keys of the orders server\n${newKeyLine()}\n`, { mode: 0o640 });
  const { config } =
    readHostedConfig({
      platform: process.platform,
      home: folder,
      readFile: () => '',
      flags: {},
      environment: {
        WEMASY_AUTH: 'oauth',
        WEMASY_OAUTH_ISSUER: jan.issuer,
        WEMASY_PUBLIC_URL: 'https://orders.example.com',
        WEMASY_KEY_FILE: path,
        WEMASY_STATE: join(folder, 'state'),
      },
    }) ?? {};
  if (config === undefined) throw new TypeError('the configuration is valid');
  const store = createFolderStore({ folder: join(folder, 'state') });
  const printed: string[] = [];
  return {
    folder,
    path,
    printed,
    rotate: () => rotateKeys({ config, clock: systemClock, print: (line) => printed.push(line) }),
    /** As a replica that starts now sees them. */
    links: async () =>
      createLinkedShops({
        store,
        keys: await openKeyFile(() => readFile(path, 'utf8')),
        apiUrl: config.WEMASY_API_URL,
        clock: systemClock,
      }),
    keys: async () => (await readFile(path, 'utf8')).split('\n').filter((line) => /^[^#]/.test(line)),
  };
}

const access = { account: 'a', token: 'the-token', personalData: 'names', readOnly: false } as const;

describe('rotating the keys', () => {
  it('seals all links with a new key, and drops the key before with the next rotation', async () => {
    const { rotate, links, keys, path, folder, printed } = await scene();
    const running = await links();
    await running.save(jan, access);
    const [first] = await keys();
    expect(await rotate()).toBe(true);
    const [second, old] = await keys();
    expect(old).toBe(first);
    expect(await running.find(jan)).toMatchObject(access);
    expect(await rotate()).toBe(true);
    expect(await keys()).toEqual([expect.any(String), second]);
    expect(await (await links()).find(jan)).toMatchObject(access);
    expect(await readFile(path, 'utf8')).toContain('# keys of the orders server');
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect((await readdir(folder)).sort()).toEqual(['keys', 'state']);
    expect(printed.join('\n')).not.toContain(String(second));
  });

  it('finishes one that was interrupted, or that the operator began, instead of adding another key', async () => {
    const { rotate, links, keys, path } = await scene();
    await (await links()).save(jan, access);
    await writeFile(path, `${newKeyLine()}\n${(await keys()).join('\n')}\n`);
    const before = await keys();
    expect(await rotate()).toBe(true);
    expect(await keys()).toEqual(before);
    await writeFile(path, `${before[0]}\n`);
    expect(await (await links()).find(jan)).toMatchObject(access);
  });

  it('names the links that no key opens, and leaves them', async () => {
    const { rotate, links, path, printed } = await scene();
    await (await links()).save(jan, access);
    const lost = await readFile(path, 'utf8');
    await writeFile(path, newKeyLine());
    expect(await rotate()).toBe(false);
    expect(printed.join('\n')).toMatch(/1 links cannot be opened[\s\S]*links\/[0-9a-f]{64}/);
    await writeFile(path, lost);
    expect(await (await links()).find(jan)).toMatchObject(access);
  });
});
