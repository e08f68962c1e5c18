import { createMemoryStore, type ListableStore, systemClock } from '@wemasy-orders/state';
import { expect, it } from 'vitest';
import { type AccountJournal, createAccountJournal } from './account-journal.js';

const recorded = { record: { recorded: true }, result: undefined };

/** Writes into the journal as the sending of an order does. */
async function write(journal: AccountJournal, store: ListableStore): Promise<void> {
  const { namespace, guard, refusal, onWritten } = await journal.find('write');
  if (guard === undefined) throw refusal ?? new TypeError('the journal has begun');
  const { generation } = await store.updateGuarded(`${namespace}/order/1`, () => recorded, guard);
  await onWritten?.(generation);
}

it('a journal that another process writes to at the same moment is not taken for one that lost writes', async () => {
  const store = createMemoryStore();
  const anchorStore = createMemoryStore();
  let meanwhile = async (): Promise<void> => undefined;
  const journalOn = (on: ListableStore) =>
    createAccountJournal({
      store: on,
      anchorStore,
      baseUrl: 'https://api.example.com/api',
      accountName: undefined,
      token: 'token',
      clock: systemClock,
      acceptsVolatile: true,
      openFolder: () => undefined,
      onNotice: () => undefined,
    });
  const other = journalOn(store);
  await write(other, store);
  const slow = journalOn({
    ...store,
    async readGeneration(key) {
      const generation = await store.readGeneration(key);
      await meanwhile();
      return generation;
    },
  });
  meanwhile = () => write(other, store);
  expect((await slow.find('write')).refusal).toBeUndefined();
  meanwhile = async () => undefined;
  await write(slow, store);
});
