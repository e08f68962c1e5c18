import type { OrdersErrorCode } from '@wemasy-orders/client';
import { type SyncOutcome, SyncOutcomeUnknownError } from '@wemasy-orders/order-sync';
import { cleanText, failureOf } from '@wemasy-orders/presentation';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { type Fault, faultOf, sentenceOf } from '../fault.js';
import type { SendResult } from './send-orders.js';

export type Outcome = SyncOutcome['outcome'];

/** In the order in which a person has to care. */
export const outcomeOrder = [
  'unknown',
  'rejected',
  'not_sent',
  'already_synced',
  'synced',
] as const satisfies Outcome[];

/** What became of one order, as machines read it. */
export interface ReportedOrder {
  readonly order_id: number;
  readonly outcome: Outcome;
  /** When it was sent, ISO 8601 in UTC; where that is known. */
  readonly synced_at?: string;
  /** What the API wrote: untrusted text, cleaned. */
  readonly message?: string;
  readonly code?: OrdersErrorCode;
  /** Why it was not sent, or is not known to have arrived. */
  readonly reason?: string;
  /** What to do about it. */
  readonly next?: string;
}

/** What became of a run. */
export interface Report {
  readonly started_at: string;
  readonly ended_at: string;
  /** Whether a person stopped it before the end. */
  readonly interrupted: boolean;
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly orders: readonly ReportedOrder[];
  /** What ended the run before the end, if it was not a person. */
  readonly stopped_by?: { readonly code: OrdersErrorCode; readonly message: string; readonly next: string };
}

export interface ReportOptions {
  readonly result: SendResult;
  /** Wall clock, ms since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
}

export function reportOf({ result, startedAt, endedAt }: ReportOptions): Report {
  const { outcomes, remaining, stoppedBy } = result;
  const fault = stoppedBy === undefined ? undefined : faultOf(stoppedBy);
  const orders = [...outcomes.map(reportedOrder), ...remaining.map((id) => notReached(id, fault))];
  const count = (outcome: Outcome) => orders.filter((order) => order.outcome === outcome).length;
  return {
    started_at: new Date(startedAt).toISOString(),
    ended_at: new Date(endedAt).toISOString(),
    interrupted: fault === undefined && remaining.length > 0,
    counts: {
      synced: count('synced'),
      already_synced: count('already_synced'),
      rejected: count('rejected'),
      unknown: count('unknown'),
      not_sent: count('not_sent'),
    },
    orders,
    ...(fault === undefined
      ? {}
      : { stopped_by: { code: fault.code, message: fault.sentence, next: fault.remedy } }),
  };
}

/** The worst thing that happened, but for an interruption, which the person knows of already. */
export function exitCodeOfRun({ interrupted, counts }: Report, { stoppedBy }: SendResult): ExitCode {
  if (interrupted) return exitCodes.interrupted;
  if (counts.unknown > 0) return exitCodes.unknown;
  if (stoppedBy !== undefined) return faultOf(stoppedBy).exitCode;
  return counts.rejected + counts.not_sent > 0 ? exitCodes.failed : exitCodes.done;
}

/** What a person does about an order of which nobody knows whether it arrived. */
export function confirmRemedy(orderId: number): string {
  return `Look for it in SnelStart, then say what is there: wemasy-orders confirm ${orderId} --synced (or --not-synced).`;
}

/** It is in the books, and the journal does not know. */
function unrecorded(orderId: number): string {
  return `It was sent, but the journal could not be written. Once it can, say so: wemasy-orders confirm ${orderId} --synced.`;
}

function reportedOrder(outcome: SyncOutcome): ReportedOrder {
  const { orderId: order_id } = outcome;
  switch (outcome.outcome) {
    case 'synced':
      return {
        order_id,
        outcome: 'synced',
        synced_at: outcome.syncedAt,
        ...messageOf(outcome.message),
        ...(outcome.recorded ? {} : { next: unrecorded(order_id) }),
      };
    case 'already_synced': {
      const { syncedAt: synced_at, apiMessage } = outcome.error;
      return { order_id, outcome: 'already_synced', synced_at, ...messageOf(apiMessage) };
    }
    case 'rejected':
    case 'unknown':
    case 'not_sent': {
      const failure = failureOf(outcome.error);
      return {
        order_id,
        outcome: outcome.outcome,
        code: failure.code,
        reason: sentenceOf(failure),
        next: nextStep(outcome),
      };
    }
  }
}

function nextStep({
  outcome,
  orderId,
  error,
}: SyncOutcome & { readonly outcome: 'rejected' | 'unknown' | 'not_sent' }): string {
  if (outcome !== 'unknown') return faultOf(error).remedy;
  return error instanceof SyncOutcomeUnknownError && error.moment === 'under_way'
    ? 'Another process is sending it; wemasy-orders journal will show its outcome.'
    : confirmRemedy(orderId);
}

function notReached(order_id: number, fault: Fault | undefined): ReportedOrder {
  const reason = fault === undefined ? 'The run was interrupted before it.' : 'The run ended before it.';
  return { order_id, outcome: 'not_sent', code: 'cancelled', reason, next: 'Run it again to go on.' };
}

function messageOf(message: string | undefined): { message?: string } {
  return message === undefined || message === '' ? {} : { message: cleanText(message) };
}
