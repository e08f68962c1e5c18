import { randomUUID } from 'node:crypto';
import type { Clock, StateStore } from '@wemasy-orders/state';
import { JournalUnavailableError } from './errors/journal-unavailable-error.js';
import { JournalUnreadableError } from './errors/journal-unreadable-error.js';
import {
  type Ending,
  type JournalEvent,
  reduceStored,
  type Retention,
  type Standing,
  standingOf,
} from './journal.js';
import { isGone } from './process-identity.js';
import type { Attempt, RecordedCaller, SendingAttempt, Verdict } from './record.js';
import { sleep } from './sleep.js';
import { tell } from './tell.js';

/** What the journal says of an order at one moment. */
export interface JournalView {
  readonly standing: Standing;
  /** Oldest first. */
  readonly attempts: readonly Attempt[];
  /** Whether the event that led here was allowed. */
  readonly accepted: boolean;
  /** Names this machine's present boot, where the store knows it. */
  readonly bootId: string | undefined;
}

/** Something known about an attempt could not be written. */
export interface JournalFault {
  readonly orderId: number;
  readonly attemptId: string;
  /** What could not be written; `not_sent`: the request that was announced had no effect. */
  readonly outcome: Ending['state'] | 'not_sent';
  readonly cause: unknown;
}

/** Thrown instead of announcing: the order is not as the sender knew it. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
  readonly view: JournalView;

  constructor(view: JournalView) {
    super('The order changed in the journal meanwhile.');
    this.view = view;
  }
}

/** The journal of one account's orders, as one sender keeps it. */
export interface OrderJournal {
  /**
   * Reads what is known of an order. An attempt whose sender is gone is settled as unknown on the way.
   *
   * @throws {JournalUnreadableError} when there is a record and it cannot be read
   * @throws {JournalUnavailableError} when the store fails
   */
  look(orderId: number): Promise<JournalView>;
  /**
   * Writes durably that a request is about to leave.
   *
   * @param after the last attempt that the sender knows of
   * @throws {Overtaken} when somebody else did something about the order in the meantime
   * @throws {JournalUnreadableError} as `look` does
   * @throws {JournalUnavailableError} when it could not be written, or so late that it would not last
   */
  announce(
    orderId: number,
    request: { readonly resend: boolean; readonly after: string | undefined },
  ): Promise<SendingAttempt>;
  /** The announced request had no effect. Never rejects. */
  takeBack(orderId: number, attempt: SendingAttempt): Promise<void>;
  /**
   * Writes durably what came of a request. Never rejects: what cannot be written now is written with the next event of
   * the same order, if this sender lives to see it.
   */
  conclude(
    orderId: number,
    attempt: SendingAttempt,
    ending: Ending,
  ): Promise<{ readonly written: boolean; readonly at: string }>;
  /** As `look`; a human's word is recorded durably, if there is anything that it can be about. */
  confirm(orderId: number, verdict: Verdict): Promise<JournalView>;
  /** Tries once more to write what could not be written. Never rejects. */
  catchUp(): Promise<void>;
}

export interface OrderJournalOptions {
  readonly store: StateStore;
  readonly namespace: string;
  readonly clock: Clock;
  readonly retention: Retention;
  /** How long a sender is believed to be at work on an attempt, in ms. */
  readonly leaseMs: number;
  readonly me: RecordedCaller;
  readonly onFault: ((fault: JournalFault) => void) | undefined;
}

/** A journal that takes longer than this to announce would leave too little of the lease. */
const slowestAnnouncementMs = 5_000;
/** Waits before what could not be written is tried again. */
const retriesMs = [100, 400, 1_500] as const;

type Late = JournalEvent & { readonly type: 'end' | 'take_back' };

export function createOrderJournal(options: OrderJournalOptions): OrderJournal {
  const { store, namespace, clock, retention, leaseMs, me, onFault } = options;
  /** Attempts that this sender is working on. */
  const inFlight = new Set<string>();
  /** What could not be written yet, by order. */
  const late = new Map<number, Late>();

  /**
   * Lets an event happen to an order's record. What is written is durable, always; a store that cannot promise that
   * rejects.
   */
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
          // An accepted event is written again even if it changes nothing: the last time it may have failed halfway.
          const isNew = writes && (reduced.accepted || reduced.changed);
          return {
            record: isNew ? (attempts.length === 0 ? undefined : reduced.record) : asFound(stored),
            result: {
              standing: standingOf(attempts),
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

  async function catchUpOn(orderId: number): Promise<void> {
    const event = late.get(orderId);
    if (event === undefined) return;
    await write(orderId, event);
    if (late.get(orderId) === event) late.delete(orderId);
  }

  const write = (orderId: number, event: JournalEvent) => update(orderId, event, { writes: true });

  /** Writes now, a little later, or with the next event of the order. */
  async function writeSurely(
    orderId: number,
    event: Late,
    waitsMs: readonly number[],
  ): Promise<JournalView | undefined> {
    for (let retries = 0; ; retries += 1) {
      try {
        return await write(orderId, event);
      } catch (error) {
        const waitMs = waitsMs[retries];
        if (waitMs === undefined) {
          late.set(orderId, event);
          const [attemptId, outcome] =
            event.type === 'end' ? [event.attempt.id, event.ending.state] : [event.id, 'not_sent' as const];
          // The wrapper says that nothing was sent, which is true of announcements only.
          const cause = error instanceof JournalUnavailableError ? error.cause : error;
          tell(onFault, { orderId, attemptId, outcome, cause });
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
      if (view.standing.state !== 'sending') return view;
      const { id, by } = view.standing.attempt;
      const atWork = by.instance === me.instance ? inFlight.has(id) : !isGone(by, view.bootId);
      return atWork ? view : await write(orderId, { type: 'abandon', id });
    },
    async announce(orderId, { resend, after }) {
      await catchUpOn(orderId);
      const id = randomUUID();
      const started = { monotonicMs: clock.monotonic(), wallMs: clock.now() };
      inFlight.add(id);
      try {
        const view = await write(orderId, { type: 'begin', id, by: me, resend, leaseMs, after });
        if (!view.accepted) throw new Overtaken(view);
        // The wall clock notices a machine that slept, the other one a clock that was set.
        const tookMs = Math.max(clock.monotonic() - started.monotonicMs, clock.now() - started.wallMs);
        if (tookMs > slowestAnnouncementMs) {
          throw new JournalUnavailableError(orderId, undefined, `writing took ${Math.round(tookMs)} ms`);
        }
        if (view.standing.state !== 'sending') throw new TypeError('unreachable: a begun attempt is sending');
        return view.standing.attempt;
      } catch (error) {
        // A store that fails may have written all the same.
        if (error instanceof JournalUnavailableError)
          await writeSurely(orderId, { type: 'take_back', id }, []);
        inFlight.delete(id);
        throw error;
      }
    },
    async takeBack(orderId, { id }) {
      await writeSurely(orderId, { type: 'take_back', id }, retriesMs);
      inFlight.delete(id);
    },
    async conclude(orderId, attempt, ending) {
      const view = await writeSurely(orderId, { type: 'end', attempt, ending }, retriesMs);
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
      await Promise.allSettled([...late.keys()].map(catchUpOn));
    },
  };
}

/** A record that was read is an object, or it would have been unreadable. */
function asFound(stored: unknown): object | undefined {
  return typeof stored === 'object' && stored !== null ? stored : undefined;
}
