import {
  CancelledError,
  ConnectionError,
  isOrdersError,
  type OrderSender,
  type OrdersError,
  OutcomeUnknownError,
  RateLimitedError,
  type SyncOrderResponse,
} from '@wemasy-orders/client';
import { type Clock, sleep } from '@wemasy-orders/state';
import {
  AlreadySyncedError,
  RejectedByOtherProcessError,
  OutcomeNotRecordedError,
  SyncOutcomeUnknownError,
} from './errors.js';
import type { Outcome } from './journal.js';
import type { JournalView } from './journal-writer.js';
import { ConflictError, type OrderJournal } from './order-journal.js';
import { type OrderState, verdictOn } from './order-state.js';
import type { EndedAttempt, SendingAttempt } from './record.js';
import type { SyncContext } from './shared-sync.js';
import type { SyncedOrder, SyncOptions } from './types.js';

/** What the calls that share one run have in common. */
export interface SyncRequest {
  readonly resend: boolean;
  readonly maxWaitMs: number | undefined;
  readonly priority: SyncOptions['priority'];
}

export interface SyncRunOptions {
  readonly client: OrderSender;
  readonly journal: OrderJournal;
  readonly clock: Clock;
}

/** Sends one order, unless the journal says that it was sent. */
export type SyncRun = (orderId: number, request: SyncRequest, context: SyncContext) => Promise<SyncedOrder>;

/** First and longest wait between two looks at an order that another process sends, in ms. */
const pollMs = { first: 25, longest: 500 } as const;

export function createSyncRun({ client, journal, clock }: SyncRunOptions): SyncRun {
  async function run(orderId: number, request: SyncRequest, context: SyncContext): Promise<SyncedOrder> {
    const startedAt = clock.monotonic();
    const { token } = await journal.checkWritable(orderId);
    let view = await journal.look(orderId);
    for (;;) {
      if (view.order.state === 'sending') {
        const { attempt } = view.order;
        context.setPhase({ kind: 'elsewhere', attempt });
        const { ended, view: seen } = await waitForEnd(orderId, attempt, context.signal);
        view = seen;
        // Where it was rolled back, or a human has confirmed its outcome, this call decides again.
        if (ended !== undefined && verdictOn(ended) === undefined) {
          return outcomeFromOther(orderId, ended, view.order, { ...request, token });
        }
        context.setPhase({ kind: 'queued' });
        continue;
      }
      if (!request.resend) requireUnsent(orderId, view.order, token);
      const known = view.attempts;
      const waitedMs = clock.monotonic() - startedAt;
      const maxWaitMs =
        request.maxWaitMs === undefined ? undefined : Math.max(0, request.maxWaitMs - waitedMs);
      const sent = await send(orderId, { ...request, maxWaitMs }, known.at(-1)?.id, context);
      if (sent.conflict === undefined) return sent.synced;
      // Another process was faster; the outcome of its attempt is this call's outcome too.
      view = sent.conflict;
      const last = view.attempts.at(-1);
      const isNew = last !== undefined && !known.some(({ id }) => id === last.id);
      if (isNew && last.state !== 'sending')
        return outcomeFromOther(orderId, last, view.order, { ...request, token });
    }
  }

  /** @returns the journal once the attempt has ended, or was rolled back, which makes `ended` undefined */
  async function waitForEnd(
    orderId: number,
    { id }: SendingAttempt,
    signal: AbortSignal,
  ): Promise<{ readonly view: JournalView; readonly ended: EndedAttempt | undefined }> {
    for (let delayMs: number = pollMs.first; ; delayMs = Math.min(delayMs * 1.5, pollMs.longest)) {
      await sleep(clock, delayMs, signal).catch(() => {
        throw new CancelledError('none');
      });
      const view = await journal.look(orderId);
      const attempt = view.attempts.find((candidate) => candidate.id === id);
      if (attempt?.state !== 'sending') return { view, ended: attempt };
    }
  }

  /** @param after the last attempt that is known */
  async function send(
    orderId: number,
    { resend, maxWaitMs, priority }: SyncRequest,
    after: string | undefined,
    context: SyncContext,
  ): Promise<
    { readonly synced: SyncedOrder; readonly conflict?: undefined } | { readonly conflict: JournalView }
  > {
    /** What was begun and not rolled back: the request may have left. */
    const begun: { attempt?: SendingAttempt } = {};
    /** Whether other processes know the outcomes of the attempts before this one. */
    let isRecorded = true;
    const rollback = async (attempt: SendingAttempt) => {
      ({ written: isRecorded } = await journal.rollback(orderId, attempt));
      delete begun.attempt;
      context.setPhase({ kind: 'queued' });
    };

    let answer: SyncOrderResponse;
    try {
      answer = await client.sync(orderId, {
        signal: context.signal,
        maxWaitMs,
        priority,
        onWait: ({ expectedWaitMs }) => {
          context.waitForPermit(expectedWaitMs);
        },
        async beforeSend() {
          context.setPhase({ kind: 'sending' });
          const attempt = await journal.begin(orderId, { resend, after });
          begun.attempt = attempt;
          return () => rollback(attempt);
        },
      });
    } catch (error) {
      if (error instanceof ConflictError) {
        context.setPhase({ kind: 'queued' });
        return { conflict: error.view };
      }
      if (begun.attempt !== undefined && !hadNoEffect(error)) {
        throw await failed(orderId, begun.attempt, error);
      }
      if (begun.attempt !== undefined) await rollback(begun.attempt);
      throw isRecorded || !hadNoEffect(error) ? error : new OutcomeNotRecordedError(orderId, error);
    }
    if (begun.attempt === undefined) throw new TypeError('The client sent a request that was not recorded');
    const { message = '' } = answer;
    const { written, at } = await journal.finish(orderId, begun.attempt, { state: 'synced', message });
    return { synced: { orderId, message, syncedAt: at, recorded: written } };
  }

  /** Records what a failed call means for its attempt. @returns what the caller gets */
  async function failed(orderId: number, attempt: SendingAttempt, error: unknown): Promise<unknown> {
    if (!isOrdersError(error) || error.effect === 'unknown') {
      const cause = error instanceof OutcomeUnknownError ? error.cause : error;
      const reason = isOrdersError(cause)
        ? cause.message
        : 'The program failed while the request was in flight.';
      const said = apiReasonOf(cause);
      await journal.finish(orderId, attempt, { state: 'unknown', reason, ...said });
      return new SyncOutcomeUnknownError(orderId, 'now', { ...attempt, ...said }, cause);
    }
    const { written } = await journal.finish(orderId, attempt, rejection(error));
    return written ? error : new OutcomeNotRecordedError(orderId, error);
  }

  return run;
}

/** @throws {OrderSyncError} when the order was sent, or may have been */
function requireUnsent(orderId: number, order: OrderState, token: string | undefined): void {
  if (order.state === 'synced') throw new AlreadySyncedError(orderId, order.attempt, token);
  if (order.state === 'unknown') throw new SyncOutcomeUnknownError(orderId, 'before', order.attempt);
}

/** What another process's attempt, made while this call waited, means for this call. */
function outcomeFromOther(
  orderId: number,
  attempt: EndedAttempt,
  order: OrderState,
  { resend, token }: Pick<SyncRequest, 'resend'> & { readonly token: string | undefined },
): SyncedOrder {
  switch (attempt.state) {
    case 'synced':
      return { orderId, message: attempt.message, syncedAt: attempt.endedAt, recorded: true };
    case 'rejected':
      // The API may have rejected a resend; the outcome of an earlier attempt still counts.
      if (!resend) requireUnsent(orderId, order, token);
      throw new RejectedByOtherProcessError(orderId, attempt);
    case 'unknown':
      throw new SyncOutcomeUnknownError(orderId, 'meanwhile', attempt);
  }
}

/** Whether the request did not reach the API, or was refused by the rate limit: as if it had never been made. */
function hadNoEffect(error: unknown): error is RateLimitedError | ConnectionError {
  return error instanceof RateLimitedError || error instanceof ConnectionError;
}

/** What the API rejected, as it is recorded. */
function rejection(error: OrdersError): Outcome {
  return { state: 'rejected', code: error.code, reason: error.message, ...apiReasonOf(error) };
}

function apiReasonOf(error: unknown): { readonly message?: string } {
  return isOrdersError(error) && error.apiReason !== undefined ? { message: error.apiReason } : {};
}
