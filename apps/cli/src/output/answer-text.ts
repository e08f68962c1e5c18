import type { AnswerField } from '@wemasy-orders/client/operations';
import { shownColumns } from '@wemasy-orders/presentation';
import type { Channel } from '../terminal.js';
import { createTable } from './table.js';

/** What the document says of an answer, and of its visible part. */
export interface Description {
  readonly field: AnswerField;
  readonly visible: AnswerField;
}

/**
 * The visible part of an answer for people: its single values, one a line, then the elements of its outermost list as a
 * table.
 */
export function answerText(
  shown: unknown,
  { field, visible }: Description,
  out: Pick<Channel, 'columns' | 'hasColor'>,
): string {
  const list = listIn(field);
  const single = list === undefined ? field : without(field, list.way);
  const values = single === undefined ? [] : shownColumns(single, visible);
  const lines = values.flatMap(({ name, cellOf }) => {
    const cell = cellOf(shown);
    return cell === null ? [] : [`${name || 'answer'}: ${String(cell)}\n`];
  });
  const items = list && at(visible, list.way)?.items;
  if (list === undefined || items === undefined) return lines.join('');
  const columns = shownColumns(list.items, items);
  const rows = rowsOf(shown, list.way).map((row) => columns.map(({ cellOf }) => cellOf(row)));
  const table = createTable(
    columns.map(({ name }) => name),
    { width: out.columns(), hasColor: out.hasColor },
  );
  return `${lines.join('')}${lines.length === 0 ? '' : '\n'}${table.add(rows)}${table.end()}`;
}

interface List {
  /** Names of the fields that lead to it. */
  readonly way: readonly string[];
  readonly items: AnswerField;
}

/** The list of objects that is nearest to the top. */
function listIn(field: AnswerField): List | undefined {
  const queue: { way: readonly string[]; field: AnswerField }[] = [{ way: [], field }];
  for (const { way, field: each } of queue) {
    if (each.items?.fields !== undefined) return { way, items: each.items };
    for (const [name, child] of Object.entries(each.fields ?? {}))
      queue.push({ way: [...way, name], field: child });
  }
  return undefined;
}

function without(field: AnswerField, [name, ...rest]: readonly string[]): AnswerField | undefined {
  if (name === undefined) return undefined;
  const fields = Object.entries(field.fields ?? {}).flatMap(([each, child]) => {
    const left = each === name ? without(child, rest) : child;
    return left === undefined ? [] : [[each, left] as const];
  });
  return { ...field, fields: Object.fromEntries(fields) };
}

function at(field: AnswerField, way: readonly string[]): AnswerField | undefined {
  return way.reduce<AnswerField | undefined>((each, name) => each?.fields?.[name], field);
}

function rowsOf(shown: unknown, way: readonly string[]): readonly unknown[] {
  const found = way.reduce<unknown>(
    (value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined),
    shown,
  );
  return Array.isArray(found) ? found : [];
}
