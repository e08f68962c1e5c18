/** An order as an API sends it: with fields that the document has, or had, or never heard of. */
export interface SentOrder {
  readonly id: number;
  readonly [field: string]: unknown;
}

/** The body of a list answer that holds these orders, as Laravel's paginator writes it. */
export function orderPage(
  orders: readonly SentOrder[],
  { page = 1, perPage = 10, total = orders.length }: { page?: number; perPage?: number; total?: number } = {},
) {
  const path = 'https://api.example.com/api/services/webshop/v1/orders/all';
  const lastPage = Math.max(1, Math.ceil(total / perPage));
  const from = (page - 1) * perPage + 1;
  return {
    error: false,
    data: {
      current_page: page,
      data: [...orders],
      first_page_url: `${path}?page=1`,
      from: orders.length === 0 ? null : from,
      last_page: lastPage,
      last_page_url: `${path}?page=${lastPage}`,
      links: [],
      next_page_url: page < lastPage ? `${path}?page=${page + 1}` : null,
      path,
      per_page: perPage,
      prev_page_url: page > 1 ? `${path}?page=${page - 1}` : null,
      to: orders.length === 0 ? null : from + orders.length - 1,
      total,
    },
  };
}
