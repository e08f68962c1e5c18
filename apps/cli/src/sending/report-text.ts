import { widthOf } from '../output/display-width.js';
import type { Row } from '../output/row-writer.js';
import { createStyle } from '../output/style.js';
import { createTable } from '../output/table.js';
import type { Channel } from '../terminal.js';
import { type Outcome, outcomeOrder, type Report, type ReportedOrder } from './report.js';

/** What to do about flagged orders that a run left out. */
export const leftOutRemedy = '--status or --every-status sends orders that are left out.';

const words: Readonly<Record<Outcome, string>> = {
  synced: 'synced',
  already_synced: 'already synced',
  rejected: 'rejected',
  unknown: 'unknown',
  not_sent: 'not sent',
};

const colors = {
  synced: 'green',
  already_synced: 'dim',
  rejected: 'red',
  unknown: 'yellow',
  not_sent: 'red',
} as const satisfies Record<Outcome, string>;

/** The report for people: every order with its outcome, the next steps, and the counts. */
export function reportText(report: Report, out: Pick<Channel, 'columns' | 'hasColor'>): string {
  const style = createStyle(out.hasColor);
  const table = createTable(['order', 'outcome', 'when', 'why'], {
    width: out.columns(),
    hasColor: out.hasColor,
  });
  const orders = outcomeOrder.flatMap((outcome) =>
    report.orders.filter((order) => order.outcome === outcome),
  );
  const next = nextSteps(report);
  return [
    orders.length === 0 ? '' : table.add(orders.map(rowOf)),
    ...(next.length === 0 ? [] : ['\n', ...next.map((line) => `${line}\n`)]),
    orders.length === 0 ? '' : '\n',
    `${countsText(report, (outcome, text) => style(colors[outcome], text))}\n`,
    leftOutText(report),
  ].join('');
}

function rowOf({ order_id, outcome, synced_at, message, reason }: ReportedOrder): Row {
  return [order_id, words[outcome], synced_at ?? null, reason ?? message ?? null];
}

/** `60 orders: 57 synced, 2 rejected, 1 unknown.` */
function countsText(
  { orders, counts, interrupted }: Report,
  paint: (outcome: Outcome, text: string) => string = (_, text) => text,
): string {
  const parts = [...outcomeOrder]
    .reverse()
    .filter((outcome) => counts[outcome] > 0)
    .map((outcome) => paint(outcome, `${counts[outcome]} ${words[outcome]}`));
  const total = `${orders.length} ${orders.length === 1 ? 'order' : 'orders'}`;
  return `${interrupted ? 'Interrupted. ' : ''}${total}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}.`;
}

/** `Left out because of their status: 2 cancelled (12, 15).` */
function leftOutText({ left_out: leftOut = [] }: Report): string {
  if (leftOut.length === 0) return '';
  const byStatus = new Map<string, number[]>();
  for (const { order_id: id, status } of leftOut) byStatus.set(status, [...(byStatus.get(status) ?? []), id]);
  const parts = [...byStatus].map(([status, ids]) => `${ids.length} ${status} (${idList(ids)})`);
  return `Left out because of their status: ${parts.join(', ')}. ${leftOutRemedy}\n`;
}

/** One line for each step, with the orders that need it; what ended the run is said once. */
function nextSteps({ orders, stopped_by: stop }: Report): string[] {
  const byStep = new Map<string, number[]>();
  for (const { order_id: id, outcome, next } of orders) {
    if (next === undefined || outcome === 'unknown' || next === stop?.next) continue;
    byStep.set(next, [...(byStep.get(next) ?? []), id]);
  }
  return [
    ...(stop === undefined ? [] : [`The run ended early: ${stop.message} ${stop.next}`]),
    ...orders.flatMap(({ order_id: id, outcome, next }) =>
      outcome === 'unknown' && next !== undefined ? [`Order ${id}: ${next}`] : [],
    ),
    ...[...byStep].map(([step, ids]) => `${idsText(ids)}: ${step}`),
  ];
}

const longestList = 60;

function idsText(ids: readonly number[]): string {
  const all = ids.join(', ');
  const [first] = ids;
  if (ids.length === 1) return `Order ${all}`;
  return widthOf(all) <= longestList ? `Orders ${all}` : `${ids.length} orders from ${first} on`;
}

/** The first ids; the JSON report has all of them. */
function idList(ids: readonly number[]): string {
  const shown = ids.slice(0, 10);
  return [...shown, ...(ids.length > shown.length ? [`and ${ids.length - shown.length} more`] : [])].join(
    ', ',
  );
}
