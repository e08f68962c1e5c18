import type { Cell } from '@wemasy-orders/presentation';

export type Row = readonly Cell[];

/** Turns rows into text one page at a time, so that memory use does not depend on their number. */
export interface RowWriter {
  /** The text of these rows, after the header where one is due. */
  add(rows: readonly Row[]): string;
  /**
   * The end of the output; all of it where no rows were added.
   *
   * @param facts about the rows; only `json` has a place for them
   */
  end(facts?: unknown): string;
}
