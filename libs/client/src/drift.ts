import type { OrderPage } from './generated/schema.js';

/**
 * One way in which an answer differs from the document. The field was converted where nothing was lost, or is given as
 * absent. It holds names and kinds, never a value: values may be personal.
 */
export interface Drift {
  /** Where, e.g. `data.data[].order_number`; `[]` is each element of an array. */
  readonly path: string;
  /** What the document describes, e.g. `object or array`. */
  readonly expected: string;
  /** What came, e.g. `integer`. */
  readonly found: string;
  /** Whether the caller has the value in the documented type, or none. */
  readonly result: 'converted' | 'absent';
}

/** An entry of a page that cannot be used as an order; it is left out of the page's `data`. */
export interface UnreadableOrder {
  /** Its place on the page, from 1. */
  readonly position: number;
  /** Its number as the customer knows it, where that much could be read: untrusted text. */
  readonly orderNumber?: string;
  /** Why, e.g. `data.data[].id: expected integer, found string`. No values. */
  readonly problem: string;
}

/** One page of orders as the API sent it, as far as it can be used, and where the answer differs from the document. */
export interface ReadPage extends OrderPage {
  /** Absent where nothing differs. */
  readonly drift?: readonly Drift[];
  /** Absent where every entry could be used. */
  readonly unreadable?: readonly UnreadableOrder[];
}

/** One page of orders. */
export interface OrdersPage extends ReadPage {
  /** Whether the API names a page after this one. */
  readonly hasNextPage: boolean;
}

/** Equal for differences that a reader needs to see once. */
export function driftKey({ path, expected, found }: Drift): string {
  return [path, expected, found].join('\n');
}
