import type { OrderFilters } from '@wemasy-orders/client';
import { duration } from '../duration.js';
import { UsageError } from '../errors.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { countsByStatus, type DueOrders, findDueOrders, type StatusChoice } from '../orders/due-orders.js';
import { exitCodeOfReading, orders } from '../orders/reading.js';
import { createRowWriter } from '../output/formats.js';
import type { Row } from '../output/row-writer.js';
import { refuseReadOnly, type Session } from '../session.js';
import type { Channel } from '../terminal.js';
import { waitNotice } from '../wait-notice.js';
import { type Allowance, leastTimeMs, sendingAllowance } from './allowance.js';
import { type Intention, planFor } from './plan.js';
import { leftOutRemedy } from './report-text.js';
import { sendAndReport, type SendAndReportOptions } from './send-and-report.js';

export interface SendDueOrdersOptions extends Pick<SendAndReportOptions, 'json' | 'report' | 'quiet'> {
  readonly filters: Omit<OrderFilters, 'status'>;
  /** Send flagged orders with these statuses only. */
  readonly status?: readonly NonNullable<OrderFilters['status']>[] | undefined;
  readonly everyStatus: boolean;
  /** Show what would be sent, and send nothing. */
  readonly dryRun: boolean;
  /** Send without asking. */
  readonly yes: boolean;
}

/** Sends the orders that are flagged for it, once a person or `yes` agrees. */
export async function sendDueOrders(options: SendDueOrdersOptions, session: Session): Promise<ExitCode> {
  const { filters, status, everyStatus, dryRun, yes, ...reporting } = options;
  const { quiet, json } = reporting;
  const { terminal, config } = session;
  if (!dryRun) {
    refuseReadOnly(session, 'sync-due');
    if (!yes && !terminal.canAsk) {
      throw new UsageError(
        'sync-due asks before it sends, and there is no terminal to ask on.',
        'Give --yes to send without asking, or --dry-run to see what would be sent.',
      );
    }
  }
  const statuses: StatusChoice = everyStatus ? 'every' : status === undefined ? 'bookable' : new Set(status);
  const { client, orderSync } = session.services();
  const due = await findDueOrders({
    client,
    // The API takes one status.
    filters: status?.length === 1 ? { ...filters, status: status[0] } : filters,
    statuses,
    personalData: config.WEMASY_PERSONAL_DATA,
    call: { maxWaitMs: session.maxWaitMs, onWait: waitNotice(terminal.err), priority: 'background' },
  });
  const { facts } = due;
  const notify = (text: string) => (quiet ? Promise.resolve() : terminal.err.write(`${text}\n`));
  const isWhole = exitCodeOfReading(facts) === exitCodes.done;
  for (const line of due.readingText) await (isWhole ? notify(line) : terminal.err.write(`${line}\n`));

  const orderIds = due.orders.map(({ id }) => id);
  const allowance = sendingAllowance(config.WEMASY_RATE_LIMITS);
  if (dryRun) {
    const plan = await planFor(orderSync, orderIds);
    await showPlan(due, plan, json, session);
    await notify(planText(due, plan, allowance));
    return exitCodeOfReading(facts);
  }
  if (orderIds.length > 0 && !yes) {
    const plan = await planFor(orderSync, orderIds);
    await terminal.err.write(await preview(due, plan, terminal.err));
    await terminal.err.write(`${planText(due, plan, allowance)}\n`);
    const sends = ordersToSend(due, plan);
    if (sends.length > 0) {
      const { ask } = await import('../ask.js');
      const answer = await ask(
        `Send ${orders(sends.length)} (${countsByStatus(sends)}) to SnelStart?`,
        terminal,
      );
      if (answer === 'interrupted') return exitCodes.interrupted;
      if (answer === 'no') {
        await terminal.err.write('Nothing was sent.\n');
        return exitCodes.done;
      }
    }
  } else {
    await notify(flaggedText(due, []));
  }
  return await sendAndReport(
    {
      ...reporting,
      orderIds,
      priority: 'background',
      resend: false,
      selection: {
        leftOut: due.leftOut,
        facts,
        // Orders that an explicit choice leaves out need no further decision.
        needsAttention: !isWhole || (statuses === 'bookable' && due.leftOut.length > 0),
      },
    },
    session,
  );
}

/** The whole plan, as the result of a dry run. */
async function showPlan(
  due: DueOrders,
  plan: readonly Intention[],
  json: boolean,
  { terminal: { out } }: Session,
): Promise<void> {
  const writer = await createRowWriter(json ? 'json' : 'table', [...due.columns, 'plan'], out, 'orders');
  await out.write(writer.add(planRows(due, plan)) + writer.end(due.facts));
}

/** Enough orders to recognise what a yes would send. */
const previewed = 15;

async function preview(due: DueOrders, plan: readonly Intention[], err: Channel): Promise<string> {
  const writer = await createRowWriter('table', [...due.columns, 'plan'], err);
  const rows = planRows(due, plan);
  const more = rows.length - previewed;
  const rest = more > 0 ? `… and ${more} more; --dry-run shows them all.\n` : '';
  return writer.add(rows.slice(0, previewed)) + writer.end() + rest;
}

function planRows(due: DueOrders, plan: readonly Intention[]): Row[] {
  return [
    ...due.orders.map(({ cells }, at) => [...cells, plan[at] ?? null]),
    ...due.leftOut.map(({ cells }) => [...cells, 'left out']),
  ];
}

/** What a run would do, in sentences. */
function planText(due: DueOrders, plan: readonly Intention[], allowance: Allowance): string {
  const sends = ordersToSend(due, plan);
  const others = (['already synced', 'in progress', 'outcome unknown'] as const).flatMap((intention) => {
    const n = plan.filter((each) => each === intention).length;
    return n === 0 ? [] : [`${n} ${intention}`];
  });
  const { limit, windowMs } = allowance;
  const leastMs = leastTimeMs(sends.length, allowance);
  return [
    flaggedText(due, [counted(sends, 'to send'), ...others]),
    ...(leastMs > 0
      ? [`At ${limit} in ${duration(windowMs)} that takes at least ${duration(leastMs)}.`]
      : []),
  ].join(' ');
}

/** How many orders are flagged, and which of them are left out. */
function flaggedText({ orders: chosen, leftOut }: DueOrders, plan: readonly string[]): string {
  const parts = [...plan, ...(leftOut.length === 0 ? [] : [counted(leftOut, 'left out')])];
  const flagged = `${orders(chosen.length + leftOut.length)} flagged`;
  const text = `${[flagged, ...(parts.length === 0 ? [] : [parts.join(', ')])].join(': ')}.`;
  return leftOut.length === 0 ? text : `${text} ${leftOutRemedy}`;
}

/** `9 to send (7 paid, 2 completed)` */
function counted(some: DueOrders['orders'], what: string): string {
  return `${some.length} ${what}${some.length === 0 ? '' : ` (${countsByStatus(some)})`}`;
}

function ordersToSend(due: DueOrders, plan: readonly Intention[]): DueOrders['orders'] {
  return due.orders.filter((_, at) => plan[at] === 'send');
}
