import type * as z from 'zod';
import type * as schemas from '@wemasy-orders/client/schemas';

type PaginationLink = z.infer<typeof schemas.PaginationLink>;

/** A page as the API sends it. */
type Page = Omit<z.infer<typeof schemas.OrderPage>, 'data'> & { data: readonly unknown[] };

/** Laravel's default: page links on each side of the current one. */
const onEachSide = 3;

/**
 * One page in the shape of Laravel's `LengthAwarePaginator`, fields in the order of the vendor's example.
 *
 * @param path address of the endpoint; like Laravel's, the page addresses carry no filters
 */
export function paginate(
  found: { readonly orders: readonly unknown[]; readonly total: number },
  asked: { readonly page: number; readonly perPage: number },
  path: string,
): Page {
  const { orders, total } = found;
  const { page, perPage } = asked;
  const lastPage = Math.max(Math.ceil(total / perPage), 1);
  const from = orders.length === 0 ? null : (page - 1) * perPage + 1;
  const url = (number: number) => `${path}?page=${number}`;
  const previous = page > 1 ? url(page - 1) : null;
  const next = page < lastPage ? url(page + 1) : null;
  return {
    current_page: page,
    data: orders,
    first_page_url: url(1),
    from,
    last_page: lastPage,
    last_page_url: url(lastPage),
    links: [
      { url: previous, label: '« Previous', active: false },
      ...shownPages(page, lastPage).map((shown): PaginationLink =>
        shown === '...'
          ? { url: null, label: shown, active: false }
          : { url: url(shown), label: String(shown), active: shown === page },
      ),
      { url: next, label: 'Next »', active: false },
    ],
    next_page_url: next,
    path,
    per_page: perPage,
    prev_page_url: previous,
    to: from === null ? null : from + orders.length - 1,
    total,
  };
}

/** The page links and gaps that Laravel's `UrlWindow` shows. */
function shownPages(page: number, lastPage: number): (number | '...')[] {
  const nearAnEnd = onEachSide + 4;
  if (lastPage < onEachSide * 2 + 8) return range(1, lastPage);
  if (page <= nearAnEnd)
    return [...range(1, nearAnEnd + onEachSide), '...', ...range(lastPage - 1, lastPage)];
  if (page > lastPage - nearAnEnd) {
    return [1, 2, '...', ...range(lastPage - (nearAnEnd + onEachSide - 1), lastPage)];
  }
  return [1, 2, '...', ...range(page - onEachSide, page + onEachSide), '...', lastPage - 1, lastPage];
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
