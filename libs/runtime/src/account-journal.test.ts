import type { JournalAccess } from '@wemasy-orders/order-sync';
import { createMemoryStore, type Generation, type ListableStore, systemClock } from '@wemasy-orders/state';
import { expect, it } from 'vitest';
import { createAccountJournal } from './account-journal.js';
import { openStoredAccounts } from './account-registry.js';
import { apiNamespace } from './api-identity.js';

const recorded = { record: { recorded: true }, result: undefined };
const settings = { baseUrl: 'https://api.example.com/api', token: 'token' };
const generationKey = `${apiNamespace(settings.baseUrl)}/journal`;

/** A store and a user's file, and the processes that use them. */
function scene() {
  const store = createMemoryStore();
  const anchorStore = createMemoryStore();
  return {
    store,
    processOn: (on: ListableStore, accountName?: string, file: ListableStore | null = anchorStore) =>
      createAccountJournal({
        store: on,
        anchorStore: file ?? undefined,
        accounts: openStoredAccounts({ ...settings, store: on, accountName }),
        ...settings,
        clock: systemClock,
        acceptsVolatile: true,
        openFolder: () => undefined,
        onNotice: () => undefined,
      }),
  };
}

/** Writes into the journal as the sending of an order does. @returns why the request must not leave */
async function write({ namespace, guard, refusal, onWritten }: JournalAccess, store: ListableStore) {
  if (guard === undefined) throw refusal ?? new TypeError('the journal has begun');
  const { generation } = await store.updateGuarded(`${namespace}/order/1`, () => recorded, guard);
  return await onWritten?.(generation);
}

it('a journal that another process writes to at the same moment is not taken for one that lost writes', async () => {
  const { store, processOn } = scene();
  let meanwhile = async (): Promise<unknown> => undefined;
  const other = processOn(store);
  await write(await other.find('write'), store);
  const slow = processOn({
    ...store,
    async readGeneration(key) {
      const generation = await store.readGeneration(key);
      await meanwhile();
      return generation;
    },
  });
  meanwhile = async () => write(await other.find('write'), store);
  expect((await slow.find('write')).refusal).toBeUndefined();
  meanwhile = async () => undefined;
  expect(await write(await slow.find('write'), store)).toBeUndefined();
});

it('processes that write in turn, faster than they remember it, are not taken for ones that lost writes', async () => {
  const { store, processOn } = scene();
  const [one, two] = [processOn(store), processOn(store)];
  const [first, second] = [await one.find('write'), await two.find('write')];
  let behindFirst: unknown;
  const { onWritten } = first;
  const late: JournalAccess = {
    ...first,
    async onWritten(generation) {
      behindFirst = await write(second, store);
      return await onWritten?.(generation);
    },
  };
  expect([await write(late, store), behindFirst]).toEqual([undefined, undefined]);
});

it.each([
  ['as many', 1],
  ['more', 2],
])(
  'a store that lost %s writes of another process after the look is noticed before the request leaves, and later',
  async (_, lost) => {
    const { store, processOn } = scene();
    const [one, two] = [processOn(store), processOn(store)];
    await write(await one.find('write'), store);
    const looked = await two.find('write');
    const behind = await store.readGeneration(generationKey);
    for (let n = 0; n < lost; n += 1) await write(await one.find('write'), store);
    await store.update(generationKey, () => ({ record: behind, result: undefined }));
    const refusal = {
      name: 'WriteRefusedError',
      reason: expect.stringMatching(/has lost (its last )?writes/),
    };
    expect(await write(looked, store)).toMatchObject(refusal);
    // Taking the record back is a write too.
    for (let n = 0; n < 3; n += 1) await write(looked, store);
    for (const journal of [one, two, processOn(store)]) {
      expect((await journal.status()).refusal).toMatchObject(refusal);
    }
    await one.useJournal();
    expect(await write(await processOn(store).find('write'), store)).toBeUndefined();
  },
);

it.each([
  ['is emptied', undefined, 'there is no journal here'],
  ['is replaced', { id: 'other', writes: 9 }, 'not the journal that your orders were recorded in'],
])('a store that %s while a write is remembered is refused until it is back', async (_, instead, reason) => {
  const { store, processOn } = scene();
  const [slow, fast] = [processOn(store), processOn(store)];
  const looked = await slow.find('write');
  let backup: Generation | undefined;
  const late: JournalAccess = {
    ...looked,
    async onWritten(generation) {
      await write(await fast.find('write'), store);
      backup = await store.readGeneration(generationKey);
      await store.update(generationKey, () => ({ record: instead, result: undefined }));
      return await looked.onWritten?.(generation);
    },
  };
  expect(await write(late, store)).toMatchObject({ reason: expect.stringContaining(reason) });
  expect((await processOn(store).status()).refusal?.reason).toContain(reason);
  await store.update(generationKey, () => ({ record: backup, result: undefined }));
  expect(await write(await processOn(store).find('write'), store)).toBeUndefined();
});

it('a token that went to another account after the look sends nothing for the one before', async () => {
  const { store, processOn } = scene();
  const unnamed = processOn(store);
  const looked = await unnamed.find('write');
  await processOn(store, 'shop-b').addAccount('shop-b');
  expect(await write(looked, store)).toMatchObject({
    name: 'WriteRefusedError',
    reason: expect.stringContaining('given to another account'),
  });
  const again = await unnamed.find('write');
  expect(again.namespace).not.toBe(looked.namespace);
  expect(await write(again, store)).toBeUndefined();
});

it('a lost write of this user is noticed although another user has written since', async () => {
  const { store, processOn } = scene();
  const [mine, other] = [processOn(store), processOn(store, undefined, createMemoryStore())];
  await write(await other.find('write'), store);
  await write(await mine.find('write'), store);
  const behind = await store.readGeneration(generationKey);
  const looked = await mine.find('write');
  await write(looked, store);
  await store.update(generationKey, () => ({ record: behind, result: undefined }));
  for (let n = 0; n < 3; n += 1) expect(await write(await other.find('write'), store)).toBeUndefined();
  await expect(write(await mine.find('write'), store)).rejects.toThrow('are not the expected ones');
  const later = processOn(store);
  expect((await later.status()).refusal?.reason).toMatch(/others took their place/);
  await later.useJournal();
  for (let n = 0; n < 2; n += 1)
    expect(await write(await processOn(store).find('write'), store)).toBeUndefined();
});

it.each([
  ['has none', null],
  ['cannot write it', { ...createMemoryStore(), update: () => Promise.reject(new Error('full')) }],
])('a user who keeps no file, because it %s, is a writer as long as the process runs', async (_, file) => {
  const { store, processOn } = scene();
  const journal = processOn(store, undefined, file);
  for (let n = 0; n < 3; n += 1) expect(await write(await journal.find('write'), store)).toBeUndefined();
  const { lastWrites = {} } = (await store.readGeneration(generationKey)) ?? {};
  expect(Object.values(lastWrites)).toHaveLength(1);
});
