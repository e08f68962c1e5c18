import * as z from 'zod';

/** A program that uses this library, as it names itself. */
export interface Caller {
  readonly app: string;
  readonly version: string;
}

/** A program as the journal names it: enough to find it, and to see whether it still runs. */
export interface RecordedCaller extends Caller {
  readonly pid: number;
  readonly host: string;
  /** The process table that contains the pid, if the system names it. */
  readonly processTable?: string;
  /** One `createOrderSync` of that process. */
  readonly instance: string;
  /** The boot that the pid belongs to, if the store names it. */
  readonly bootId?: string;
}

/** What a human found out about an attempt of unknown outcome. */
export type Verdict = 'synced' | 'not_synced';

export interface Resolution {
  readonly as: Verdict;
  readonly at: string;
  readonly by: RecordedCaller;
}

interface AttemptFacts {
  readonly id: string;
  /** When "sending" was written, just before the request could leave. */
  readonly startedAt: string;
  /** Until then the sender is expected to record the outcome. */
  readonly leaseUntil: string;
  readonly by: RecordedCaller;
  /** Identifies the token that sent it, without revealing it. */
  readonly token?: string;
  /** Whether the caller asked to send the order although it had been sent before. */
  readonly resend?: boolean;
  /** The last one counts; an attempt keeps them when its outcome becomes known. */
  readonly resolutions?: readonly Resolution[];
}

/** The request may be in flight. */
export interface SendingAttempt extends AttemptFacts {
  readonly state: 'sending';
}

/** The API said that it did it. */
export interface SyncedAttempt extends AttemptFacts {
  readonly state: 'synced';
  readonly endedAt: string;
  /** What the API wrote: untrusted text. */
  readonly message: string;
  /** Why its outcome was unknown at first. */
  readonly reason?: string;
}

/** The API said that it did not do it. */
export interface RejectedAttempt extends AttemptFacts {
  readonly state: 'rejected';
  readonly endedAt: string;
  /** The error's code, e.g. `validation_failed`. */
  readonly code: string;
  /** A sentence of ours. */
  readonly reason: string;
  /** What the API wrote: untrusted text. */
  readonly message?: string;
}

/** The request may have left, and its outcome is unknown. */
export interface UnknownAttempt extends AttemptFacts {
  readonly state: 'unknown';
  readonly endedAt: string;
  /** A sentence of ours. */
  readonly reason: string;
  /** What the API wrote, if it answered: untrusted text. */
  readonly message?: string;
}

/** One request that may have left. All times are ISO 8601 in UTC, by the store's clock. */
export type Attempt = SendingAttempt | EndedAttempt;

export type EndedAttempt = SyncedAttempt | RejectedAttempt | UnknownAttempt;

/** All attempts of one order, oldest first. */
export interface OrderRecord {
  readonly version: 1;
  readonly orderId: number;
  readonly attempts: readonly Attempt[];
  /** The earlier record, unchanged, if it could not be read and a human confirmed the outcome. */
  readonly replaced?: unknown;
}

// Loose objects: fields of a later version must survive an update by this one.

const recordedCaller = z.looseObject({
  app: z.string(),
  version: z.string(),
  pid: z.int().positive(),
  host: z.string(),
  processTable: z.string().exactOptional(),
  instance: z.string(),
  bootId: z.string().exactOptional(),
});

const resolution = z.looseObject({
  as: z.enum(['synced', 'not_synced']),
  at: z.iso.datetime(),
  by: recordedCaller,
});

const attemptFacts = {
  startedAt: z.iso.datetime(),
  leaseUntil: z.iso.datetime(),
  by: recordedCaller,
  token: z.string().exactOptional(),
  resend: z.boolean().exactOptional(),
  resolutions: z.array(resolution).exactOptional(),
};

const id = z.string().min(1);
const endedAt = z.iso.datetime();

const attempt = z.discriminatedUnion('state', [
  z.looseObject({ id, state: z.literal('sending'), ...attemptFacts }),
  z.looseObject({
    id,
    state: z.literal('synced'),
    ...attemptFacts,
    endedAt,
    message: z.string(),
    reason: z.string().exactOptional(),
  }),
  z.looseObject({
    id,
    state: z.literal('rejected'),
    ...attemptFacts,
    endedAt,
    code: z.string(),
    reason: z.string(),
    message: z.string().exactOptional(),
  }),
  z.looseObject({
    id,
    state: z.literal('unknown'),
    ...attemptFacts,
    endedAt,
    reason: z.string(),
    message: z.string().exactOptional(),
  }),
]);

const recordSchema: z.ZodType<OrderRecord> = z.looseObject({
  version: z.literal(1),
  orderId: z.int(),
  attempts: z.array(attempt),
  replaced: z.unknown().optional(),
});

const versioned = z.looseObject({ version: z.int().min(2) });

/** The stored value of an order, checked. */
export type StoredRecord =
  | { readonly kind: 'none'; readonly record?: undefined }
  | { readonly kind: 'record'; readonly record: OrderRecord }
  /** `newer`: a later version of this library wrote it and can read it. */
  | {
      readonly kind: 'unreadable';
      readonly newer: boolean;
      readonly reason: string;
      readonly record?: undefined;
    };

/** Checks a stored value. It may be anything: another version may have written it, or a person edited it. */
export function parseRecord(stored: unknown, orderId: number): StoredRecord {
  if (stored === undefined) return { kind: 'none' };
  if (versioned.safeParse(stored).success) {
    return { kind: 'unreadable', newer: true, reason: 'a newer version of this program wrote it' };
  }
  const parsed = recordSchema.safeParse(stored);
  if (!parsed.success) {
    const places = parsed.error.issues.map(({ path }) => path.map(String).join('.') || 'the whole record');
    return { kind: 'unreadable', newer: false, reason: `it is damaged at ${places.slice(0, 3).join(', ')}` };
  }
  if (parsed.data.orderId !== orderId) {
    return {
      kind: 'unreadable',
      newer: false,
      reason: `it is about another order (${parsed.data.orderId})`,
    };
  }
  return { kind: 'record', record: parsed.data };
}

/** A stored value as an updater gives it back to leave it as it is. */
export function asFound(stored: unknown): object | undefined {
  return stored === undefined ? undefined : Object(stored);
}
