import { randomUUID } from 'node:crypto';
import type { OrdersError } from '@wemasy-orders/client';
import type { Generation, GenerationGuard, GuardedUpdate, ListableStore } from '@wemasy-orders/state';

/** What a store holds after a write. */
type Written = GuardedUpdate<unknown>['generation'];

/** The journal that a call uses, and whether it may write to it. */
export interface JournalAccess {
  /** Key prefix of the account's records. */
  readonly namespace: string;
  /** Why no order may be sent, if so. Reading still works. */
  readonly refusal?: OrdersError | undefined;
  /** The journal that every write expects; undefined where writing is refused, or nothing has begun. */
  readonly guard?: GenerationGuard | undefined;
  /** Identifies the sending token without revealing it. It is recorded with each attempt. */
  readonly token?: string | undefined;
  /**
   * Called with what the store holds after a write, before the request leaves.
   *
   * @returns why the journal is not the right one after all
   */
  readonly onWritten?: ((generation: Written) => Promise<OrdersError | undefined>) | undefined;
  /** Turns a change that the store noticed into what the caller gets. */
  readonly onChanged?: ((found: Generation | undefined) => OrdersError) | undefined;
  /** Called when the API has accepted an order and that is recorded. */
  readonly onSynced?: (() => Promise<void>) | undefined;
}

/** Looks the journal up, before each use of it. Only a `write` begins a journal where there is none. */
export type FindJournal = (purpose: 'read' | 'write') => Promise<JournalAccess>;

/** What a journal needs of its store. */
export type JournalStore = Pick<ListableStore, 'update' | 'updateGuarded' | 'openGeneration'>;

/**
 * A journal at a fixed place. The first use remembers which one it is; when the store holds another one later, or one
 * that has lost writes, nothing more is sent.
 */
export function journalAt(store: JournalStore, namespace: string): FindJournal {
  const key = `${namespace}/journal`;
  let opening: Promise<unknown> | undefined;
  let expected: Written | undefined;
  const id = randomUUID();
  let lastWrite = 0;
  const remember = (generation: Written) => {
    if (expected === undefined || generation.writes > expected.writes) expected = generation;
  };
  return async () => {
    if (expected === undefined) {
      opening ??= store.openGeneration(key).then(remember);
      await opening.catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
    }
    return {
      namespace,
      guard: expected === undefined ? undefined : { key, expected, writer: { id, lastWrite } },
      async onWritten(generation) {
        remember(generation);
        lastWrite = Math.max(lastWrite, generation.writes);
        return undefined;
      },
    };
  };
}
