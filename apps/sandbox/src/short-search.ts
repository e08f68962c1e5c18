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

const Texts = z.object({
  status: z.string().nullable(),
  type: z.string().nullable(),
  ids: z.string().transform((json) => z.array(z.int()).parse(JSON.parse(json))),
  texts: z.string().transform((json) => z.array(z.string()).parse(JSON.parse(json))),
});

/**
 * Searches for texts that are too short for the trigram index. To pass every order's text takes this
 * SQLite build 25 ms at 100,000 orders and JavaScript 5, so the texts are kept here from the first such
 * search on; no order comes, goes or changes in them.
 */
export function createShortSearch(database: Connection): (search: string) => ShortSearchResult {
  let kept: z.infer<typeof Texts>[] | undefined;

  return (search) => {
    kept ??= database.all(
      `SELECT status, type, json_group_array(id) AS ids, json_group_array(search_text) AS texts
       FROM orders GROUP BY status, type`,
      [],
      Texts,
    );
    const ids: number[] = [];
    const groups = kept.map(({ status, type, ids: idsOfGroup, texts }): Group => {
      let count = 0;
      for (const [index, text] of texts.entries()) {
        if (!text.includes(search)) continue;
        count += 1;
        const id = idsOfGroup[index];
        if (id !== undefined && ids.length <= mostIds) ids.push(id);
      }
      return { status, type, count };
    });
    return { groups: groups.filter(({ count }) => count > 0), ids: ids.length > mostIds ? null : ids };
  };
}
