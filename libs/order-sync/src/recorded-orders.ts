import type { ListableStore } from '@wemasy-orders/state';

/**
 * Ids of the orders that the journal has a record of, smallest first: every order that was sent from here, or may have
 * been. What became of each is in its `history`.
 *
 * @param namespace that of the account, as `createOrderSync` takes it
 */
export async function recordedOrders(
  store: Pick<ListableStore, 'keys'>,
  namespace: string,
): Promise<number[]> {
  const prefix = `${namespace}/order`;
  const ids = (await store.keys(prefix)).map((key) => Number(key.slice(prefix.length + 1)));
  return ids.filter((id) => Number.isSafeInteger(id) && id >= 1).sort((a, b) => a - b);
}
