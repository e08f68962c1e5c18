import type { Order } from './order.js';

/** Separates the searched fields. It cannot be typed, so no search matches across two fields. */
const fieldSeparator = '\u001f';

/** Order number, names, e-mail address and invoice id: what a shop would type; the vendor does not say. */
export function searchText({ order_number: number, billing, invoice_id: invoice }: Order): string {
  const name = [billing?.invoice_firstname, billing?.invoice_lastname]
    .filter((part) => part != null)
    .join(' ');
  return [number, name, billing?.invoice_company, billing?.invoice_email, invoice]
    .map((field) => searchable(field ?? ''))
    .join(fieldSeparator);
}

/** Drops case, as Laravel does on MySQL's usual collation; apply it to both sides of a search. */
export function searchable(text: string): string {
  return text.toLowerCase();
}

/** SQLite would cut a text at NUL, and every order contains the separator: both would find too much. */
export function canBeFound(text: string): boolean {
  return !(text.includes('\0') || text.includes(fieldSeparator));
}
