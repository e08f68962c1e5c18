import { type Generation, hasForgotten } from '@wemasy-orders/state';
import * as z from 'zod';

/** A journal as this user knows it. */
export interface KnownJournal {
  readonly id: string;
  /** Where it was last used, for people. */
  readonly place: string;
  /** The highest number of writes seen. */
  readonly writes: number;
  /** The number of this user's last write, where the store counts; see `GenerationWriter`. */
  readonly lastWrite?: number | undefined;
  /** Names of the accounts that it was used for. */
  readonly accounts: readonly string[];
  /** ISO 8601 in UTC. */
  readonly seenAt: string;
  /** When the user said that it is the right one, ISO 8601 in UTC. */
  readonly adoptedAt?: string | undefined;
  /** Writes that were seen were gone later, although others have come since. */
  readonly hasLostWrites?: true | undefined;
}

/** What this user knows of the journals of one API, in a place that no setting moves. */
export interface Anchor {
  readonly version: 1;
  /** For people. */
  readonly api: string;
  /** What listened there, if the API is on this machine; see `loopbackListener`. */
  readonly listener?: string | undefined;
  /** Names this user in the journals, see `GenerationWriter`. */
  readonly writer: string;
  readonly journals: readonly KnownJournal[];
}

const anchorSchema = z.looseObject({
  version: z.literal(1),
  api: z.string(),
  listener: z.string().optional(),
  writer: z.string().min(1).optional(),
  journals: z.array(
    z.looseObject({
      id: z.string(),
      place: z.string(),
      writes: z.number(),
      lastWrite: z.number().optional(),
      accounts: z.array(z.string()),
      seenAt: z.string(),
      adoptedAt: z.string().optional(),
      hasLostWrites: z.literal(true).optional(),
    }),
  ),
});

/** @returns `none` for none and for a damaged one: then nothing is known, as on a new machine */
export function parseAnchor(stored: unknown, none: Anchor): Anchor {
  const anchor = anchorSchema.safeParse(stored).data;
  return anchor === undefined ? none : { ...anchor, writer: anchor.writer ?? none.writer };
}

/** The journal that a call is about to use. */
export interface FoundJournal {
  /** Undefined where none has begun. */
  readonly generation: Generation | undefined;
  readonly place: string;
  /** Name of the account. */
  readonly account: string;
}

/** Why a journal may not be the one that this user's orders were recorded in. */
export interface Mismatch {
  readonly kind: 'none_here' | 'other_journal' | 'lost_writes' | 'other_place';
  readonly expected: KnownJournal;
}

export function checkAnchor({ writer, journals }: Anchor, found: FoundJournal): Mismatch | undefined {
  const { generation, place, account } = found;
  const known = journals.find(({ id }) => id === generation?.id);
  if (known === undefined || generation === undefined) {
    const expected = journals.find(({ accounts }) => accounts.includes(account)) ?? journals[0];
    if (expected === undefined) return undefined;
    return { kind: generation === undefined ? 'none_here' : 'other_journal', expected };
  }
  const isForgotten = hasForgotten(generation, { id: writer, lastWrite: known.lastWrite ?? 0 });
  if (known.hasLostWrites === true || generation.writes < known.writes || isForgotten)
    return { kind: 'lost_writes', expected: known };
  return place === known.place ? undefined : { kind: 'other_place', expected: known };
}

/** A journal that is there, and the number of this user's write to it, if there was one. */
export interface UsedJournal extends FoundJournal {
  readonly generation: Generation;
  readonly lastWrite?: number | undefined;
}

/** The anchor after a use of a journal that is trusted. */
export function remember(
  anchor: Anchor,
  { generation: { id, writes }, place, account, lastWrite }: UsedJournal,
  now: string,
): Anchor {
  const known = anchor.journals.find((journal) => journal.id === id);
  const journal: KnownJournal = {
    ...known,
    id,
    place,
    writes: Math.max(writes, known?.writes ?? 0),
    ...(lastWrite === undefined ? {} : { lastWrite: Math.max(lastWrite, known?.lastWrite ?? 0) }),
    accounts: known === undefined ? [account] : [...new Set([...known.accounts, account])],
    seenAt: now,
  };
  return {
    ...anchor,
    journals: [...anchor.journals.filter((other) => other.id !== id), journal],
  };
}

/** The anchor after writes that were seen turned out to be gone. */
export function withLostWrites(anchor: Anchor, id: string): Anchor {
  return {
    ...anchor,
    journals: anchor.journals.map((journal) =>
      journal.id === id ? { ...journal, hasLostWrites: true } : journal,
    ),
  };
}

/** The anchor after the user said that a journal is the right one for an account: no other one is. */
export function adopt(anchor: Anchor, found: UsedJournal, now: string): Anchor {
  const others = anchor.journals
    .filter(({ id }) => id !== found.generation.id)
    .map((journal) => ({
      ...journal,
      accounts: journal.accounts.filter((account) => account !== found.account),
    }))
    .filter(({ accounts }) => accounts.length > 0);
  const remembered = remember({ ...anchor, journals: others }, found, now);
  return {
    ...remembered,
    journals: remembered.journals.map((journal) =>
      journal.id === found.generation.id ? { ...journal, adoptedAt: now } : journal,
    ),
  };
}

/** The anchor after an account got another name. */
export function withNewName(anchor: Anchor, from: string, to: string): Anchor {
  return {
    ...anchor,
    journals: anchor.journals.map((journal) => ({
      ...journal,
      accounts: journal.accounts.map((account) => (account === from ? to : account)),
    })),
  };
}

/** The anchor without journals that were last seen before a moment. */
export function withoutOld(anchor: Anchor, since: string): Anchor {
  return { ...anchor, journals: anchor.journals.filter(({ seenAt }) => seenAt >= since) };
}
