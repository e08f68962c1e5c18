import type { Order } from '@wemasy-orders/client';
import type { AnswerField } from '@wemasy-orders/client/operations';
import { cleanText, cleanValue } from './clean-text.js';
import { orderField, type PersonalData, type Step, visibleField, visiblePartAt } from './visibility.js';

/** What one cell of a table can hold. */
export type Cell = string | number | boolean | null;

/** A column of a table; it exists only where the owner lets the reader see it. */
export interface Column<Row = Order> {
  readonly name: string;
  cellOf(row: Row): Cell;
}

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

/** Who bought: the company where there is one, else the person. */
const companyPaths = ['billing.invoice_company'];
const personPaths = ['billing.invoice_firstname', 'billing.invoice_lastname'];

/**
 * All columns of an order that may be shown, in the document's order: every field that the personal-data mode allows, and
 * `customer`, which says who bought. A field that the document does not know has no column.
 */
export function columnsFor(personalData: PersonalData, order: AnswerField = orderField): readonly Column[] {
  const columns = columnsOf(order, personalData);
  const customer = customerColumn(columns);
  const isTaken = leavesOf(order).some(({ name }) => name === customer?.name);
  return customer === undefined || isTaken ? columns : [...columns, customer];
}

/** A column of one field. */
interface FieldColumn extends Column<unknown> {
  /** Of the field, e.g. `billing.invoice_email` or `lines[].sku`. */
  readonly path: string;
}

/**
 * The columns of a described value that may be shown, one for each field. A column through an array holds the list of its
 * values as JSON, one for each element; a map is one column.
 */
export function columnsOf(field: AnswerField, personalData: PersonalData): readonly FieldColumn[] {
  const visible = visibleField(field, personalData);
  const readLeaf = (steps: readonly Step[]) => visiblePartAt(field, steps, personalData);
  return visible === undefined ? [] : describedColumns(field, visible, readLeaf);
}

/**
 * The columns of a value of which only the visible part is left.
 *
 * @param field its whole description, which decides the names
 * @param visible what of it is visible
 */
export function shownColumns(field: AnswerField, visible: AnswerField): readonly FieldColumn[] {
  return describedColumns(field, visible, () => (value) => value);
}

/** @param readLeaf makes what is shown of the value of a column */
function describedColumns(
  field: AnswerField,
  visible: AnswerField,
  readLeaf: (steps: readonly Step[]) => Read,
): readonly FieldColumn[] {
  return leavesOf(field)
    .filter(({ steps }) => isDescribed(visible, steps))
    .map(({ name, path, steps }) => {
      const read = readAt(steps, readLeaf(steps));
      return {
        name,
        path,
        cellOf: (row) => {
          const value = read(row);
          return path === 'date' && typeof value === 'string' ? readableDate(value) : toCell(value);
        },
      };
    });
}

interface Leaf {
  readonly name: string;
  readonly path: string;
  readonly steps: readonly Step[];
}

/** Every field without fields of its own, with the shortest name that no other one has, the same in every mode. */
function leavesOf(field: AnswerField): readonly Leaf[] {
  const ways = waysTo(field, []);
  const byEnd = new Map<string, number>();
  for (const way of ways) for (const end of endsOf(way)) byEnd.set(end, (byEnd.get(end) ?? 0) + 1);
  return ways.map((steps) => {
    const ends = endsOf(steps);
    return {
      name: ends.find((end) => byEnd.get(end) === 1) ?? ends.at(-1) ?? '',
      path: steps
        .map((step) => (step === null ? '[]' : `.${step}`))
        .join('')
        .replace(/^\./, ''),
      steps,
    };
  });
}

function waysTo(field: AnswerField, steps: readonly Step[]): readonly (readonly Step[])[] {
  if (!hasColumnsInside(field)) return [steps];
  const { fields, items } = field;
  if (items !== undefined) return waysTo(items, [...steps, null]);
  return Object.entries(fields ?? {}).flatMap(([name, child]) => waysTo(child, [...steps, name]));
}

/** Whether a value is always an object with described fields, or an array of such. */
function hasColumnsInside({ privacy, fields, values, items }: AnswerField): boolean {
  if (privacy !== undefined || values !== undefined) return false;
  return items === undefined ? fields !== undefined : fields === undefined && hasColumnsInside(items);
}

/** `a.b.c` ends in `c`, `b.c` and `a.b.c`. */
function endsOf(steps: readonly Step[]): string[] {
  const names = steps.filter((step) => step !== null);
  return names.map((_, at) => names.slice(at).join('.')).reverse();
}

function isDescribed(field: AnswerField, steps: readonly Step[]): boolean {
  const found = steps.reduce<AnswerField | undefined>(
    (above, step) => (step === null ? above?.items : above?.fields?.[step]),
    field,
  );
  return found !== undefined;
}

type Read = (value: unknown) => unknown;

/** Reads what is at the end of the steps; made once a column, since a table has many cells. */
function readAt([step, ...rest]: readonly Step[], readLeaf: Read): Read {
  if (step === undefined) return readLeaf;
  const read = readAt(rest, readLeaf);
  if (step !== null) {
    return (value) => (isRecord(value) && Object.hasOwn(value, step) ? read(value[step]) : undefined);
  }
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    const values = value.map((item: unknown) => read(item) ?? null);
    return values.length > 0 && values.every((each) => each === null) ? undefined : values;
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The default selection out of the columns that exist. */
export function defaultColumns(columns: readonly Column[]): readonly Column[] {
  return defaultColumnNames.flatMap((name) => columns.find((column) => column.name === name) ?? []);
}

/** @returns undefined where no part of a customer's name may be shown */
function customerColumn(columns: readonly FieldColumn[]): Column | undefined {
  const columnsAt = (paths: readonly string[]) => columns.filter(({ path }) => paths.includes(path));
  const companies = columnsAt(companyPaths);
  const names = columnsAt(personPaths);
  if (companies.length + names.length === 0) return undefined;
  const textOf = (parts: readonly FieldColumn[], order: Order) =>
    cleanText(parts.map((part) => part.cellOf(order) ?? '').join(' '));
  return {
    name: 'customer',
    cellOf: (order) => textOf(companies, order) || textOf(names, order) || null,
  };
}

function toCell(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return cleanText(typeof value === 'string' ? value : JSON.stringify(cleanValue(value)));
}

/**
 * The API's date (`2026-02-17 12:05:PM`: twelve-hour clock, no zone) as `YYYY-MM-DD HH:MM`, still shop-local time. A
 * date of another form, or with a time that a twelve-hour clock does not have, is shown as it came.
 */
export function readableDate(text: string): string {
  const [, day = '', hour = '', minute = '', half = ''] = documentedDate.exec(text) ?? [];
  if (!isDay(day)) return cleanText(text);
  const hours = (Number(hour) % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
  return `${day} ${String(hours).padStart(2, '0')}:${minute}`;
}

const documentedDate = /^(\d{4}-\d{2}-\d{2}) (0?[1-9]|1[0-2]):([0-5]\d):?\s?([AP])M$/i;

/** A day that a month does not have would be one of the next month. */
function isDay(day: string): boolean {
  return new Date(`${day}T00:00:00Z`).getUTCDate() === Number(day.slice(-2));
}
