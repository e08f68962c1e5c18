import type { Order } from './invented-order.js';

/** Stands between the searched fields and cannot be typed, so that no search text matches across two. */
const fieldSeparator = '\u001f';

/** Order number, names, e-mail address and invoice id: what a shop would type; the vendor does not say. */
export function searchText(order: Order): string {
  const { billing } = order;
  const name = [billing.invoice_firstname, billing.invoice_lastname].filter((part) => part != null).join(' ');
  return [order.order_number, name, billing.invoice_company, billing.invoice_email, order.invoice_id]
    .map((field) => searchable(field ?? ''))
    .join(fieldSeparator);
}

/** Without case, as Laravel on MySQL's usual collation compares; both sides of a search pass through here. */
export function searchable(text: string): string {
  return text.toLowerCase();
}

/** SQLite would cut a text at NUL, and a separator stands in every order: both would find too much. */
export function canBeFound(text: string | null): boolean {
  return text === null || !(text.includes('\0') || text.includes(fieldSeparator));
}
