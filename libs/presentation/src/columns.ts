import type { Order } from '@wemasy-orders/client';
import { operations, type Privacy, type ResponseField } from '@wemasy-orders/client/operations';
import { cleanText } from './clean-text.js';

/** How much of a customer's data the assistant may see, from least to most. */
export const personalDataModes = ['none', 'names', 'full'] as const;
export type PersonalData = (typeof personalDataModes)[number];

/** What one cell of a table can hold. */
export type Cell = string | number | boolean | null;

/** A column of the orders table; it exists only where the owner lets the assistant see it. */
export interface Column {
  readonly name: string;
  cellOf(order: Order): Cell;
}

const visiblePrivacies: Readonly<Record<PersonalData, readonly Privacy[]>> = {
  none: ['public'],
  names: ['public', 'name'],
  full: ['public', 'name', 'personal'],
};

/** The columns shown when the caller does not choose. */
const defaultColumnNames = [
  'id',
  'order_number',
  'date',
  'status',
  'payment_status',
  'payment_method',
  'total',
  'customer',
  'should_snelstart_sync',
  'invoice_id',
];

const orderPath = 'data.data[].';

/** The fields of an order, by their path below it. */
const orderFields: readonly (readonly [string, ResponseField])[] = Object.entries<ResponseField>(
  operations.listOrders.responseFields,
)
  .filter(([path]) => path.startsWith(orderPath))
  .map(([path, field]) => [path.slice(orderPath.length), field]);

/**
 * All columns that may be shown, in the document's order: every field of an order whose privacy mark allows it, and
 * `customer`, which says who bought. A field that the document does not know has no column.
 */
export function columnsFor(personalData: PersonalData): readonly Column[] {
  const visible = visiblePrivacies[personalData];
  const columns = orderFields
    .filter(([, { privacy }]) => visible.includes(privacy))
    .map(([path]) => fieldColumn(path));
  return visible.includes('name') ? [...columns, customer] : columns;
}

/** How many fields have a path that ends so. */
const fieldsByEnd = new Map<string, number>();
for (const [path] of orderFields) {
  for (const end of endsOf(path)) fieldsByEnd.set(end, (fieldsByEnd.get(end) ?? 0) + 1);
}

/** The shortest end of a field's path that no other field's path has: `invoice_email`, `package_slip.status`. */
function columnName(path: string): string {
  return endsOf(path).find((end) => fieldsByEnd.get(end) === 1) ?? path;
}

/** `a.b.c` ends in `c`, `b.c` and `a.b.c`. */
function endsOf(path: string): string[] {
  const parts = path.split('.');
  return parts.map((_, at) => parts.slice(at).join('.')).reverse();
}

/** The default selection out of the columns that exist. */
export function defaultColumns(columns: readonly Column[]): readonly Column[] {
  return defaultColumnNames.flatMap((name) => columns.find((column) => column.name === name) ?? []);
}

function fieldColumn(path: string): Column {
  const name = columnName(path);
  return {
    name,
    cellOf: (order) => {
      const value = path
        .split('.')
        .reduce<unknown>(
          (parent, key) =>
            typeof parent === 'object' && parent !== null ? Reflect.get(parent, key) : undefined,
          order,
        );
      return name === 'date' && typeof value === 'string' ? readableDate(value) : toCell(value);
    },
  };
}

/** Who bought: the company where there is one, else the person. */
const customer: Column = {
  name: 'customer',
  cellOf: ({ billing }) => {
    if (!billing || Array.isArray(billing)) return null;
    const person = [billing.invoice_firstname, billing.invoice_lastname].map((name) => name?.trim());
    const name = billing.invoice_company?.trim() || person.filter(Boolean).join(' ');
    return name === '' ? null : cleanText(name);
  },
};

function toCell(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return cleanText(typeof value === 'string' ? value : JSON.stringify(cleaned(value)));
}

/** Cleaned before it becomes JSON, which would write hidden characters out and so carry them past the cleaner. */
function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [cleanText(name), cleaned(child)]));
}

/**
 * The API's date (`2026-02-17 12:05:PM`: twelve-hour clock, no zone) as `YYYY-MM-DD HH:MM`, still shop-local time. A
 * date of another form, or with a time that a twelve-hour clock does not have, is shown as it came.
 */
export function readableDate(text: string): string {
  const match = /^(\d{4}-\d{2}-\d{2}) (0?[1-9]|1[0-2]):([0-5]\d):?\s?([AP])M$/i.exec(text);
  const [, day = '', hour = '', minute = '', half = ''] = match ?? [];
  if (!isDay(day)) return cleanText(text);
  const hours = (Number(hour) % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
  return `${day} ${String(hours).padStart(2, '0')}:${minute}`;
}

function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && day !== '' && date.toISOString().startsWith(day);
}
