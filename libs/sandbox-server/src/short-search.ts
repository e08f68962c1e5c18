import * as z from 'zod';
import type { Connection } from './connection.js';

/** How many orders of one status and type are meant. */
export const Group = z.object({ status: z.string().nullable(), type: z.string().nullable(), count: z.int() });
export type Group = z.infer<typeof Group>;

export interface ShortSearchResult {
  readonly groups: Group[];
  /** Which orders; null when they are many, and so are found soon by walking through all. */
  readonly ids: readonly number[] | null;
}

/** More than so many orders need not be remembered one by one. */
const mostIds = 1_000;

const Rows = z.object({
  status: z.string().nullable(),
  type: z.string().nullable(),
  ids: z.string().transform((json) => z.array(z.int()).parse(JSON.parse(json))),
  texts: z.string().transform((json) => z.array(z.string()).parse(JSON.parse(json))),
});

/** The orders of one status and type, their texts as one. */
interface Kept extends Pick<Group, 'status' | 'type'> {
  readonly ids: readonly number[];
  readonly text: string;
  /** Where in the text each order's part ends. */
  readonly ends: Uint32Array;
}

/** Ends every order's part; nobody can search for it. */
const separator = '\0';

/**
 * Searches for texts that are too short for the trigram index. To pass every order's text takes this
 * SQLite build 25 ms at 100,000 orders and JavaScript 4, so the texts are kept here from the first such
 * search on; no order comes, goes or changes in them.
 */
export function createShortSearch(database: Connection): (search: string) => ShortSearchResult {
  let kept: Kept[] | undefined;

  return (search) => {
    kept ??= database
      .all(
        `SELECT status, type, json_group_array(id) AS ids, json_group_array(search_text) AS texts
         FROM orders GROUP BY status, type`,
        [],
        Rows,
      )
      .map(keep);
    const found: number[] = [];
    const groups = kept.map(({ status, type, ids, text, ends }): Group => {
      let count = 0;
      let order = 0;
      // One long text with jumps from order to order: a search in each of 100,000 texts takes half as long again.
      for (
        let at = text.indexOf(search);
        at >= 0 && at < text.length;
        at = text.indexOf(search, ends[order])
      ) {
        while (at >= (ends[order] ?? Infinity)) order += 1;
        count += 1;
        const id = ids[order];
        if (id !== undefined && found.length <= mostIds) found.push(id);
      }
      return { status, type, count };
    });
    return { groups: groups.filter(({ count }) => count > 0), ids: found.length > mostIds ? null : found };
  };
}

function keep({ status, type, ids, texts }: z.infer<typeof Rows>): Kept {
  let end = 0;
  const ends = Uint32Array.from(texts, (text) => (end += text.length + separator.length));
  return { status, type, ids, ends, text: texts.map((text) => text + separator).join('') };
}
