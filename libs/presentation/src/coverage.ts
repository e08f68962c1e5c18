import type { Coverage, Drift, UnreadableOrder, WalkDoubt, WalkFacts } from '@wemasy-orders/client';
import { cleanText } from './clean-text.js';
import { type PersonalData, showsField } from './visibility.js';

/** What a walk over all pages amounts to, as the fields of a JSON result. */
export interface CoverageFields {
  readonly coverage: Coverage;
  readonly read: number;
  /** Null where the API did not count. */
  readonly counted: number | null;
  readonly repeated: number;
  readonly possibly_missed: number;
  readonly unreadable: number;
  readonly doubts: readonly WalkDoubt[];
}

export function coverageFields(facts: WalkFacts): CoverageFields {
  const { coverage, read, counted = null, repeated, possiblyMissed, unreadable, doubts } = facts;
  return { coverage, read, counted, repeated, possibly_missed: possiblyMissed, unreadable, doubts };
}

/** Whether a reader needs the text: not where the walk adds up and left nothing out. */
export function needsCoverageNote({ coverage, repeated }: WalkFacts): boolean {
  return coverage === 'in_doubt' || repeated > 0;
}

/**
 * What a walk amounts to, in sentences. It claims no more than the walk does. `unreadableText` says which orders could not
 * be read.
 */
export function coverageText(facts: WalkFacts): string {
  const { coverage, read, counted, repeated, possiblyMissed, doubts } = facts;
  const has = (doubt: WalkDoubt) => doubts.includes(doubt);
  const hasOtherCount = counted !== undefined && counted !== read;
  const sentences = [
    coverage === 'complete'
      ? `${orders(read)} read, all on one page.`
      : coverage === 'adds_up'
        ? `${orders(read)} read, as many as the API counts.`
        : hasOtherCount
          ? `${orders(read)} read; the API counts ${counted}.`
          : `${orders(read)} read.`,
    has('unfinished') && 'Not every page was read.',
    has('started_late') && 'The pages before the first one read are not included.',
    has('stalled') && 'The API showed the same orders page after page, so reading ended early.',
    has('endless') && 'The list grew faster than it could be read, so reading ended early.',
    has('uncounted') && 'The API did not count the orders, so some may be missing.',
    possiblyMissed > 0 &&
      `${has('shrank') ? 'The list changed while it was read: up to' : 'Up to'} ${orders(possiblyMissed)} may be missing.`,
    repeated > 0 && `${orders(repeated)} came again and ${areOrIs(repeated)} counted once.`,
  ];
  return sentences.filter((sentence) => sentence !== false).join(' ');
}

function orders(count: number): string {
  return count === 1 ? '1 order' : `${count} orders`;
}

function areOrIs(count: number): string {
  return count === 1 ? 'is' : 'are';
}

/** Most differences, or orders, that one sentence names. */
const mostNamed = 3;

/** Where answers differ from the document, in one sentence; undefined where they do not. */
export function driftText(drift: readonly Drift[]): string | undefined {
  return listed(
    drift.map(({ path, expected, found, result }) => {
      const kept = result === 'converted' ? 'converted' : 'left out';
      return `${cleanText(path)} (expected ${expected}, found ${found}; ${kept})`;
    }),
    (count) =>
      `The API's answer differs from its documentation in ${count === 1 ? '1 field' : `${count} fields`}`,
  );
}

/** What a reader may see of an entry that could not be used. */
export function visibleUnreadable(
  { position, orderNumber, problem }: UnreadableOrder,
  personalData: PersonalData,
): UnreadableOrder {
  const isNamed = orderNumber !== undefined && showsField('order_number', personalData);
  return { position, ...(isNamed ? { orderNumber } : {}), problem };
}

/**
 * Which orders could not be used, in one sentence; undefined where all could.
 *
 * @param count how many they are, where `unreadable` has only the first ones
 */
export function unreadableText(
  unreadable: readonly UnreadableOrder[],
  personalData: PersonalData,
  count = unreadable.length,
): string | undefined {
  return listed(
    unreadable.map((entry) => {
      const { position, orderNumber, problem } = visibleUnreadable(entry, personalData);
      const place = `number ${position} on its page`;
      const name = orderNumber === undefined ? place : `order number ${cleanText(orderNumber)}, ${place}`;
      return `${name} (${cleanText(problem)})`;
    }),
    (all) => `${orders(all)} could not be read and ${areOrIs(all)} left out`,
    count,
  );
}

function listed(
  items: readonly string[],
  intro: (count: number) => string,
  count = items.length,
): string | undefined {
  if (items.length === 0) return undefined;
  const left = count - mostNamed;
  const named = items.slice(0, mostNamed).join(', ');
  return `${intro(count)}: ${named}${left > 0 ? ` and ${left} more` : ''}.`;
}
