import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock } from '@wemasy-orders/state/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openFileShops } from './file-shops.js';

const issuer = 'https://id.example.com';
const jan = { issuer, subject: 'jan' };
const hash = (letter: string) => letter.repeat(64);

const bakery = {
  account: 'Bakery  Jan',
  api_token_file: 'bakery.token',
  identities: [jan],
  secrets: [{ name: 'nightly', sha256: hash('a'), scopes: ['orders:read'] }],
};
const butcher = {
  account: 'butcher',
  api_token_file: 'butcher.token',
  personal_data: 'full',
  read_only: true,
  identities: [{ issuer, subject: 'piet' }],
};

async function scene(shops: unknown = [bakery, butcher]) {
  const folder = await mkdtemp(join(tmpdir(), 'wemasy-shops-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const clock = createVirtualClock();
  const log: string[] = [];
  let edits = 0;
  /** Replaces the file, as editors and Kubernetes do. */
  const edit = async (name: string, text: string) => {
    const draft = join(folder, `draft-${(edits += 1)}`);
    await writeFile(draft, text);
    await rename(draft, join(folder, name));
    await clock.advance(1_001);
  };
  await edit('bakery.token', 'token-of-bakery\n');
  await edit('butcher.token', '\uFEFFtoken-of-butcher\r\n');
  await edit('shops.json', JSON.stringify({ shops }));
  const open = () =>
    openFileShops({
      path: join(folder, 'shops.json'),
      personalData: 'names',
      clock,
      log: {
        info: (message, facts) => void log.push(JSON.stringify({ message, ...facts })),
        error: (message, facts) => void log.push(JSON.stringify({ message, ...facts })),
      },
    });
  return { folder, edit, open, log };
}

describe('a shop of the file', () => {
  it('is found by identity, or by the name of a secret', async () => {
    const shops = await (await scene()).open();
    const found = { account: 'bakery jan', token: 'token-of-bakery', personalData: 'names', readOnly: false };
    expect(await shops.find(jan)).toEqual(found);
    expect(await shops.find({ issuer: 'secret', subject: 'nightly' })).toEqual(found);
    expect(await shops.find({ issuer, subject: 'piet' })).toEqual({
      account: 'butcher',
      token: 'token-of-butcher',
      personalData: 'full',
      readOnly: true,
    });
    expect(await shops.find({ issuer: 'https://evil.example.com', subject: 'jan' })).toBeUndefined();
  });

  it('names its secrets by their hash', async () => {
    const shops = await (await scene()).open();
    expect(await shops.secretWith(hash('a'))).toEqual({
      name: 'nightly',
      sha256: hash('a'),
      scopes: ['orders:read'],
    });
    expect(await shops.secretWith(hash('b'))).toBeUndefined();
  });

  it('follows an edit of the file and of its token without a restart', async () => {
    const { open, edit } = await scene();
    const shops = await open();
    await edit('bakery.token', 'new-token');
    expect(await shops.find(jan)).toMatchObject({ token: 'new-token' });
    await edit('shops.json', JSON.stringify({ shops: [butcher] }));
    expect(await shops.find(jan)).toBeUndefined();
  });

  it('is gone with the next call after the edit, with a hundred others, and the rest stays', async () => {
    const shops = Array.from({ length: 200 }, (_, at) => ({
      ...bakery,
      account: `shop ${at}`,
      identities: [{ issuer, subject: `owner-${at}` }],
      secrets: [{ name: `secret-${at}`, sha256: at.toString(16).padStart(64, '0'), scopes: ['orders:read'] }],
    }));
    const { open, edit } = await scene(shops);
    const opened = await open();
    const found = () =>
      Promise.all(
        shops.flatMap(({ identities, secrets }) => [
          ...identities.map((each) => opened.find(each)),
          ...secrets.map(({ sha256 }) => opened.secretWith(sha256)),
        ]),
      );
    expect(await found()).not.toContain(undefined);
    await edit('shops.json', JSON.stringify({ shops: shops.slice(101) }));
    const left = await found();
    expect(left.slice(0, 202)).toEqual(Array.from({ length: 202 }, () => undefined));
    expect(left.slice(202)).not.toContain(undefined);
  });

  it('has its new secret with the next call, and the old one no longer', async () => {
    const { open, edit } = await scene();
    const shops = await open();
    const secrets = [{ name: 'nightly', sha256: hash('b'), scopes: ['orders:read'] }];
    await edit('shops.json', JSON.stringify({ shops: [{ ...bakery, secrets }, butcher] }));
    const [old, fresh] = await Promise.all([shops.secretWith(hash('a')), shops.secretWith(hash('b'))]);
    expect(old).toBeUndefined();
    expect(fresh).toMatchObject({ name: 'nightly' });
  });

  it.each([
    ['shops.json', '{"shops": [{"account": "token-of-bakery"', /not JSON/],
    ['shops.json', '{"shops": [{"account": "x", "token": "token-of-bakery"}]}', /shops\.0/],
    ['bakery.token', 'token of bakery with blanks', /bakery\.token/],
    ['bakery.token', '', /bakery\.token/],
  ])('stays as it was when a bad %s says %j', async (name, text, words) => {
    const { open, edit, log } = await scene();
    const shops = await open();
    await edit(name, text);
    expect(await shops.find(jan)).toMatchObject({ token: 'token-of-bakery' });
    expect(await shops.find(jan)).toMatchObject({ token: 'token-of-bakery' });
    expect(log).toEqual([expect.stringMatching(/faulty; what it said before still counts/)]);
    expect(log[0]).toMatch(words);
    expect(log[0]).not.toContain('token-of-bakery');
    expect(log[0]).not.toContain('token of bakery');
  });

  it('stays as it was while the file is missing', async () => {
    const { open, edit, folder } = await scene();
    const shops = await open();
    await rm(join(folder, 'shops.json'));
    await edit('other', '');
    expect(await shops.find(jan)).toMatchObject({ token: 'token-of-bakery' });
  });
});

describe('the file of shops', () => {
  it('reports all its faults at once, without a value', async () => {
    const { open } = await scene([
      { ...bakery, account: '-', api_token_file: '' },
      {
        ...butcher,
        personal_data: 'everything',
        identities: [{ issuer: 'not a url', subject: '' }],
        surplus: 1,
      },
    ]);
    const error: unknown = await open().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'configuration_error' });
    const text = error instanceof Error ? error.message : '';
    for (const path of [
      '0.account',
      '0.api_token_file',
      '1.personal_data',
      '1.identities.0.issuer',
      'shops.1:',
    ])
      expect(text).toContain(path);
    expect(text).not.toContain('everything');
  });

  it('reports all token files that cannot be used', async () => {
    const { open, edit } = await scene([
      bakery,
      butcher,
      { ...butcher, api_token_file: 'missing', identities: [] },
    ]);
    await edit('butcher.token', 'two words');
    await expect(open()).rejects.toThrow(/butcher\.token[\s\S]*missing/);
  });

  it('refuses an identity, a name or a hash that would lead to two shops', async () => {
    const { open } = await scene([bakery, { ...butcher, identities: [jan], secrets: bakery.secrets }]);
    await expect(open()).rejects.toMatchObject({
      faults: [expect.any(String), expect.any(String), expect.any(String)],
    });
  });
});
