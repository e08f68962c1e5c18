import {
  type Drift,
  type Order,
  type UnreadableOrder,
  type WalkOptions,
  walkOrders,
} from '@wemasy-orders/client';
import {
  type CoverageFields,
  coverageFields,
  coverageText,
  type PersonalData,
  unreadableText,
  visibleUnreadable,
} from '@wemasy-orders/presentation';
import { type ExitCode, exitCodes } from '../exit-codes.js';

/** An entry that the API listed and that cannot be used as an order. */
export interface UnreadableEntry extends UnreadableOrder {
  readonly page: number;
}

/** What is known about the orders that were read, for programs. */
export interface ReadingFacts extends CoverageFields {
  readonly pages: number;
  /** The first entries that are in no list and no sum, because they cannot be used as orders. */
  readonly unreadable_orders: readonly UnreadableEntry[];
  /** How the answers differ from the OpenAPI document. */
  readonly drift: readonly Drift[];
}

export interface Reading {
  /** The orders of each page, each order once. It can be iterated once. */
  readonly pages: AsyncIterable<readonly Order[]>;
  facts(): ReadingFacts;
  /** How much was read, and how far it can be relied on; one line each. */
  text(): string[];
}

/** Enough to look at by hand. */
const mostNamed = 20;

/** Reads all matching orders, page by page. */
export function readOrders(options: WalkOptions, personalData: PersonalData): Reading {
  const walk = walkOrders(options);
  const unreadable: UnreadableEntry[] = [];
  async function* pages(): AsyncGenerator<readonly Order[], void, undefined> {
    for await (const step of walk) {
      const room = mostNamed - unreadable.length;
      unreadable.push(
        ...step.unreadable
          .slice(0, room)
          .map((entry) => ({ page: step.page, ...visibleUnreadable(entry, personalData) })),
      );
      yield step.orders;
    }
  }
  return {
    pages: pages(),
    facts: () => {
      const facts = walk.facts();
      return {
        ...coverageFields(facts),
        pages: facts.pages,
        unreadable_orders: unreadable,
        drift: facts.drift,
      };
    },
    text: () => {
      const facts = walk.facts();
      const left = unreadableText(unreadable, personalData, facts.unreadable);
      return [coverageText(facts), ...(left === undefined ? [] : [left])];
    },
  };
}

/** A list that lacks orders is not done. */
export function exitCodeOfReading({ possibly_missed, unreadable, doubts }: ReadingFacts): ExitCode {
  const endedEarly = doubts.some((doubt) => doubt === 'stalled' || doubt === 'endless');
  return possibly_missed > 0 || unreadable > 0 || endedEarly ? exitCodes.failed : exitCodes.done;
}

export function orders(n: number): string {
  return `${n} ${n === 1 ? 'order' : 'orders'}`;
}
