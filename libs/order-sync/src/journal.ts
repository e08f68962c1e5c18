import type { StoreTime } from '@wemasy-orders/state';
import { JournalUnreadableError } from './errors.js';
import { type OrderState, orderStateOf, verdictOn } from './order-state.js';
import {
  type Attempt,
  type OrderRecord,
  parseRecord,
  type RecordedCaller,
  type RejectedAttempt,
  type Resolution,
  type SendingAttempt,
  type SyncedAttempt,
  type UnknownAttempt,
  type Verdict,
} from './record.js';

/** What became of a request that left. */
export type Outcome =
  | Pick<SyncedAttempt, 'state' | 'message'>
  | Pick<RejectedAttempt, 'state' | 'code' | 'reason' | 'message'>
  | Pick<UnknownAttempt, 'state' | 'reason' | 'message'>;

export type JournalEvent =
  /** Only time passes. */
  | { readonly type: 'look' }
  /** A request is about to leave. */
  | {
      readonly type: 'begin';
      readonly id: string;
      readonly by: RecordedCaller;
      readonly token?: string | undefined;
      readonly resend: boolean;
      /** How long the outcome may take to be written, in ms. */
      readonly leaseMs: number;
      /** The last attempt that the sender knows of. If another one is there, the sender must look again. */
      readonly after: string | undefined;
    }
  /** The request had no effect: it did not leave, or the API rejected it unread. */
  | { readonly type: 'rollback'; readonly id: string }
  /** The sender knows the outcome of its request, or that it will never know it. */
  | {
      readonly type: 'finish';
      readonly attempt: SendingAttempt;
      /** The attempts before it, as they were when it began. */
      readonly earlier: readonly Attempt[];
      readonly outcome: Outcome;
    }
  /** The sender's process is gone. */
  | { readonly type: 'abandon'; readonly id: string }
  /** A human looked. */
  | { readonly type: 'confirm'; readonly as: Verdict; readonly by: RecordedCaller };

export interface Reduced {
  readonly record: OrderRecord;
  /** Whether the event was allowed; otherwise only time changed the record. */
  readonly accepted: boolean;
  readonly changed: boolean;
}

export interface Retention {
  /**
   * How many attempts of known outcome are kept for an order (the newest ones). An attempt of unknown outcome and the
   * last successful one are always kept.
   */
  readonly attempts: number;
}

/** Longest text of the API that is kept. */
const longestMessage = 1_000;

/** The record of an order that was never sent. */
export function emptyRecord(orderId: number): OrderRecord {
  return { version: 1, orderId, attempts: [] };
}

/**
 * The journal of one order, as a pure function of the record, the event and the time.
 *
 * With every event, a `sending` attempt whose lease is over becomes `unknown`.
 */
export function reduce(
  record: OrderRecord,
  event: JournalEvent,
  time: StoreTime,
  retention: Retention,
): Reduced {
  const now = new Date(time.wallMs).toISOString();
  const attempts = record.attempts.some((attempt) => isOver(attempt, time))
    ? record.attempts.map((attempt) => (isOver(attempt, time) ? expired(attempt, now) : attempt))
    : record.attempts;
  const reduced = (accepted: boolean, next: readonly Attempt[]): Reduced => ({
    record: { ...record, attempts: next },
    accepted,
    changed: next !== record.attempts,
  });
  const accept = (next: readonly Attempt[]) => reduced(true, next);
  const refuse = () => reduced(false, attempts);

  switch (event.type) {
    case 'look':
      return accept(attempts);
    case 'begin': {
      if (attempts.at(-1)?.id !== event.after || !maySend(orderStateOf(attempts), event.resend))
        return refuse();
      const attempt = begun(event, time);
      return accept([...forget(attempts, retention), attempt]);
    }
    case 'rollback': {
      // A human's confirmation is kept, even if the attempt turns out never to have left.
      const withdrawn = attempts.find(
        ({ id, state, resolutions }) =>
          id === event.id && (state === 'sending' || (state === 'unknown' && resolutions === undefined)),
      );
      return withdrawn === undefined ? refuse() : accept(attempts.filter((other) => other !== withdrawn));
    }
    case 'finish': {
      const found = attempts.find(({ id }) => id === event.attempt.id);
      if (found === undefined) return accept(withLost(attempts, event, now));
      if (found.state === 'synced' || found.state === 'rejected') return accept(attempts);
      if (found.state === 'unknown' && event.outcome.state === 'unknown') return accept(attempts);
      return accept(replace(attempts, found, ended(found, event.outcome, now)));
    }
    case 'abandon': {
      const found = attempts.find(({ id }) => id === event.id);
      if (found?.state !== 'sending') return refuse();
      return accept(
        replace(attempts, found, ended(found, { state: 'unknown', reason: reasons.processGone }, now)),
      );
    }
    case 'confirm': {
      const concerned = resolvable(attempts, event.as);
      if (concerned.length === 0) return refuse();
      const resolution: Resolution = { as: event.as, at: now, by: event.by };
      return accept(
        attempts.map((attempt) =>
          concerned.includes(attempt) && verdictOn(attempt) !== event.as
            ? { ...attempt, resolutions: [...(attempt.resolutions ?? []), resolution] }
            : attempt,
        ),
      );
    }
  }
}

/**
 * The same for the stored value. A record that cannot be read allows no event until a human confirms what is in the
 * books; the unreadable value is then kept under `replaced`.
 *
 * @throws {JournalUnreadableError}
 */
export function reduceStored(
  stored: unknown,
  orderId: number,
  event: JournalEvent,
  time: StoreTime,
  retention: Retention,
): Reduced {
  const parsed = parseRecord(stored, orderId);
  switch (parsed.kind) {
    case 'none':
      return reduce(emptyRecord(orderId), event, time, retention);
    case 'record':
      return reduce(parsed.record, event, time, retention);
    case 'unreadable': {
      if (event.type !== 'confirm' || parsed.newer) {
        throw new JournalUnreadableError(orderId, parsed);
      }
      const now = new Date(time.wallMs).toISOString();
      const lost: UnknownAttempt = {
        id: 'unreadable',
        state: 'unknown',
        startedAt: now,
        leaseUntil: now,
        by: event.by,
        endedAt: now,
        reason: 'The earlier record could not be read; it is kept as it was.',
      };
      const record = { ...emptyRecord(orderId), attempts: [lost], replaced: stored };
      return { ...reduce(record, event, time, retention), changed: true };
    }
  }
}

const reasons = {
  leaseOver: 'Its outcome was not written in time.',
  processGone: 'The process that sent it ended before it recorded the outcome.',
} as const;

function maySend({ state }: OrderState, resend: boolean): boolean {
  return state !== 'sending' && (resend || state === 'not_sent' || state === 'rejected');
}

/**
 * A clock that was set back by more than a lease must not keep an attempt alive for days; `unknown` is the safe state.
 */
function isOver(attempt: Attempt, { wallMs }: StoreTime): attempt is SendingAttempt {
  if (attempt.state !== 'sending') return false;
  const start = Date.parse(attempt.startedAt);
  const end = Date.parse(attempt.leaseUntil);
  return wallMs > end || wallMs < start - (end - start);
}

/** The attempts where the store has lost the one that ends, and maybe those before it. */
function withLost(
  attempts: readonly Attempt[],
  { attempt, earlier, outcome }: JournalEvent & { readonly type: 'finish' },
  now: string,
): Attempt[] {
  const known = new Set(attempts.map(({ id }) => id));
  const lost = [...earlier.filter(({ id }) => !known.has(id)), ended(attempt, outcome, now)];
  return [...attempts, ...lost].sort((a, b) => a.startedAt.localeCompare(b.startedAt));
}

function expired(attempt: SendingAttempt, now: string): Attempt {
  return ended(attempt, { state: 'unknown', reason: reasons.leaseOver }, now);
}

function begun(
  { id, by, token, resend, leaseMs }: JournalEvent & { readonly type: 'begin' },
  { wallMs, bootId }: StoreTime,
): SendingAttempt {
  return {
    id,
    state: 'sending',
    startedAt: new Date(wallMs).toISOString(),
    leaseUntil: new Date(wallMs + leaseMs).toISOString(),
    ...(resend ? { resend } : {}),
    by: bootId === undefined ? by : { ...by, bootId },
    ...(token === undefined ? {} : { token }),
  };
}

function ended(attempt: SendingAttempt | UnknownAttempt, outcome: Outcome, endedAt: string): Attempt {
  const { message } = outcome;
  const kept = message === undefined ? {} : { message: message.slice(0, longestMessage) };
  return { ...attempt, ...outcome, ...kept, endedAt };
}

function replace(attempts: readonly Attempt[], old: Attempt, by: Attempt): Attempt[] {
  return attempts.map((attempt) => (attempt === old ? by : attempt));
}

/**
 * The attempts that a confirmation is about: those of unknown outcome or, if there are none, those that it corrects.
 * "Synced" corrects the last one only. "Not synced" corrects all of them, since one synced attempt makes the order synced.
 */
function resolvable(attempts: readonly Attempt[], as: Verdict): readonly Attempt[] {
  if (attempts.some(({ state }) => state === 'sending')) return [];
  const sinceSynced = attempts.slice(attempts.findLastIndex(({ state }) => state === 'synced') + 1);
  const unknown = sinceSynced.filter(({ state }) => state === 'unknown');
  const open = unknown.filter((attempt) => verdictOn(attempt) === undefined);
  if (open.length > 0) return open;
  return as === 'not_synced' ? unknown : unknown.slice(-1);
}

/** Drops the oldest attempts of known outcome. */
function forget(attempts: readonly Attempt[], retention: Retention): Attempt[] {
  const lastSynced = attempts.findLast(({ state }) => state === 'synced');
  const known = attempts.filter(
    (attempt) => attempt !== lastSynced && (attempt.state === 'synced' || attempt.state === 'rejected'),
  );
  const dropped = new Set(known.slice(0, Math.max(0, known.length - retention.attempts)));
  return attempts.filter((attempt) => !dropped.has(attempt));
}
