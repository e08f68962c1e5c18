import { badge, element, type Tone } from './element.js';
import type { Cell, OrdersTable } from './orders-table.js';
import type { SyncPlace } from './sync-controls.js';

const tones: Readonly<Record<string, Tone>> = {
  paid: 'good',
  payment_received: 'good',
  completed: 'good',
  pending: 'busy',
  on_hold: 'warning',
  refunding: 'warning',
  refunded: 'quiet',
  cancelled: 'quiet',
  failed: 'bad',
};

/** A status in its colour. The API may send an unknown one, which is shown without a colour. */
export function statusBadge(status: string): HTMLSpanElement {
  return badge(status.replaceAll('_', ' '), (Object.hasOwn(tones, status) && tones[status]) || 'quiet');
}

/**
 * The orders as a table. Roles are written out, because a narrow page shows every row as a card and browsers then forget
 * that it is a table.
 *
 * @param showSync puts the controls of one order in their place; without it there is no such column
 */
export function tableElement(
  { columns, rows }: Pick<OrdersTable, 'columns' | 'rows'>,
  showSync: ((orderId: number, place: SyncPlace) => void) | undefined,
): HTMLTableElement {
  const idAt = columns.indexOf('id');
  const nameAt = columns.includes('order_number') ? columns.indexOf('order_number') : Math.max(idAt, 0);
  const offersSync = showSync !== undefined && idAt >= 0;

  const classes = columns.map((column, at) =>
    classOf(
      column,
      rows.map((row) => row[at] ?? null),
    ),
  );
  const headers = columns.map((column, at) =>
    element('th', { role: 'columnheader', scope: 'col', ...classes[at] }, labelOf(column)),
  );
  if (offersSync) {
    headers.push(element('th', { role: 'columnheader', scope: 'col', class: 'sync' }, 'SnelStart'));
  }

  const body = element('tbody', { role: 'rowgroup' });
  for (const row of rows) {
    const cells = columns.map((column, at) => {
      const content = cellContent(column, row[at] ?? null);
      const attributes = { 'data-label': labelOf(column), ...classes[at] };
      return at === nameAt
        ? element('th', { role: 'rowheader', scope: 'row', ...attributes }, content)
        : element('td', { role: 'cell', ...attributes }, content);
    });
    const id = row[idAt];
    const orderRow = element('tr', { role: 'row' }, ...cells);
    body.append(orderRow);
    if (!offersSync) continue;
    const cell = element('td', { role: 'cell', class: 'sync' });
    orderRow.append(cell);
    if (typeof id !== 'number') continue;
    const detail = element('div');
    const detailCell = element('td', { role: 'cell', colspan: String(columns.length + 1) }, detail);
    const detailRow = element('tr', { role: 'row', class: 'detail' }, detailCell);
    body.append(detailRow);
    showSync(id, { cell, detailRow, detail });
  }

  const head = element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...headers));
  return element('table', { role: 'table' }, head, body);
}

export function labelOf(column: string): string {
  return column.replaceAll(/[_.]/g, ' ');
}

export function cellContent(column: string, cell: Cell): Node | string {
  if (cell === null || cell === '') return '–';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  return column === 'status' || column === 'payment_status' ? statusBadge(String(cell)) : String(cell);
}

/** Numbers are set to the right, to be compared; a date stays on one line. */
function classOf(column: string, cells: readonly Cell[]): Record<string, string> {
  const isNumber = column === 'total' || cells.every((cell) => typeof cell === 'number');
  return isNumber ? { class: 'number' } : column === 'date' ? { class: 'date' } : {};
}
