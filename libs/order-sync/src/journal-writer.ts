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
import { asFound, type Attempt } from './record.js';

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

export interface Changed extends JournalView {
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

/** What the sender knows about its own attempt. */
export type AttemptResult = JournalEvent & { readonly type: 'finish' | 'rollback' };

export interface UnwrittenResult {
  readonly event: AttemptResult;
  /** Undefined where the journal has to be looked up again. */
  access: JournalAccess | undefined;
}

export interface JournalWriterOptions {
  readonly store: JournalStore;
  readonly findJournal: FindJournal;
  readonly clock: Clock;
  readonly retention: Retention;
  readonly onWarning: ((warning: JournalWarning) => void) | undefined;
}

/** Applies events to the journal of one account, and keeps the results that could not be written yet. */
export interface JournalWriter {
  /** @throws {JournalUnavailableError} when the store fails */
  find(orderId: number, purpose: 'read' | 'write'): Promise<JournalAccess>;
  /** What the event would lead to; nothing is written. */
  preview(access: JournalAccess, orderId: number, event: JournalEvent): Promise<Changed>;
  /**
   * Writes durably, if the journal is still the one that is expected.
   *
   * @returns with `refusal`: why it is not the right one after all
   */
  write(access: JournalAccess, orderId: number, event: JournalEvent): Promise<Written>;
  /**
   * Writes what is known about an attempt, now or, after these waits, in the background. Never rejects.
   *
   * @returns undefined where it is not written yet
   */
  writeResult(
    orderId: number,
    result: UnwrittenResult,
    waitsMs: readonly number[],
  ): Promise<JournalView | undefined>;
  /**
   * Writes the result of an order that could not be written, if there is one.
   *
   * @throws {WriteRefusedError} when what is known about the order belongs to a journal that is gone
   * @throws {JournalUnavailableError} when it still cannot be written
   */
  catchUpOn(orderId: number): Promise<void>;
  /** @returns whether all results are written */
  catchUpOnAll(): Promise<boolean>;
}

/** First and longest wait between two tries in the background, in ms. */
const backgroundMs = { first: 500, longest: 10_000 } as const;

export function createJournalWriter(options: JournalWriterOptions): JournalWriter {
  const { store, clock, retention, onWarning } = options;
  /** Results that could not be written yet, by order. */
  const unwritten = new Map<number, UnwrittenResult>();
  let isRetrying = false;

  async function find(orderId: number, purpose: 'read' | 'write'): Promise<JournalAccess> {
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

  async function preview(access: JournalAccess, orderId: number, event: JournalEvent): Promise<Changed> {
    try {
      return await store.update(keyOf(access, orderId), updaterOf(orderId, event, false));
    } catch (error) {
      throw error instanceof JournalUnreadableError ? error : new JournalUnavailableError(orderId, error);
    }
  }

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
    const access = (result.access ??= await find(orderId, 'write'));
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

  async function catchUpOn(orderId: number): Promise<void> {
    const result = unwritten.get(orderId);
    if (result === undefined) return;
    await writeOnce(result, orderId).catch((error: unknown) => {
      if (error instanceof WriteRefusedError) throw error;
      throw new JournalUnavailableError(orderId, error, 'an earlier outcome could not be recorded yet');
    });
    if (unwritten.get(orderId) === result) unwritten.delete(orderId);
  }

  async function catchUpOnAll(): Promise<boolean> {
    await Promise.allSettled([...unwritten.keys()].map(catchUpOn));
    return unwritten.size === 0;
  }

  function retryInBackground(delayMs: number): void {
    if (isRetrying) return;
    isRetrying = true;
    clock.setTimer(() => {
      void catchUpOnAll().then((isDone) => {
        isRetrying = false;
        if (!isDone) retryInBackground(Math.min(delayMs * 2, backgroundMs.longest));
      });
    }, delayMs);
  }

  return { find, preview, write, writeResult, catchUpOn, catchUpOnAll };
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

function warningOf(orderId: number, event: AttemptResult, error: unknown): JournalWarning {
  // `JournalUnavailableError` says that nothing was sent, which does not hold here.
  const cause = error instanceof JournalUnavailableError ? error.cause : error;
  return event.type === 'finish'
    ? { orderId, attemptId: event.attempt.id, outcome: event.outcome.state, cause }
    : { orderId, attemptId: event.id, outcome: 'not_sent', cause };
}
