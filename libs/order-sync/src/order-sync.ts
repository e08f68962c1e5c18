import { randomUUID } from 'node:crypto';
import {
  CancelledError,
  InvalidArgumentsError,
  type OrderSender,
  type OrdersLister,
  RateLimitedError,
} from '@wemasy-orders/client';
import { type Clock, systemClock } from '@wemasy-orders/state';
import { InvalidConfirmationError } from './errors.js';
import type { Retention } from './journal.js';
import type { FindJournal, JournalStore } from './journal-access.js';
import { lookUpOrder } from './look-up-order.js';
import type { JournalView, JournalWarning } from './journal-writer.js';
import { createOrderJournal } from './order-journal.js';
import { type ProcessIdentity, thisProcess } from './process-identity.js';
import type { Caller } from './record.js';
import { type SharedSync, startSharedSync } from './shared-sync.js';
import { createSyncRun, type SyncRequest } from './sync-run.js';
import type { OrderHistory, OrderSync, SyncedOrder } from './types.js';

export interface OrderSyncOptions {
  readonly client: OrderSender & OrdersLister;
  /** Every process that may send orders of this account must share it. */
  readonly store: JournalStore;
  /** The journal of the account, e.g. `journalAt(store, namespace)`. */
  readonly journal: FindJournal;
  /** The program that this is part of, for the journal. */
  readonly caller: Caller;
  readonly clock?: Clock | undefined;
  /**
   * The client's deadline of one request, in ms; default 30000. Other processes expect an outcome within this time and
   * 15 s more; a shorter value makes them call it unknown too early.
   */
  readonly requestTimeoutMs?: number | undefined;
  /** What the journal keeps; default: the newest 20 attempts of known outcome. */
  readonly retention?: Retention | undefined;
  /**
   * Called when an outcome that is known here could not be written, so that others call it unknown. What it throws is
   * ignored.
   */
  readonly onJournalWarning?: ((warning: JournalWarning) => void) | undefined;
  /** Default: this one. */
  readonly process?: ProcessIdentity | undefined;
}

/** Time for writing an outcome after a request's deadline, before others take the attempt for lost. */
const leaseMarginMs = 15_000;

/** How long a process that ends tries to write outcomes that it could not write before. */
const longestSettleMs = 10_000;

/** Sends orders to bookkeeping once, and records every attempt in a journal that processes share. */
export function createOrderSync(options: OrderSyncOptions): OrderSync {
  const { client, store, clock = systemClock } = options;
  const journal = createOrderJournal({
    store,
    findJournal: options.journal,
    clock,
    retention: options.retention ?? { attempts: 20 },
    leaseMs: (options.requestTimeoutMs ?? 30_000) + leaseMarginMs,
    me: { ...options.caller, ...(options.process ?? thisProcess()), instance: randomUUID() },
    onWarning: options.onJournalWarning,
  });
  const run = createSyncRun({ client, journal, clock });
  /** Calls for one order share a run; those with `resend` share another one. */
  const running = new Map<string, SharedSync<SyncedOrder>>();

  function start(orderId: number, request: SyncRequest): SharedSync<SyncedOrder> {
    const key = keyOf(orderId, request.resend);
    const shared = startSharedSync(orderId, clock, (context) => run(orderId, request, context));
    const forget = () => {
      if (running.get(key) === shared) running.delete(key);
    };
    running.set(key, shared);
    shared.result.then(forget, forget);
    return shared;
  }

  async function history(orderId: number): Promise<OrderHistory> {
    checkOrderId(orderId);
    return historyOf(orderId, await journal.look(orderId));
  }

  return {
    history,
    async sync(orderId, { resend = false, signal, maxWaitMs, onWait, priority } = {}) {
      checkOrderId(orderId);
      if (signal?.aborted) throw new CancelledError('none');
      const startedAt = clock.monotonic();
      const leftMs = () => maxWaitMs && Math.max(0, maxWaitMs - (clock.monotonic() - startedAt));
      for (;;) {
        const shared = running.get(keyOf(orderId, resend));
        if (shared === undefined || shared.abandoned()) {
          return await start(orderId, { resend, priority, maxWaitMs: leftMs() }).join({ signal, onWait });
        }
        try {
          return await shared.join({ signal, onWait, maxWaitMs: leftMs() });
        } catch (error) {
          // The call that started the run may have accepted a shorter wait than this one.
          const canWait =
            error instanceof RateLimitedError && error.retryAfterSeconds * 1000 <= (leftMs() ?? 0);
          if (!canWait) throw error;
        }
      }
    },
    async check(orderId, { signal } = {}) {
      const known = await history(orderId);
      return { journal: known, api: await lookUpOrder(client, orderId, { signal, clock }) };
    },
    async confirm(orderId, verdict) {
      checkOrderId(orderId);
      const view = await journal.confirm(orderId, verdict);
      if (!view.accepted) throw new InvalidConfirmationError(orderId, view.order.state);
      return historyOf(orderId, view);
    },
    async settle() {
      for (;;) {
        const sending = [...running.values()].filter((shared) => shared.phase().kind === 'sending');
        if (sending.length === 0) break;
        await Promise.allSettled(sending.map(({ result }) => result));
      }
      await journal.catchUp(longestSettleMs);
    },
  };
}

function keyOf(orderId: number, resend: boolean): string {
  return `${orderId}/${resend ? 'resend' : 'once'}`;
}

function historyOf(orderId: number, { order, attempts }: JournalView): OrderHistory {
  return { orderId, state: order.state, attempts };
}

/** An id becomes part of a key and is sent unchanged. */
function checkOrderId(orderId: number): void {
  if (Number.isSafeInteger(orderId) && orderId >= 1) return;
  throw new InvalidArgumentsError([{ argument: 'order_id', fault: 'must be a whole number from 1' }]);
}
