import type { OrderFilters } from '@wemasy-orders/client';
import { duration } from '../duration.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { driftNotice } from '../orders/read-pages.js';
import { type DueOrders, findDueOrders } from '../orders/due-orders.js';
import { createRowText, type Row } from '../output/rows.js';
import { type Allowance, leastTimeMs, sendingAllowance } from '../sending/allowance.js';
import { type ReportingOptions, run } from '../sending/run.js';
import { type Intention, intentionsFor } from '../sending/standings.js';
import type { Session } from '../session.js';
import type { Channel } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import { waitNotice } from '../wait-notice.js';
import { refuseReadOnly } from '../writes.js';

export interface SyncDueOptions extends ReportingOptions {
  readonly filters: OrderFilters;
  /** Show what would be sent, and send nothing. */
  readonly dryRun: boolean;
  /** Send without asking. */
  readonly yes: boolean;
}

/** Sends every order that the shop has flagged for it. */
export async function syncDue(options: SyncDueOptions, session: Session): Promise<ExitCode> {
  const { dryRun, yes, quiet } = options;
  const { terminal, config } = session;
  if (!dryRun) {
    refuseReadOnly(config, 'sync-due');
    if (!yes && !terminal.canAsk) {
      throw new UsageError(
        'sync-due asks before it sends, and nobody is here to answer.',
        'Give --yes to send without asking, or --dry-run to see what would be sent.',
      );
    }
  }
  const { client, orderSync } = session.services();
  const due = await findDueOrders({
    client,
    filters: options.filters,
    personalData: config.WEMASY_PERSONAL_DATA,
    call: { maxWaitMs: session.maxWaitMs, onWait: waitNotice(terminal.err), priority: 'background' },
  });
  const say = (text: string) => (quiet ? Promise.resolve() : terminal.err.write(`${text}\n`));
  const drift = driftNotice(due.drift);
  if (drift !== undefined) await terminal.err.write(`${drift}\n`);

  const orderIds = due.orders.map(({ id }) => id);
  const allowance = sendingAllowance(config.WEMASY_RATE_LIMITS);
  if (dryRun) {
    const plan = await intentionsFor(orderSync, orderIds);
    await showPlan(due, plan, options.json, session);
    await say(planText(due, plan, allowance));
    return exitCodes.done;
  }
  if (orderIds.length > 0 && !yes) {
    const plan = await intentionsFor(orderSync, orderIds);
    await terminal.err.write(preview(due, plan, terminal.err));
    await terminal.err.write(`${planText(due, plan, allowance)}\n`);
    const sends = count(plan, 'send');
    if (sends > 0) {
      const { ask } = await import('../ask.js');
      const answer = await ask(`Send ${orders(sends)} to SnelStart?`, terminal);
      if (answer === 'interrupted') return exitCodes.interrupted;
      if (answer === 'no') {
        await terminal.err.write('Nothing was sent.\n');
        return exitCodes.done;
      }
    }
  } else {
    await say(`${orders(due.lookedAt)} looked at, ${due.orders.length} of them flagged to be sent.`);
  }
  return await run({ ...options, orderIds, priority: 'background', resend: false }, session);
}

/** The whole plan, as the result of a dry run. */
async function showPlan(
  due: DueOrders,
  plan: readonly Intention[],
  json: boolean,
  { terminal: { out } }: Session,
): Promise<void> {
  const text = createRowText(json ? 'json' : 'table', [...due.columns, 'plan'], out);
  await out.write(text.add(planRows(due, plan)) + text.end());
}

/** Enough to recognise what it is about before saying yes. */
const previewed = 15;

function preview(due: DueOrders, plan: readonly Intention[], err: Channel): string {
  const text = createRowText('table', [...due.columns, 'plan'], err);
  const rows = planRows(due, plan);
  const more = rows.length - previewed;
  const rest = more > 0 ? `… and ${more} more; --dry-run shows them all.\n` : '';
  return text.add(rows.slice(0, previewed)) + text.end() + rest;
}

function planRows(due: DueOrders, plan: readonly Intention[]): Row[] {
  return due.orders.map(({ cells }, at) => [...cells, plan[at] ?? null]);
}

/** What a run would do, in a sentence. */
function planText(due: DueOrders, plan: readonly Intention[], allowance: Allowance): string {
  const sends = count(plan, 'send');
  const others = (['already synced', 'under way', 'outcome unknown'] as const).flatMap((intention) => {
    const n = count(plan, intention);
    return n === 0 ? [] : [`${n} ${intention}`];
  });
  const { limit, windowMs } = allowance;
  const leastMs = leastTimeMs(sends, allowance);
  return [
    `${orders(due.lookedAt)} looked at, ${due.orders.length} flagged to be sent: ${[`${sends} to send`, ...others].join(', ')}.`,
    ...(leastMs > 0
      ? [`At ${limit} in ${duration(windowMs)} that takes ${duration(leastMs)} or longer.`]
      : []),
  ].join(' ');
}

function count(plan: readonly Intention[], intention: Intention): number {
  return plan.filter((each) => each === intention).length;
}

function orders(n: number): string {
  return `${n} ${n === 1 ? 'order' : 'orders'}`;
}
