import type { OrdersErrorCode } from '@wemasy-orders/client';
import { type SyncOutcome, SyncOutcomeUnknownError } from '@wemasy-orders/order-sync';
import { cleanText, type PersonalData, showsWords } from '@wemasy-orders/presentation';
import { type CliError, cliErrorOf } from '../errors.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import type { DueOrder } from '../orders/due-orders.js';
import type { ReadingFacts } from '../orders/reading.js';
import type { SendResult } from './send-orders.js';

export type Outcome = SyncOutcome['outcome'];

/** The most urgent first. */
export const outcomeOrder = [
  'unknown',
  'rejected',
  'not_sent',
  'already_synced',
  'synced',
] as const satisfies Outcome[];

/** The outcome of one order, for programs. */
export interface ReportedOrder {
  readonly order_id: number;
  readonly outcome: Outcome;
  /** ISO 8601 in UTC. */
  readonly synced_at?: string;
  /** False where the journal could not be written, so that other processes do not know the outcome. */
  readonly recorded?: false;
  /** The API's message: untrusted text, cleaned and bounded. */
  readonly message?: string;
  readonly code?: OrdersErrorCode;
  /** Why it was not sent, or why its outcome is unknown. */
  readonly reason?: string;
  /** What to do about it. */
  readonly next?: string;
}

/** The outcome of a run, for programs. */
export interface Report {
  readonly started_at: string;
  readonly ended_at: string;
  /** Whether a signal stopped it early. */
  readonly interrupted: boolean;
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly orders: readonly ReportedOrder[];
  /** Flagged orders that were not sent because of their status; of sync-due only. */
  readonly left_out?: readonly { readonly order_id: number; readonly status: string }[];
  /** What is known about the list that the orders were chosen from; of sync-due only. */
  readonly facts?: ReadingFacts;
  /** The error that ended the run early. */
  readonly stopped_by?: { readonly code: OrdersErrorCode; readonly message: string; readonly next: string };
}

/** How a run's orders were chosen. */
export interface Selection {
  readonly leftOut: readonly Pick<DueOrder, 'id' | 'status'>[];
  readonly facts: ReadingFacts;
  /** Whether the choice alone means that not everything is done. */
  readonly needsAttention: boolean;
}

export interface ReportOptions {
  readonly result: SendResult;
  /** Wall clock, ms since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly selection?: Selection | undefined;
  readonly personalData: PersonalData;
}

export function reportOf(options: ReportOptions): Report {
  const { result, startedAt, endedAt, selection, personalData } = options;
  const { outcomes, remaining, stoppedBy } = result;
  const error = stoppedBy === undefined ? undefined : cliErrorOf(stoppedBy, personalData);
  const orders = [
    ...outcomes.map((outcome) => reportedOrder(outcome, personalData)),
    ...remaining.map((id) => notReached(id, error)),
  ];
  const count = (outcome: Outcome) => orders.filter((order) => order.outcome === outcome).length;
  return {
    started_at: new Date(startedAt).toISOString(),
    ended_at: new Date(endedAt).toISOString(),
    interrupted: error === undefined && remaining.length > 0,
    counts: {
      synced: count('synced'),
      already_synced: count('already_synced'),
      rejected: count('rejected'),
      unknown: count('unknown'),
      not_sent: count('not_sent'),
    },
    orders,
    ...(selection === undefined
      ? {}
      : {
          left_out: selection.leftOut.map(({ id, status }) => ({ order_id: id, status })),
          facts: selection.facts,
        }),
    ...(error === undefined
      ? {}
      : { stopped_by: { code: error.code, message: error.message, next: error.remedy } }),
  };
}

/** The exit code of the worst outcome; an interruption comes first. */
export function exitCodeOfRun({ interrupted, counts, orders }: Report, { stoppedBy }: SendResult): ExitCode {
  if (interrupted) return exitCodes.interrupted;
  if (counts.unknown > 0) return exitCodes.unknown;
  if (stoppedBy !== undefined) return cliErrorOf(stoppedBy, 'none').exitCode;
  const isUnrecorded = orders.some(({ recorded }) => recorded === false);
  return counts.rejected + counts.not_sent > 0 || isUnrecorded ? exitCodes.failed : exitCodes.done;
}

/** What to do about an order of unknown outcome. */
function confirmRemedy(orderId: number): string {
  return `Look for it in SnelStart, then record what you find: wemasy-orders confirm ${orderId} --synced (or --not-synced).`;
}

/** The order is in the books, and the journal does not know it yet. */
function unrecorded(orderId: number): string {
  return `It is in the books, but the journal could not be written, so other processes do not know it. Once it can, record it: wemasy-orders confirm ${orderId} --synced.`;
}

function reportedOrder(outcome: SyncOutcome, personalData: PersonalData): ReportedOrder {
  const { orderId: order_id } = outcome;
  switch (outcome.outcome) {
    case 'synced':
      return {
        order_id,
        outcome: 'synced',
        synced_at: outcome.syncedAt,
        ...messageOf(outcome.message, personalData),
        ...(outcome.recorded ? {} : { recorded: false, next: unrecorded(order_id) }),
      };
    case 'already_synced': {
      const { syncedAt: synced_at, apiMessage } = outcome.error;
      return { order_id, outcome: 'already_synced', synced_at, ...messageOf(apiMessage, personalData) };
    }
    case 'rejected':
    case 'unknown':
    case 'not_sent': {
      return {
        order_id,
        outcome: outcome.outcome,
        code: outcome.error.code,
        reason: cliErrorOf(outcome.error, personalData).message,
        ...messageOf(outcome.error.apiReason, personalData),
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
  if (outcome !== 'unknown') return cliErrorOf(error, 'none').remedy;
  return error instanceof SyncOutcomeUnknownError && error.moment === 'under_way'
    ? 'Another process is sending it; wemasy-orders journal will show its outcome.'
    : confirmRemedy(orderId);
}

function notReached(order_id: number, error: CliError | undefined): ReportedOrder {
  const reason = error === undefined ? 'The run was interrupted before it.' : 'The run ended before it.';
  return {
    order_id,
    outcome: 'not_sent',
    code: 'cancelled',
    reason,
    next: 'Run the command again to continue.',
  };
}

function messageOf(message: string | undefined, personalData: PersonalData): { message?: string } {
  return message === undefined || message === '' || !showsWords(personalData, 'syncOrder')
    ? {}
    : { message: cleanText(message) };
}
