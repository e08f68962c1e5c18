import { Option } from 'commander';
import { type CommandDefinition, isOn } from '../command.js';
import { duration } from '../duration.js';
import { UsageError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { createOrderFilters } from '../filter-options.js';
import { type DueOrders, findDueOrders } from '../orders/due-orders.js';
import { driftNotice } from '../orders/read-pages.js';
import { createRowWriter } from '../output/formats.js';
import type { Row } from '../output/row-writer.js';
import { type Allowance, leastTimeMs, sendingAllowance } from '../sending/allowance.js';
import { type Intention, planFor } from '../sending/plan.js';
import { sendAndReport } from '../sending/send-and-report.js';
import { refuseReadOnly, type Session } from '../session.js';
import { sandboxOption, settingsOptions } from '../settings-options.js';
import type { Channel } from '../terminal.js';
import { waitNotice } from '../wait-notice.js';
import { reportingOptions, ReportingValues } from './reporting.js';

const ownOptions = [
  new Option('--dry-run', 'Show what would be sent, and send nothing'),
  new Option('--yes', 'Send without asking; required where there is no terminal'),
  ...reportingOptions,
];

const filters = createOrderFilters([...ownOptions, sandboxOption, ...settingsOptions]);

const Values = ReportingValues.extend({ dryRun: isOn, yes: isOn });

export const syncDue: CommandDefinition = {
  name: 'sync-due',
  summary: 'Send every order that is flagged for it; for cron',
  description: [
    'Finds the orders whose flag should_snelstart_sync is set and sends them to SnelStart, oldest first. Until its last',
    "minute it leaves a part of the API's allowance to people. Ctrl-C ends the run after the order in flight. However a run",
    'ended, the same command continues it and sends no order twice.',
  ].join(' '),
  options: [...filters.options, ...ownOptions],
  examples: [
    ['wemasy-orders sync-due --dry-run', 'show what a run would do'],
    ['wemasy-orders sync-due --status paid', 'show what it would send, ask, and send'],
    [
      'wemasy-orders sync-due --yes --quiet --report report.json',
      'the nightly job: prints something only when it needs you',
    ],
  ],
  async action({ options }, session) {
    const { report, ...values } = Values.parse(options);
    const { dryRun, yes, quiet } = values;
    const { terminal, config } = session;
    const orderFilters = filters.read(options);
    if (!dryRun) {
      refuseReadOnly(session, 'sync-due');
      if (!yes && !terminal.canAsk) {
        throw new UsageError(
          'sync-due asks before it sends, and there is no terminal to ask on.',
          'Give --yes to send without asking, or --dry-run to see what would be sent.',
        );
      }
    }
    const { client, orderSync } = session.services();
    const due = await findDueOrders({
      client,
      filters: orderFilters,
      personalData: config.WEMASY_PERSONAL_DATA,
      call: { maxWaitMs: session.maxWaitMs, onWait: waitNotice(terminal.err), priority: 'background' },
    });
    const notify = (text: string) => (quiet ? Promise.resolve() : terminal.err.write(`${text}\n`));
    const drift = driftNotice(due.drift);
    if (drift !== undefined) await terminal.err.write(`${drift}\n`);

    const orderIds = due.orders.map(({ id }) => id);
    const allowance = sendingAllowance(config.WEMASY_RATE_LIMITS);
    if (dryRun) {
      const plan = await planFor(orderSync, orderIds);
      await showPlan(due, plan, values.json, session);
      await notify(planText(due, plan, allowance));
      return exitCodes.done;
    }
    if (orderIds.length > 0 && !yes) {
      const plan = await planFor(orderSync, orderIds);
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
      await notify(`${orders(due.lookedAt)} read, ${due.orders.length} flagged.`);
    }
    return await sendAndReport(
      { ...values, report, orderIds, priority: 'background', resend: false },
      session,
    );
  },
};

/** The whole plan, as the result of a dry run. */
async function showPlan(
  due: DueOrders,
  plan: readonly Intention[],
  json: boolean,
  { terminal: { out } }: Session,
): Promise<void> {
  const writer = createRowWriter(json ? 'json' : 'table', [...due.columns, 'plan'], out);
  await out.write(writer.add(planRows(due, plan)) + writer.end());
}

/** Enough orders to recognise what a yes would send. */
const previewed = 15;

function preview(due: DueOrders, plan: readonly Intention[], err: Channel): string {
  const writer = createRowWriter('table', [...due.columns, 'plan'], err);
  const rows = planRows(due, plan);
  const more = rows.length - previewed;
  const rest = more > 0 ? `… and ${more} more; --dry-run shows them all.\n` : '';
  return writer.add(rows.slice(0, previewed)) + writer.end() + rest;
}

function planRows(due: DueOrders, plan: readonly Intention[]): Row[] {
  return due.orders.map(({ cells }, at) => [...cells, plan[at] ?? null]);
}

/** What a run would do, in a sentence. */
function planText(due: DueOrders, plan: readonly Intention[], allowance: Allowance): string {
  const sends = count(plan, 'send');
  const others = (['already synced', 'in progress', 'outcome unknown'] as const).flatMap((intention) => {
    const n = count(plan, intention);
    return n === 0 ? [] : [`${n} ${intention}`];
  });
  const { limit, windowMs } = allowance;
  const leastMs = leastTimeMs(sends, allowance);
  return [
    `${orders(due.lookedAt)} read, ${due.orders.length} flagged: ${[`${sends} to send`, ...others].join(', ')}.`,
    ...(leastMs > 0
      ? [`At ${limit} in ${duration(windowMs)} that takes at least ${duration(leastMs)}.`]
      : []),
  ].join(' ');
}

function count(plan: readonly Intention[], intention: Intention): number {
  return plan.filter((each) => each === intention).length;
}

function orders(n: number): string {
  return `${n} ${n === 1 ? 'order' : 'orders'}`;
}
