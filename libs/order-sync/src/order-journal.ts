import { randomUUID } from 'node:crypto';
import type { OrdersError } from '@wemasy-orders/client';
import { sleep } from '@wemasy-orders/state';
import { JournalUnavailableError, WriteRefusedError } from './errors.js';
import type { JournalAccess } from './journal-access.js';
import {
  type AttemptResult,
  type Changed,
  createJournalWriter,
  type JournalView,
  type JournalWriterOptions,
  type UnwrittenResult,
} from './journal-writer.js';
import type { JournalEvent, Outcome } from './journal.js';
import { isGone } from './process-identity.js';
import type { Attempt, RecordedCaller, SendingAttempt, Verdict } from './record.js';
import { recordable } from './recordable.js';

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

export interface OrderJournalOptions extends JournalWriterOptions {
  /** How long a sender may work on an attempt, in ms. */
  readonly leaseMs: number;
  readonly me: RecordedCaller;
}

/** A journal that takes longer than this to begin an attempt would leave too little of its lease. */
const slowestBeginMs = 5_000;
/** Waits before a failed write is tried again while the caller waits. */
const retriesMs = [100, 400, 1_500] as const;

/** An attempt that this sender is working on. */
interface InFlight {
  readonly access: JournalAccess;
  /** The attempts before it, as they were when it began. */
  readonly earlier: readonly Attempt[];
}

export function createOrderJournal(options: OrderJournalOptions): OrderJournal {
  const { clock, leaseMs, me } = options;
  const writer = createJournalWriter(options);
  /** By the attempt's id. */
  const inFlight = new Map<string, InFlight>();

  return {
    async checkWritable(orderId) {
      const { refusal, token } = await writer.find(orderId, 'write');
      if (refusal !== undefined) throw refusal;
      return { token };
    },
    async look(orderId) {
      const access = await writer.find(orderId, 'read');
      await writer.catchUpOn(orderId).catch((error: unknown) => {
        if (!(error instanceof WriteRefusedError)) throw error;
      });
      const settle = async (event: JournalEvent, view: Changed) => {
        if (!view.changed) return view;
        return access.guard === undefined ? view : await writer.write(access, orderId, event);
      };
      const look: JournalEvent = { type: 'look' };
      const view = await settle(look, await writer.preview(access, orderId, look));
      if (view.order.state !== 'sending') return view;
      const { id, by } = view.order.attempt;
      const isInFlight = by.instance === me.instance ? inFlight.has(id) : !isGone(by, view.bootId);
      if (isInFlight) return view;
      const abandon: JournalEvent = { type: 'abandon', id };
      return await settle(abandon, await writer.preview(access, orderId, abandon));
    },
    async begin(orderId, { resend, after }) {
      const access = await writer.find(orderId, 'write');
      await writer.catchUpOn(orderId);
      const id = randomUUID();
      const started = { monotonicMs: clock.monotonic(), wallMs: clock.now() };
      inFlight.set(id, { access, earlier: [] });
      let refusal: OrdersError | undefined;
      try {
        const { token } = access;
        const view = await writer.write(access, orderId, {
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
          await writer.writeResult(orderId, { event: { type: 'rollback', id }, access }, []);
        }
        inFlight.delete(id);
        throw error;
      }
    },
    async rollback(orderId, { id }) {
      const result: UnwrittenResult = { event: { type: 'rollback', id }, access: inFlight.get(id)?.access };
      const view = await writer.writeResult(orderId, result, retriesMs);
      inFlight.delete(id);
      return { written: view !== undefined };
    },
    async finish(orderId, attempt, outcome) {
      const { access, earlier = [] } = inFlight.get(attempt.id) ?? {};
      const event: AttemptResult = { type: 'finish', attempt, earlier, outcome: recordable(outcome) };
      const result: UnwrittenResult = { event, access };
      const view = await writer.writeResult(orderId, result, retriesMs);
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
      const access = await writer.find(orderId, 'write');
      await writer.catchUpOn(orderId);
      return await writer.write(access, orderId, { type: 'confirm', as: verdict, by: me });
    },
    async catchUp(longestMs) {
      const endsAt = clock.monotonic() + longestMs;
      for (const delayMs of delays()) {
        if ((await writer.catchUpOnAll()) || clock.monotonic() + delayMs > endsAt) return;
        await sleep(clock, delayMs);
      }
    },
  };
}

/** Waits between two tries while a process ends, in ms. */
function* delays(): Generator<number, void, undefined> {
  for (let delayMs = 50; ; delayMs = Math.min(delayMs * 2, 1_000)) yield delayMs;
}
