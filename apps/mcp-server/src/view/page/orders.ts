import { element, part } from './element.js';
import { readFailure } from './failure.js';
import { connectToHost, type Host, type ToolAnswer } from './host.js';
import { type JsonObject, objectOr } from './json-value.js';
import { type OrdersTable, readOrdersTable } from './orders-table.js';
import { createSyncControls } from './sync-controls.js';
import { cellContent, labelOf, statusBadge, tableElement } from './table-element.js';

const main = part('orders-view', HTMLElement);
const facts = part('facts', HTMLElement);
const note = part('note', HTMLElement);
const constant = part('constant', HTMLElement);
const failure = part('failure', HTMLElement);
const orders = part('orders', HTMLElement);
const pages = part('pages', HTMLElement);
const previous = part('previous', HTMLButtonElement);
const next = part('next', HTMLButtonElement);
const totals = part('totals', HTMLElement);
const totalsTitle = part('totals-title', HTMLElement);
const totalsList = part('totals-list', HTMLElement);
const announcement = part('announcement', HTMLElement);

/** The tools that the server names; none to sync with where nothing may be written. */
const { listTool = '', syncTool } = document.documentElement.dataset;

try {
  await showOrders();
} catch (error) {
  showFailure(`The assistant does not show this view: ${String(error)}`);
}

async function showOrders(): Promise<void> {
  /** Of the call that is shown; without them no other page of the same list can be asked for. */
  let listArguments: JsonObject | undefined;
  let shown: OrdersTable | undefined;

  const host: Host = await connectToHost({
    toolInput(args) {
      // Some hosts report the view's own calls too; the first arguments are those of the list.
      listArguments ??= args;
      if (shown !== undefined) showPages(shown);
    },
    toolResult(answer) {
      // A sync's answer, which some hosts report too, is shown where it was asked for.
      if (shown === undefined || readOrdersTable(answer.structured) !== undefined) showAnswer(answer);
    },
    toolCancelled() {
      if (shown === undefined) facts.textContent = 'The call was cancelled.';
    },
    context: applyContext,
    teardown: () => resizing.disconnect(),
  });

  const resizing = new ResizeObserver(() => {
    const { height } = document.documentElement.getBoundingClientRect();
    host.sizeChanged({ width: window.innerWidth, height: Math.ceil(height) });
  });
  resizing.observe(document.documentElement);

  const syncControls =
    syncTool === undefined
      ? undefined
      : createSyncControls({
          sync: (orderId) => host.callTool(syncTool, { order_id: orderId }),
          announce: (text) => {
            announcement.textContent = text;
          },
          onOutcomes: (lines) =>
            host.tellAssistant(
              ['The user sent orders to SnelStart from the orders view.', ...lines].join('\n'),
            ),
        });

  previous.addEventListener('click', () => void turnTo(-1));
  next.addEventListener('click', () => void turnTo(+1));

  async function turnTo(step: -1 | 1): Promise<void> {
    // Not disabled meanwhile: a button that is loses the focus.
    if (shown === undefined || pages.ariaBusy === 'true') return;
    const { page, perPage } = shown;
    pages.ariaBusy = 'true';
    announcement.textContent = 'Loading.';
    try {
      showAnswer(await host.callTool(listTool, { per_page: perPage, ...listArguments, page: page + step }));
    } catch (error) {
      showFailure(`The assistant passed on no answer: ${String(error)}`);
    }
    announcement.textContent = '';
    pages.ariaBusy = 'false';
  }

  function showAnswer(answer: ToolAnswer): void {
    const table = answer.isError ? undefined : readOrdersTable(answer.structured);
    main.ariaBusy = 'false';
    if (table !== undefined) showTable(table);
    else showFailure(answer.isError ? explain(answer.text) : answer.text);
  }

  function showTable(table: OrdersTable): void {
    shown = table;
    failure.hidden = true;
    showFacts(table);
    showConstant(table);
    syncControls?.clear();
    orders.hidden = table.rows.length === 0;
    orders.replaceChildren(tableElement(table, host.callsTools ? syncControls?.show : undefined));
    showTotals(table);
    showPages(table);
  }

  function showPages({ page, lastPage, columns }: OrdersTable): void {
    const hasPages = lastPage > 1 && columns.length > 0;
    pages.hidden = !hasPages || !host.callsTools || listArguments === undefined;
    previous.disabled = page <= 1;
    next.disabled = page >= lastPage;
  }
}

function showFacts({ page, lastPage, total, columns, rows, note: text }: OrdersTable): void {
  facts.textContent = [
    `${total} matching ${total === 1 ? 'order' : 'orders'}`,
    ...(columns.length === 0 ? [] : [`page ${page} of ${lastPage}`]),
    ...(columns.length > 0 && rows.length === 0 ? ['no orders on this page'] : []),
  ].join(' · ');
  note.hidden = text === undefined;
  note.textContent = text ?? '';
}

function showConstant({ constant: columns }: OrdersTable): void {
  constant.hidden = columns.length === 0;
  constant.replaceChildren(
    'In every row:',
    ...columns.map(([column, cell]) => element('span', {}, `${labelOf(column)} `, cellContent(column, cell))),
  );
}

function showTotals({ totals: byStatus, totalsCoverAll }: OrdersTable): void {
  totals.hidden = byStatus.length === 0;
  totalsTitle.textContent = totalsCoverAll ? 'Totals of all pages' : 'Totals of what is shown here';
  totalsList.replaceChildren(
    ...byStatus.map(({ status, count, sum }) =>
      element(
        'li',
        {},
        statusBadge(status),
        element('span', {}, `${count} ${count === 1 ? 'order' : 'orders'}`),
        element('span', { class: 'number' }, sum ?? ''),
      ),
    ),
  );
}

function showFailure(text: string): void {
  failure.hidden = false;
  failure.textContent = text;
}

function explain(text: string): string {
  const { code, sentence, details } = readFailure(text);
  return [`${code}: ${sentence}`, ...details].join(' ');
}

function applyContext({ theme, styles }: JsonObject): void {
  const { style } = document.documentElement;
  if (theme === 'light' || theme === 'dark') style.colorScheme = theme;
  for (const [name, value] of Object.entries(objectOr(objectOr(styles)['variables']))) {
    if (name.startsWith('--') && typeof value === 'string') style.setProperty(name, value);
  }
}
