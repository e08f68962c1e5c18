import type { GenerationGuard, ListableStore } from '@wemasy-orders/state';
import { emptyRecord } from './journal.js';
import { asFound, parseRecord } from './record.js';
import { recordedOrders } from './recorded-orders.js';

export interface MoveAttemptsOptions {
  /** Key prefix of the account that the attempts leave, and of the one that they go to. */
  readonly from: string;
  readonly to: string;
  /** Names the token that made them. */
  readonly token: string;
  readonly guard: GenerationGuard;
}

/**
 * Moves all attempts that were made with a token to another account's journal. An attempt is added there before it is
 * removed here, so that none is ever missing; if it is interrupted, it can run again. Records that cannot be read stay.
 *
 * @throws {JournalUnavailableError} when the store fails
 */
export async function moveAttempts(
  store: Pick<ListableStore, 'keys' | 'healthCheck' | 'updateGuarded' | 'update'>,
  { from, to, token, guard }: MoveAttemptsOptions,
): Promise<void> {
  for (const orderId of await recordedOrders(store, from)) {
    const read = (stored: unknown) => parseRecord(stored, orderId).record;
    const key = `${from}/order/${orderId}`;
    const moving = await store.update(key, (stored) => ({
      record: asFound(stored),
      result: read(stored)?.attempts.filter((attempt) => attempt.token === token) ?? [],
    }));
    if (moving.length === 0) continue;
    const { result: isAdded } = await store.updateGuarded(
      `${to}/order/${orderId}`,
      (stored) => {
        const record = stored === undefined ? emptyRecord(orderId) : read(stored);
        if (record === undefined) return { record: asFound(stored), result: false };
        const known = new Set(record.attempts.map(({ id }) => id));
        const attempts = [...record.attempts, ...moving.filter(({ id }) => !known.has(id))];
        attempts.sort((a, b) => a.startedAt.localeCompare(b.startedAt));
        return { record: { ...record, attempts }, result: true };
      },
      guard,
    );
    if (!isAdded) continue;
    await store.updateGuarded(
      key,
      (stored) => {
        const record = read(stored);
        // Another process moved or damaged it meanwhile.
        if (record === undefined) return { record: asFound(stored), result: undefined };
        const moved = new Set(moving.map(({ id }) => id));
        const attempts = record.attempts.filter(({ id }) => !moved.has(id));
        return { record: attempts.length === 0 ? undefined : { ...record, attempts }, result: undefined };
      },
      guard,
    );
  }
}
