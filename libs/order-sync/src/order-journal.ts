import { randomUUID } from 'node:crypto';
import { isOrdersError, type OrdersError } from '@wemasy-orders/client';
import {
  type Clock,
  GenerationChangedError,
  NotDurableError,
  notify,
  NotReplicatedError,
  sleep,
  type Updater,
} from '@wemasy-orders/state';
import {
  JournalUnavailableError,
  JournalUnreadableError,
  notDurableRefusal,
  WriteRefusedError,
} from './errors.js';
import type { FindJournal, JournalAccess, JournalStore } from './journal-access.js';
import { type JournalEvent, type Outcome, reduceStored, type Retention } from './journal.js';
import { type OrderState, orderStateOf } from './order-state.js';
import { isGone } from './process-identity.js';
import { asFound, type Attempt, type RecordedCaller, type SendingAttempt, type Verdict } from './record.js';
import { recordable } from './recordable.js';

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

interface Changed extends JournalView {
  /** Whether the event, or the time, changed the record. */
  readonly changed: boolean;
}

interface Written extends JournalView {
  /** Why the journal that was written to is not the right one after all. */
  readonly refusal: OrdersError | undefined;
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
   * Checks that orders may be sent.
   *
   * @returns what names the token, see `JournalAccess`
   * @throws {WriteRefusedError} when a person has to decide first
   * @throws {JournalUnavailableError} when the store fails
   */
  checkWritable(orderId: number): Promise<{ readonly token: string | undefined }>;
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
   * @throws {WriteRefusedError} as `checkWritable` does
   * @throws {JournalUnreadableError} as `look` does
   * @throws {JournalUnavailableError} when it could not be written, or too late for its lease
   */
  begin(
    orderId: number,
    request: { readonly resend: boolean; readonly after: string | undefined },
  ): Promise<SendingAttempt>;
  /** Removes an attempt whose request had no effect. Never rejects, as `finish`. */
  rollback(orderId: number, attempt: SendingAttempt): Promise<{ readonly written: boolean }>;
  /**
   * Records the outcome of a request durably. Never rejects: what cannot be written now is tried again as long as this
   * process runs.
   */
  finish(
    orderId: number,
    attempt: SendingAttempt,
    outcome: Outcome,
  ): Promise<{ readonly written: boolean; readonly at: string }>;
  /** As `look`; records durably what a human confirmed, if an attempt can be confirmed. Throws as `begin` does. */
  confirm(orderId: number, verdict: Verdict): Promise<JournalView>;
  /** Writes what could not be written, until all of it is or `longestMs` have passed. Never rejects. */
  catchUp(longestMs: number): Promise<void>;
}

export interface OrderJournalOptions {
  readonly store: JournalStore;
  readonly findJournal: FindJournal;
  readonly clock: Clock;
  readonly retention: Retention;
  /** How long a sender may work on an attempt, in ms. */
  readonly leaseMs: number;
  readonly me: RecordedCaller;
  readonly onWarning: ((warning: JournalWarning) => void) | undefined;
}

/** A journal that takes longer than this to begin an attempt would leave too little of its lease. */
const slowestBeginMs = 5_000;
/** Waits before a failed write is tried again while the caller waits. */
const retriesMs = [100, 400, 1_500] as const;
/** First and longest wait between two tries in the background, in ms. */
const backgroundMs = { first: 500, longest: 10_000 } as const;

/** What the sender knows about its own attempt. */
type Result = JournalEvent & { readonly type: 'finish' | 'rollback' };

interface UnwrittenResult {
  readonly event: Result;
  /** Undefined where the journal has to be looked up again. */
  access: JournalAccess | undefined;
}

/** An attempt that this sender is working on. */
interface InFlight {
  readonly access: JournalAccess;
  /** The attempts before it, as they were when it began. */
  readonly earlier: readonly Attempt[];
}

export function createOrderJournal(options: OrderJournalOptions): OrderJournal {
  const { store, clock, retention, leaseMs, me, onWarning } = options;
  /** By the attempt's id. */
  const inFlight = new Map<string, InFlight>();
  /** Results that could not be written yet, by order. */
  const unwritten = new Map<number, UnwrittenResult>();
  let isRetrying = false;

  async function findJournal(orderId: number, purpose: 'read' | 'write'): Promise<JournalAccess> {
    try {
      return await options.findJournal(purpose);
    } catch (error) {
      throw isOrdersError(error) ? error : failureOf(orderId, error);
    }
  }

  /** Applies an event to the stored value, as an updater of the store. */
  function updaterOf(orderId: number, event: JournalEvent, writes: boolean): Updater<Changed> {
    return (stored, time) => {
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
    };
  }

  const keyOf = (access: JournalAccess, orderId: number) => `${access.namespace}/order/${orderId}`;

  /** What the event would lead to; nothing is written. */
  async function preview(access: JournalAccess, orderId: number, event: JournalEvent): Promise<Changed> {
    try {
      return await store.update(keyOf(access, orderId), updaterOf(orderId, event, false));
    } catch (error) {
      throw error instanceof JournalUnreadableError ? error : new JournalUnavailableError(orderId, error);
    }
  }

  /**
   * Writes durably, if the journal is still the one that is expected.
   *
   * @returns with `refusal`: why it is not the right one after all
   */
  async function write(access: JournalAccess, orderId: number, event: JournalEvent): Promise<Written> {
    const { guard, onWritten, onChanged } = access;
    if (access.refusal !== undefined) throw access.refusal;
    if (guard === undefined) throw new TypeError('unreachable: a journal that may be written to has a guard');
    try {
      const updater = updaterOf(orderId, event, true);
      const { result, generation, isUnchanged } = await store.updateGuarded(
        keyOf(access, orderId),
        updater,
        guard,
      );
      // The number of a write that another process made proves nothing.
      return { ...result, refusal: isUnchanged ? undefined : await onWritten?.(generation) };
    } catch (error) {
      if (error instanceof GenerationChangedError) throw onChanged?.(error.found) ?? changedMeanwhile(error);
      throw failureOf(orderId, error);
    }
  }

  /**
   * Writes what is known about an attempt. Where its journal is gone, what is there now keeps it as well, since it knows
   * more afterwards; but it is not recorded before its journal is back, or the user has decided for another one.
   */
  async function writeOnce(result: UnwrittenResult, orderId: number): Promise<JournalView> {
    const access = (result.access ??= await findJournal(orderId, 'write'));
    try {
      return await write(access, orderId, result.event);
    } catch (error) {
      if (error instanceof WriteRefusedError) {
        result.access = undefined;
        const updater = updaterOf(orderId, result.event, true);
        await store.update(keyOf(access, orderId), updater, { durable: true }).catch(() => undefined);
      }
      throw error;
    }
  }

  /** Writes now or, after a few tries, in the background. */
  async function writeResult(
    orderId: number,
    result: UnwrittenResult,
    waitsMs: readonly number[],
  ): Promise<JournalView | undefined> {
    for (let retries = 0; ; retries += 1) {
      try {
        return await writeOnce(result, orderId);
      } catch (error) {
        const waitMs = waitsMs[retries];
        if (waitMs === undefined) {
          unwritten.set(orderId, result);
          notify(onWarning, warningOf(orderId, result.event, error));
          retryInBackground(backgroundMs.first);
          return undefined;
        }
        await sleep(clock, waitMs);
      }
    }
  }

  /**
   * @throws {WriteRefusedError} when what is known about the order belongs to a journal that is gone
   * @throws {JournalUnavailableError} when it still cannot be written
   */
  async function catchUpOn(orderId: number): Promise<void> {
    const result = unwritten.get(orderId);
    if (result === undefined) return;
    await writeOnce(result, orderId).catch((error: unknown) => {
      if (error instanceof WriteRefusedError) throw error;
      throw new JournalUnavailableError(orderId, error, 'an earlier outcome could not be recorded yet');
    });
    if (unwritten.get(orderId) === result) unwritten.delete(orderId);
  }

  async function catchUpOnAll(): Promise<void> {
    await Promise.allSettled([...unwritten.keys()].map(catchUpOn));
  }

  function retryInBackground(delayMs: number): void {
    if (isRetrying) return;
    isRetrying = true;
    clock.setTimer(() => {
      void catchUpOnAll().then(() => {
        isRetrying = false;
        if (unwritten.size > 0) retryInBackground(Math.min(delayMs * 2, backgroundMs.longest));
      });
    }, delayMs);
  }

  return {
    async checkWritable(orderId) {
      const { refusal, token } = await findJournal(orderId, 'write');
      if (refusal !== undefined) throw refusal;
      return { token };
    },
    async look(orderId) {
      const access = await findJournal(orderId, 'read');
      await catchUpOn(orderId).catch((error: unknown) => {
        if (!(error instanceof WriteRefusedError)) throw error;
      });
      const settle = async (event: JournalEvent, view: Changed) => {
        if (!view.changed) return view;
        return access.guard === undefined ? view : await write(access, orderId, event);
      };
      const look: JournalEvent = { type: 'look' };
      const view = await settle(look, await preview(access, orderId, look));
      if (view.order.state !== 'sending') return view;
      const { id, by } = view.order.attempt;
      const isInFlight = by.instance === me.instance ? inFlight.has(id) : !isGone(by, view.bootId);
      if (isInFlight) return view;
      const abandon: JournalEvent = { type: 'abandon', id };
      return await settle(abandon, await preview(access, orderId, abandon));
    },
    async begin(orderId, { resend, after }) {
      const access = await findJournal(orderId, 'write');
      await catchUpOn(orderId);
      const id = randomUUID();
      const started = { monotonicMs: clock.monotonic(), wallMs: clock.now() };
      inFlight.set(id, { access, earlier: [] });
      let refusal: OrdersError | undefined;
      try {
        const { token } = access;
        const view = await write(access, orderId, {
          type: 'begin',
          id,
          by: me,
          token,
          resend,
          leaseMs,
          after,
        });
        if (!view.accepted) throw new ConflictError(view);
        ({ refusal } = view);
        if (refusal !== undefined) throw refusal;
        // The wall clock notices a machine that slept, the monotonic one a clock that was set.
        const tookMs = Math.max(clock.monotonic() - started.monotonicMs, clock.now() - started.wallMs);
        if (tookMs > slowestBeginMs) {
          throw new JournalUnavailableError(orderId, undefined, `writing took ${Math.round(tookMs)} ms`);
        }
        if (view.order.state !== 'sending') throw new TypeError('unreachable: a begun attempt is sending');
        inFlight.set(id, { access, earlier: view.attempts.filter((attempt) => attempt.id !== id) });
        return view.order.attempt;
      } catch (error) {
        // A store that fails may have written all the same.
        if (error instanceof JournalUnavailableError || error === refusal) {
          await writeResult(orderId, { event: { type: 'rollback', id }, access }, []);
        }
        inFlight.delete(id);
        throw error;
      }
    },
    async rollback(orderId, { id }) {
      const result: UnwrittenResult = { event: { type: 'rollback', id }, access: inFlight.get(id)?.access };
      const view = await writeResult(orderId, result, retriesMs);
      inFlight.delete(id);
      return { written: view !== undefined };
    },
    async finish(orderId, attempt, outcome) {
      const { access, earlier = [] } = inFlight.get(attempt.id) ?? {};
      const event: Result = { type: 'finish', attempt, earlier, outcome: recordable(outcome) };
      const result: UnwrittenResult = { event, access };
      const view = await writeResult(orderId, result, retriesMs);
      inFlight.delete(attempt.id);
      if (view !== undefined && outcome.state === 'synced') {
        // If it fails, the next order records the same.
        await result.access?.onSynced?.().catch(() => undefined);
      }
      const recorded = view?.attempts.find(({ id }) => id === attempt.id);
      const at =
        recorded === undefined || recorded.state === 'sending'
          ? new Date(clock.now()).toISOString()
          : recorded.endedAt;
      return { written: view !== undefined, at };
    },
    async confirm(orderId, verdict) {
      const access = await findJournal(orderId, 'write');
      await catchUpOn(orderId);
      return await write(access, orderId, { type: 'confirm', as: verdict, by: me });
    },
    async catchUp(longestMs) {
      const endsAt = clock.monotonic() + longestMs;
      for (const delayMs of delays()) {
        await catchUpOnAll();
        if (unwritten.size === 0 || clock.monotonic() + delayMs > endsAt) return;
        await sleep(clock, delayMs);
      }
    },
  };
}

/** Waits between two tries while a process ends, in ms. */
function* delays(): Generator<number, void, undefined> {
  for (let delayMs = 50; ; delayMs = Math.min(delayMs * 2, 1_000)) yield delayMs;
}

/** What a failed write means for the caller. */
function failureOf(orderId: number, error: unknown): Error {
  if (error instanceof JournalUnreadableError) return error;
  if (error instanceof NotDurableError) return notDurableRefusal(error);
  const detail = error instanceof NotReplicatedError ? 'no replica confirmed the write' : undefined;
  return new JournalUnavailableError(orderId, error, detail);
}

function changedMeanwhile({ expected, found }: GenerationChangedError): WriteRefusedError {
  return new WriteRefusedError(
    'The journal is not the one that this process used before; nothing was sent.',
    [
      `Expected: ${expected.id} with ${expected.writes} writes.`,
      `Found: ${found === undefined ? 'none' : `${found.id} with ${found.writes} writes`}.`,
      'Find out what happened to the state before you send orders again.',
    ],
  );
}

function warningOf(orderId: number, event: Result, error: unknown): JournalWarning {
  // `JournalUnavailableError` says that nothing was sent, which does not hold here.
  const cause = error instanceof JournalUnavailableError ? error.cause : error;
  return event.type === 'finish'
    ? { orderId, attemptId: event.attempt.id, outcome: event.outcome.state, cause }
    : { orderId, attemptId: event.id, outcome: 'not_sent', cause };
}
