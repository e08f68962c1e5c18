import type { ListableStore } from '@wemasy-orders/state';
import { JournalUnavailableError } from './errors.js';

/**
 * Ids of the orders that have a record, smallest first: every order that was sent, or may have been, by the processes
 * that share the journal. `history` says the outcome of each.
 *
 * @param namespace that of the account, as `createOrderSync` takes it
 * @throws {JournalUnavailableError} when the store fails, or is empty because it cannot be used
 */
export async function recordedOrders(
  store: Pick<ListableStore, 'keys' | 'healthCheck'>,
  namespace: string,
): Promise<number[]> {
  const prefix = `${namespace}/order`;
  const keys = await store.keys(prefix).catch((error: unknown) => {
    throw new JournalUnavailableError(undefined, error);
  });
  const fault = keys.length === 0 ? await store.healthCheck() : undefined;
  if (fault !== undefined) throw new JournalUnavailableError(undefined, undefined, fault);
  const ids = keys.map((key) => Number(key.slice(prefix.length + 1)));
  return ids.filter((id) => Number.isSafeInteger(id) && id >= 1).sort((a, b) => a - b);
}
