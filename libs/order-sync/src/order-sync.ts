import { randomUUID } from 'node:crypto';
import {
  CancelledError,
  ConnectionError,
  InvalidArgumentsError,
  isOrdersError,
  type OrdersClient,
  type OrdersError,
  OutcomeUnknownError,
  RateLimitedError,
  type SyncOrderResponse,
} from '@wemasy-orders/client';
import { type Clock, type StateStore, systemClock } from '@wemasy-orders/state';
import { AlreadySyncedError } from './errors/already-synced-error.js';
import { NothingToConfirmError } from './errors/nothing-to-confirm-error.js';
import { RejectedElsewhereError } from './errors/rejected-elsewhere-error.js';
import { SyncOutcomeUnknownError } from './errors/sync-outcome-unknown-error.js';
import { type Ending, type Retention, type Standing, verdictOn } from './journal.js';
import { lookUpOrder, type OrderLookup } from './look-up-order.js';
import { createOrderJournal, type JournalFault, type JournalView, Overtaken } from './order-journal.js';
import { type ProcessIdentity, thisProcess } from './process-identity.js';
import type { Attempt, Caller, EndedAttempt, SendingAttempt, Verdict } from './record.js';
import { type Course, type SharedSync, startSharedSync } from './shared-sync.js';
import { sleep } from './sleep.js';

export interface OrderSyncOptions {
  readonly client: Pick<OrdersClient, 'sync' | 'list'>;
  /** Whoever may send orders of this account must share it. */
  readonly store: StateStore;
  /** Key prefix of the account's records, see `accountNamespace` of `@wemasy-orders/state`. */
  readonly namespace: string;
  /** The program that this is part of, for the journal. */
  readonly caller: Caller;
  readonly clock?: Clock | undefined;
  /**
   * The client's deadline of one request, in ms; default 30000. Others believe that much and a little more that this
   * process is at work on an order; a shorter value makes them call an outcome unknown too early.
   */
  readonly requestTimeoutMs?: number | undefined;
  /** What the journal may forget; default: all but the newest 20 attempts of known outcome. */
  readonly retention?: Retention | undefined;
  /**
   * Told when an outcome that is known here could not be written: others will call it unknown. What it throws is ignored.
   */
  readonly onJournalFault?: ((fault: JournalFault) => void) | undefined;
  /** Default: this one. */
  readonly process?: ProcessIdentity | undefined;
}

export interface SyncOptions {
  /** Send the order although it was sent before, or may have been. */
  readonly resend?: boolean | undefined;
  /** Cancels as long as nothing was sent; after that the outcome is waited for. */
  readonly signal?: AbortSignal | undefined;
  /** Longest wait for budget in ms; default: the client's. */
  readonly maxWaitMs?: number | undefined;
  /** Called when the call has to wait for budget; what it throws is ignored. */
  readonly onWait?: ((wait: { readonly expectedWaitMs: number }) => void) | undefined;
  /** A `background` call leaves room for interactive ones; default `interactive`. */
  readonly priority?: 'interactive' | 'background' | undefined;
}

/** The order is in bookkeeping, as the API said. */
export interface SyncedOrder {
  readonly orderId: number;
  /** What the API wrote: untrusted text. */
  readonly message: string;
  /** ISO 8601 in UTC. */
  readonly syncedAt: string;
  /** False when the journal could not be written afterwards; it will call the outcome unknown until it is confirmed. */
  readonly recorded: boolean;
}

/** What the journal knows of an order. */
export interface OrderHistory {
  readonly orderId: number;
  readonly state: Standing['state'];
  /** One for each request that may have left, oldest first. */
  readonly attempts: readonly Attempt[];
}

/** What can be found out about an order without sending it. Nothing is concluded from it. */
export interface OrderEvidence {
  readonly journal: OrderHistory;
  readonly api: OrderLookup;
}

export interface OrderSync {
  /**
   * Sends an order to bookkeeping, unless it was sent before. Calls for one order at the same time, in this process and
   * in others on the same store, send it once and share the outcome.
   *
   * @param orderId the order's `id`, not its order_number
   * @throws {AlreadySyncedError} when it is in bookkeeping already
   * @throws {SyncOutcomeUnknownError} when it was sent, now or earlier, and the outcome is not known
   * @throws {JournalUnreadableError} when what was recorded of it cannot be read
   * @throws {JournalUnavailableError} when the journal fails before anything was sent
   * @throws {RejectedElsewhereError} when another process sent it meanwhile and the API rejected it
   * @throws {OrdersError} the client's, when it certainly took no effect; `CancelledError` only when nothing was sent
   */
  sync(orderId: number, options?: SyncOptions): Promise<SyncedOrder>;
  /**
   * What the journal and the API say of an order now; for a human who has to find out what became of it.
   *
   * @throws {OrdersError} when the API cannot be asked
   */
  check(orderId: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<OrderEvidence>;
  /**
   * Records what a human found in bookkeeping about an order whose outcome is unknown; saying the other thing later
   * corrects it.
   *
   * @throws {NothingToConfirmError} when no attempt has an unknown outcome
   */
  confirm(orderId: number, verdict: Verdict): Promise<OrderHistory>;
  history(orderId: number): Promise<OrderHistory>;
  /**
   * Waits for the requests that are under way and for their outcomes to be written; a process calls it before it ends,
   * after it has cancelled what still waits. Never rejects.
   */
  settle(): Promise<void>;
}

/** Time for writing an outcome after a request's deadline, before others take the attempt for lost. */
const leaseMarginMs = 15_000;
/** First and longest wait between two looks at an order that another process sends. */
const pollMs = { first: 25, longest: 500 } as const;

/** Sends orders to bookkeeping once, and keeps account of it in a journal that processes share. */
export function createOrderSync(options: OrderSyncOptions): OrderSync {
  const { client, store, namespace, clock = systemClock } = options;
  const journal = createOrderJournal({
    store,
    namespace,
    clock,
    retention: options.retention ?? { attempts: 20 },
    leaseMs: (options.requestTimeoutMs ?? 30_000) + leaseMarginMs,
    me: { ...options.caller, ...(options.process ?? thisProcess()), instance: randomUUID() },
    onFault: options.onJournalFault,
  });
  /** Calls for one order share the work; those that say `resend` only with their like. */
  const running = new Map<string, SharedSync<SyncedOrder>>();

  function start(orderId: number, turn: Turn): SharedSync<SyncedOrder> {
    const key = keyOf(orderId, turn.resend);
    const shared = startSharedSync(orderId, clock, (course) => carryOut(orderId, turn, course));
    const forget = () => {
      if (running.get(key) === shared) running.delete(key);
    };
    running.set(key, shared);
    shared.result.then(forget, forget);
    return shared;
  }

  async function carryOut(orderId: number, turn: Turn, course: Course): Promise<SyncedOrder> {
    const startedAt = clock.monotonic();
    let view = await journal.look(orderId);
    for (;;) {
      if (view.standing.state === 'sending') {
        const { attempt } = view.standing;
        course.enter({ kind: 'elsewhere', attempt });
        view = await endOf(orderId, attempt, course.signal);
        const outcome = view.attempts.find(({ id }) => id === attempt.id);
        if (isOpen(outcome)) return handOver(orderId, outcome, view.standing, turn);
        course.enter({ kind: 'queued' });
        continue;
      }
      if (!turn.resend) refuseTwice(orderId, view.standing);
      const known = view.attempts;
      const waitedMs = clock.monotonic() - startedAt;
      const maxWaitMs = turn.maxWaitMs === undefined ? undefined : Math.max(0, turn.maxWaitMs - waitedMs);
      const done = await send(orderId, { ...turn, maxWaitMs, after: known.at(-1)?.id }, course);
      if (done.overtakenBy === undefined) return done.synced;
      // Somebody was faster; what became of that is this call's outcome too.
      view = done.overtakenBy;
      const last = view.attempts.at(-1);
      const fresh = last !== undefined && !known.some(({ id }) => id === last.id);
      if (fresh && last.state !== 'sending') return handOver(orderId, last, view.standing, turn);
    }
  }

  /** @returns the journal once the attempt has ended, or was taken back and counts as never made */
  async function endOf(orderId: number, { id }: SendingAttempt, signal: AbortSignal): Promise<JournalView> {
    for (let delayMs: number = pollMs.first; ; delayMs = Math.min(delayMs * 1.5, pollMs.longest)) {
      await sleep(clock, delayMs, signal);
      const view = await journal.look(orderId);
      const attempt = view.attempts.find((candidate) => candidate.id === id);
      if (attempt?.state !== 'sending') return view;
    }
  }

  async function send(
    orderId: number,
    { resend, maxWaitMs, priority, after }: Turn & { readonly after: string | undefined },
    course: Course,
  ): Promise<
    { readonly synced: SyncedOrder; readonly overtakenBy?: undefined } | { readonly overtakenBy: JournalView }
  > {
    /** What was announced and not taken back: from there on the request may have left. */
    const announced: { attempt?: SendingAttempt } = {};
    const takeBack = async () => {
      if (announced.attempt === undefined) return;
      await journal.takeBack(orderId, announced.attempt);
      delete announced.attempt;
      course.enter({ kind: 'queued' });
    };

    let answer: SyncOrderResponse;
    try {
      answer = await client.sync(orderId, {
        signal: course.signal,
        maxWaitMs,
        priority,
        onWait: ({ expectedWaitMs }) => {
          course.waitsForBudget(expectedWaitMs);
        },
        async beforeSend() {
          course.enter({ kind: 'sending' });
          announced.attempt = await journal.announce(orderId, { resend, after });
          return takeBack;
        },
      });
    } catch (error) {
      if (error instanceof Overtaken) {
        course.enter({ kind: 'queued' });
        return { overtakenBy: error.view };
      }
      const { attempt } = announced;
      if (attempt === undefined) throw error;
      if (!isOrdersError(error) || error.effect === 'unknown') {
        const cause = error instanceof OutcomeUnknownError ? error.cause : error;
        const reason = isOrdersError(cause)
          ? cause.message
          : 'The program failed while the request was under way.';
        const said = saying(cause);
        await journal.conclude(orderId, attempt, { state: 'unknown', reason, ...said });
        throw new SyncOutcomeUnknownError(orderId, 'now', { ...attempt, ...said }, cause);
      }
      if (error instanceof RateLimitedError || error instanceof ConnectionError) await takeBack();
      else await journal.conclude(orderId, attempt, rejection(error));
      throw error;
    }
    if (announced.attempt === undefined) throw new TypeError('The client sent a request unannounced');
    const { message = '' } = answer;
    const { written, at } = await journal.conclude(orderId, announced.attempt, { state: 'synced', message });
    return { synced: { orderId, message, syncedAt: at, recorded: written } };
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
          // The call that did the work may have had less patience than this one.
          const tooSoon =
            error instanceof RateLimitedError && error.retryAfterSeconds * 1000 <= (leftMs() ?? 0);
          if (!tooSoon) throw error;
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
      if (!view.accepted) throw new NothingToConfirmError(orderId, view.standing.state);
      return historyOf(orderId, view);
    },
    async settle() {
      for (;;) {
        const sending = [...running.values()].filter((shared) => shared.phase().kind === 'sending');
        if (sending.length === 0) break;
        await Promise.allSettled(sending.map(({ result }) => result));
      }
      await journal.catchUp();
    },
  };
}

/** One call's way of sending. */
interface Turn {
  readonly resend: boolean;
  readonly maxWaitMs: number | undefined;
  readonly priority: SyncOptions['priority'];
}

function keyOf(orderId: number, resend: boolean): string {
  return `${orderId}/${resend ? 'resend' : 'once'}`;
}

function historyOf(orderId: number, { standing, attempts }: JournalView): OrderHistory {
  return { orderId, state: standing.state, attempts };
}

/** An id becomes part of a key and is sent as it is. */
function checkOrderId(orderId: number): void {
  if (Number.isSafeInteger(orderId) && orderId >= 1) return;
  throw new InvalidArgumentsError([{ argument: 'order_id', fault: 'must be a whole number from 1' }]);
}

function refuseTwice(orderId: number, standing: Standing): void {
  if (standing.state === 'synced') throw new AlreadySyncedError(orderId, standing.attempt);
  if (standing.state === 'unknown') throw new SyncOutcomeUnknownError(orderId, 'before', standing.attempt);
}

/** Whether an attempt has ended and nobody has said yet what to think of it. */
function isOpen(attempt: Attempt | undefined): attempt is EndedAttempt {
  return attempt !== undefined && attempt.state !== 'sending' && verdictOn(attempt) === undefined;
}

/** What another process's attempt, made while this call waited, means for this call. */
function handOver(
  orderId: number,
  attempt: EndedAttempt,
  standing: Standing,
  { resend }: Pick<Turn, 'resend'>,
): SyncedOrder {
  switch (attempt.state) {
    case 'synced':
      return { orderId, message: attempt.message, syncedAt: attempt.endedAt, recorded: true };
    case 'rejected':
      // What was rejected may have been a resend; an earlier attempt still stands.
      if (!resend) refuseTwice(orderId, standing);
      throw new RejectedElsewhereError(orderId, attempt);
    case 'unknown':
      throw new SyncOutcomeUnknownError(orderId, 'meanwhile', attempt);
  }
}

/** What the API decided against, as it is recorded. */
function rejection(error: OrdersError): Ending {
  return { state: 'rejected', code: error.code, reason: error.message, ...saying(error) };
}

/** What the API wrote, where the error has it. */
function saying(error: unknown): { readonly message?: string } {
  return isOrdersError(error) && error.apiMessage !== undefined ? { message: error.apiMessage } : {};
}
