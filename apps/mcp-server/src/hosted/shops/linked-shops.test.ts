import { randomBytes } from 'node:crypto';
import { createMemoryStore, type ListableStore, systemClock } from '@wemasy-orders/state';
import { createVirtualClock } from '@wemasy-orders/state/testing';
import { describe, expect, it } from 'vitest';
import { newKeyLine, openKeyFile } from './key-file.js';
import {
  createLinkedShops,
  type Identity,
  type LinkedShopsOptions,
  type ShopAccess,
} from './linked-shops.js';

const jan: Identity = { issuer: 'https://id.example.com', subject: 'jan' };
const piet: Identity = { issuer: 'https://id.example.com', subject: 'piet' };
const access: ShopAccess = { account: 'bakery', token: 'the-token', personalData: 'names', readOnly: false };

/** A key file that the test edits, and links that it opens. */
async function scene(options: Partial<LinkedShopsOptions> = {}) {
  const file = { text: newKeyLine() };
  const store = createMemoryStore();
  const open = async (more: Partial<LinkedShopsOptions> = {}) =>
    createLinkedShops({
      store,
      keys: await openKeyFile(async () => file.text),
      apiUrl: 'https://api.example.com/api',
      clock: systemClock,
      ...options,
      ...more,
    });
  return { file, store, open, links: await open() };
}

async function recordsIn(store: ListableStore): Promise<Map<string, unknown>> {
  const records = new Map<string, unknown>();
  for (const key of await store.keys('links')) {
    await store.update(key, (record) => {
      records.set(key, record);
      return { record: Object(record), result: undefined };
    });
  }
  return records;
}

async function write(store: ListableStore, key: string, record: unknown): Promise<void> {
  await store.update(key, () => ({ record: Object(record), result: undefined }));
}

describe('a linked shop', () => {
  it('is found by its identity alone', async () => {
    const { links } = await scene();
    await links.save(jan, access);
    expect(await links.find(jan)).toMatchObject(access);
    expect(await links.find(piet)).toBeUndefined();
    expect(await links.find({ ...jan, issuer: 'https://other.example.com' })).toBeUndefined();
  });

  it('is found by another replica', async () => {
    const { links, open } = await scene();
    await links.save(jan, access);
    expect(await (await open()).find(jan)).toMatchObject(access);
  });

  it('is gone once it is unlinked', async () => {
    const { links } = await scene();
    await links.save(jan, access);
    await links.remove(jan);
    expect(await links.find(jan)).toBeUndefined();
  });

  it('shows nothing of itself in its row', async () => {
    const { links, store } = await scene();
    await links.save(jan, access);
    const rows = JSON.stringify([...(await recordsIn(store))]);
    for (const text of ['the-token', 'bakery', 'names', 'jan', 'id.example.com'])
      expect(rows).not.toContain(text);
  });

  it('does not open for another identity whose row it is copied to', async () => {
    const { links, store } = await scene();
    await links.save(jan, access);
    const [[ofJan, row] = []] = await recordsIn(store);
    await links.save(piet, { ...access, token: 'token of piet' });
    const ofPiet = [...(await recordsIn(store)).keys()].find((key) => key !== ofJan);
    await write(store, String(ofPiet), row);
    await expect(links.find(piet)).rejects.toThrow('cannot be opened');
    expect(await links.find(jan)).toMatchObject(access);
  });

  it.each(['wrapped', 'box'] as const)('does not open when its %s was changed', async (part) => {
    const { links, store, open } = await scene();
    await links.save(jan, access);
    for (const [key, row] of await recordsIn(store)) {
      const text = JSON.stringify(row).replace(
        new RegExp(`("${part}":"[^"]{40})(.)`),
        (_, before: string, letter: string) => `${before}${letter === 'A' ? 'B' : 'A'}`,
      );
      await write(store, key, JSON.parse(text));
    }
    await expect((await open()).find(jan)).rejects.toMatchObject({ code: 'internal_error' });
  });

  it('does not open for another API, which would get the token', async () => {
    const { links, open } = await scene();
    await links.save(jan, access);
    expect(await (await open({ apiUrl: 'https://evil.example.com/api' })).find(jan)).toBeUndefined();
    expect(await (await open({ apiUrl: 'https://API.example.com/api/' })).find(jan)).toMatchObject(access);
  });

  it('does not open without its key', async () => {
    const { links, open, file } = await scene();
    await links.save(jan, access);
    file.text = randomBytes(32).toString('base64');
    await expect((await open()).find(jan)).rejects.toThrow('cannot be opened');
  });

  it('serves for five minutes while the store is away, and no longer', async () => {
    const clock = createVirtualClock();
    const memory = createMemoryStore();
    const store: ListableStore = {
      ...memory,
      update: (...args) => (away.is ? Promise.reject(new Error('away')) : memory.update(...args)),
    };
    const away = { is: false };
    const { links } = await scene({ store, clock });
    await links.save(jan, access);
    await links.find(jan);
    away.is = true;
    expect(await links.find(jan)).toMatchObject(access);
    await expect(links.find(piet)).rejects.toMatchObject({ name: 'LinksUnavailableError', retryable: true });
    await clock.advance(5 * 60_000);
    await expect(links.find(jan)).rejects.toThrow('not known now');
  });
});

describe('a key rotation', () => {
  it('moves all rows to the first key, while both keys open them', async () => {
    const { links, open, file, store } = await scene();
    await links.save(jan, access);
    await links.save(piet, access);
    const old = file.text;
    file.text = `${newKeyLine()}\n${old}\n`;
    const other = await open();
    expect(await other.find(jan)).toMatchObject(access);
    expect(await links.rewrapAll()).toEqual({ rewrapped: 2, unchanged: 0, unreadable: [] });
    expect(await links.rewrapAll()).toEqual({ rewrapped: 0, unchanged: 2, unreadable: [] });
    file.text = file.text.replace(old, '# the old key is gone');
    const fresh = await open();
    expect(await fresh.find(jan)).toMatchObject(access);
    expect(await fresh.find(piet)).toMatchObject(access);
    expect(JSON.stringify([...(await recordsIn(store))])).not.toContain(file.text);
  });

  it('is noticed by a replica that read the file before', async () => {
    const { links, open, file } = await scene();
    const other = await open();
    file.text = `${newKeyLine()}\n${file.text}`;
    await links.save(jan, access);
    expect(await other.find(jan)).toMatchObject(access);
  });

  it('keeps a link that is made meanwhile', async () => {
    const { links, file, store } = await scene();
    await links.save(jan, access);
    file.text = `${newKeyLine()}\n${file.text}`;
    const slow: ListableStore = {
      ...store,
      async keys(prefix) {
        const found = await store.keys(prefix);
        await links.save(jan, { ...access, token: 'a newer token' });
        return found;
      },
    };
    const rotating = createLinkedShops({
      store: slow,
      keys: await openKeyFile(async () => file.text),
      apiUrl: 'https://api.example.com/api',
      clock: systemClock,
    });
    expect(await rotating.rewrapAll()).toEqual({ rewrapped: 0, unchanged: 1, unreadable: [] });
    expect(await links.find(jan)).toMatchObject({ token: 'a newer token' });
  });

  it('names the rows that no key opens', async () => {
    const { links, file } = await scene();
    await links.save(jan, access);
    file.text = newKeyLine();
    const { rewrapped, unreadable } = await links.rewrapAll();
    expect([rewrapped, unreadable.length]).toEqual([0, 1]);
  });
});

describe('a key file', () => {
  it.each([
    ['', 'WEMASY_KEY_FILE names a file without a key.'],
    ['# only a comment\n', 'WEMASY_KEY_FILE names a file without a key.'],
    ['secret', /line 1 is no key of 32 bytes/],
    [`${newKeyLine()}\n\nc2hvcnQ=`, /line 3 is no key/],
  ])('that holds %j is a fault without its content', async (text, fault) => {
    const opened = openKeyFile(async () => text);
    await expect(opened).rejects.toThrow(fault);
    await expect(opened).rejects.toMatchObject({ code: 'configuration_error' });
    await expect(opened).rejects.not.toThrow('c2hvcnQ');
  });

  it('with a key twice is a fault', async () => {
    const key = newKeyLine();
    await expect(openKeyFile(async () => `${key}\n${key}`)).rejects.toThrow('two lines');
  });

  it('that is missing is a fault with its reason', async () => {
    const read = async () => {
      throw Object.assign(new Error('no'), { code: 'ENOENT' });
    };
    await expect(openKeyFile(read)).rejects.toThrow('cannot be read (ENOENT)');
  });
});
