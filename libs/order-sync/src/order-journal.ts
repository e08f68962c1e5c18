import { randomUUID } from 'node:crypto';
import { type Clock, notify, sleep, type StateStore } from '@wemasy-orders/state';
import { JournalUnavailableError, JournalUnreadableError } from './errors.js';
import { type JournalEvent, type Outcome, reduceStored, type Retention } from './journal.js';
import { type OrderState, orderStateOf } from './order-state.js';
import { isGone } from './process-identity.js';
import type { Attempt, RecordedCaller, SendingAttempt, Verdict } from './record.js';

/** What the journal says about an order at one moment. */
export interface JournalView {
  readonly order: OrderState;
  /** Oldest first. */
  readonly attempts: readonly Attempt[];
  /** Whether the event that led here was allowed. */
  readonly accepted: boolean;
  /** This machine's present boot, if the store names it. */
  readonly bootId: string | undefined;
}

/** What became of an attempt is known here and could not be written. */
export interface JournalWarning {
  readonly orderId: number;
  readonly attemptId: string;
  /** What could not be written; `not_sent`: the recorded request had no effect. */
  readonly outcome: Outcome['state'] | 'not_sent';
  readonly cause: unknown;
}

/** Thrown by `begin` when the order is no longer as the sender knew it. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
  readonly view: JournalView;

  constructor(view: JournalView) {
    super('Another process changed the order in the journal.');
    this.view = view;
  }
}

/** The journal of one account's orders, as one sender keeps it. */
export interface OrderJournal {
  /**
   * Reads an order. An attempt whose process is gone becomes `unknown` on the way.
   *
   * @throws {JournalUnreadableError} when there is a record and it cannot be read
   * @throws {JournalUnavailableError} when the store fails
   */
  look(orderId: number): Promise<JournalView>;
  /**
   * Records durably that a request is about to leave.
   *
   * @param after the last attempt that the sender knows of
   * @throws {ConflictError} when another process changed the order meanwhile
   * @throws {JournalUnreadableError} as `look` does
   * @throws {JournalUnavailableError} when it could not be written, or too late for its lease
   */
  begin(
    orderId: number,
    request: { readonly resend: boolean; readonly after: string | undefined },
  ): Promise<SendingAttempt>;
  /** Removes an attempt whose request had no effect. Never rejects. */
  rollback(orderId: number, attempt: SendingAttempt): Promise<void>;
  /**
   * Records durably what became of a request. Never rejects: what cannot be written now is written with the next event
   * of the same order, if this process is still running.
   */
  finish(
    orderId: number,
    attempt: SendingAttempt,
    outcome: Outcome,
  ): Promise<{ readonly written: boolean; readonly at: string }>;
  /** As `look`; records durably what a human confirmed, if an attempt can be confirmed. */
  confirm(orderId: number, verdict: Verdict): Promise<JournalView>;
  /** Tries once more to write what could not be written. Never rejects. */
  catchUp(): Promise<void>;
}

export interface OrderJournalOptions {
  readonly store: StateStore;
  readonly namespace: string;
  readonly clock: Clock;
  readonly retention: Retention;
  /** How long a sender may work on an attempt, in ms. */
  readonly leaseMs: number;
  readonly me: RecordedCaller;
  readonly onWarning: ((warning: JournalWarning) => void) | undefined;
}

/** A journal that takes longer than this to begin an attempt would leave too little of its lease. */
const slowestBeginMs = 5_000;
/** Waits before a failed write is tried again. */
const retriesMs = [100, 400, 1_500] as const;

/** What the sender knows about its own attempt. */
type Result = JournalEvent & { readonly type: 'finish' | 'rollback' };

export function createOrderJournal(options: OrderJournalOptions): OrderJournal {
  const { store, namespace, clock, retention, leaseMs, me, onWarning } = options;
  /** Attempts that this sender is working on. */
  const inFlight = new Set<string>();
  /** Results that could not be written yet, by order. */
  const unwritten = new Map<number, Result>();

  /** Applies an event to an order's record. Every write is durable; a store that cannot promise that rejects. */
  async function update(
    orderId: number,
    event: JournalEvent,
    { writes }: { readonly writes: boolean },
  ): Promise<JournalView & { readonly changed: boolean }> {
    try {
      return await store.update(
        `${namespace}/order/${orderId}`,
        (stored, time) => {
          const reduced = reduceStored(stored, orderId, event, time, retention);
          const { attempts } = reduced.record;
          // An accepted event is written even if it changes nothing: its last write may have failed halfway.
          const isNew = writes && (reduced.accepted || reduced.changed);
          return {
            record: isNew ? (attempts.length === 0 ? undefined : reduced.record) : asFound(stored),
            result: {
              order: orderStateOf(attempts),
              attempts,
              accepted: reduced.accepted,
              changed: reduced.changed,
              bootId: time.bootId,
            },
          };
        },
        { durable: writes },
      );
    } catch (error) {
      throw error instanceof JournalUnreadableError ? error : new JournalUnavailableError(orderId, error);
    }
  }

  const write = (orderId: number, event: JournalEvent) => update(orderId, event, { writes: true });

  async function catchUpOn(orderId: number): Promise<void> {
    const event = unwritten.get(orderId);
    if (event === undefined) return;
    await write(orderId, event);
    if (unwritten.get(orderId) === event) unwritten.delete(orderId);
  }

  /** Writes now, after a wait, or with the next event of the order. */
  async function writeResult(
    orderId: number,
    event: Result,
    waitsMs: readonly number[],
  ): Promise<JournalView | undefined> {
    for (let retries = 0; ; retries += 1) {
      try {
        return await write(orderId, event);
      } catch (error) {
        const waitMs = waitsMs[retries];
        if (waitMs === undefined) {
          unwritten.set(orderId, event);
          notify(onWarning, warningOf(orderId, event, error));
          return undefined;
        }
        await sleep(clock, waitMs);
      }
    }
  }

  return {
    async look(orderId) {
      await catchUpOn(orderId);
      const seen = await update(orderId, { type: 'look' }, { writes: false });
      const view = seen.changed ? await write(orderId, { type: 'look' }) : seen;
      if (view.order.state !== 'sending') return view;
      const { id, by } = view.order.attempt;
      const isInFlight = by.instance === me.instance ? inFlight.has(id) : !isGone(by, view.bootId);
      return isInFlight ? view : await write(orderId, { type: 'abandon', id });
    },
    async begin(orderId, { resend, after }) {
      await catchUpOn(orderId);
      const id = randomUUID();
      const started = { monotonicMs: clock.monotonic(), wallMs: clock.now() };
      inFlight.add(id);
      try {
        const view = await write(orderId, { type: 'begin', id, by: me, resend, leaseMs, after });
        if (!view.accepted) throw new ConflictError(view);
        // The wall clock notices a machine that slept, the monotonic one a clock that was set.
        const tookMs = Math.max(clock.monotonic() - started.monotonicMs, clock.now() - started.wallMs);
        if (tookMs > slowestBeginMs) {
          throw new JournalUnavailableError(orderId, undefined, `writing took ${Math.round(tookMs)} ms`);
        }
        if (view.order.state !== 'sending') throw new TypeError('unreachable: a begun attempt is sending');
        return view.order.attempt;
      } catch (error) {
        // A store that fails may have written all the same.
        if (error instanceof JournalUnavailableError)
          await writeResult(orderId, { type: 'rollback', id }, []);
        inFlight.delete(id);
        throw error;
      }
    },
    async rollback(orderId, { id }) {
      await writeResult(orderId, { type: 'rollback', id }, retriesMs);
      inFlight.delete(id);
    },
    async finish(orderId, attempt, outcome) {
      const view = await writeResult(orderId, { type: 'finish', attempt, outcome }, retriesMs);
      inFlight.delete(attempt.id);
      const recorded = view?.attempts.find(({ id }) => id === attempt.id);
      const at =
        recorded === undefined || recorded.state === 'sending'
          ? new Date(clock.now()).toISOString()
          : recorded.endedAt;
      return { written: view !== undefined, at };
    },
    async confirm(orderId, verdict) {
      await catchUpOn(orderId);
      return await write(orderId, { type: 'confirm', as: verdict, by: me });
    },
    async catchUp() {
      await Promise.allSettled([...unwritten.keys()].map(catchUpOn));
    },
  };
}

function warningOf(orderId: number, event: Result, error: unknown): JournalWarning {
  // `JournalUnavailableError` says that nothing was sent, which does not hold here.
  const cause = error instanceof JournalUnavailableError ? error.cause : error;
  return event.type === 'finish'
    ? { orderId, attemptId: event.attempt.id, outcome: event.outcome.state, cause }
    : { orderId, attemptId: event.id, outcome: 'not_sent', cause };
}

/** A record that could be read is an object. */
function asFound(stored: unknown): object | undefined {
  return typeof stored === 'object' && stored !== null ? stored : undefined;
}
