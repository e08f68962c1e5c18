import { access, constants, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { OrderSync, SyncOutcome } from '@wemasy-orders/order-sync';
import { errorLine, OutputError, UsageError } from '../errors.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import type { Session } from '../session.js';
import { sendingAllowance } from './allowance.js';
import { createProgress } from './progress.js';
import { exitCodeOfRun, type Report, reportOf, type Selection } from './report.js';
import { reportText } from './report-text.js';
import { sendOrders, type SendOrdersOptions } from './send-orders.js';

export interface SendAndReportOptions extends Pick<SendOrdersOptions, 'orderIds' | 'priority' | 'resend'> {
  /** The report as JSON on stdout instead of a table. */
  readonly json: boolean;
  /** A file for the report as JSON. */
  readonly report?: string | undefined;
  /** Print nothing unless something needs attention. */
  readonly quiet: boolean;
  /** How the orders were chosen, where they were not named. */
  readonly selection?: Selection;
}

/** Sends orders and reports their outcomes, also when the run ends early. */
export async function sendAndReport(options: SendAndReportOptions, session: Session): Promise<ExitCode> {
  const { orderIds, priority, resend, report: file, quiet, selection } = options;
  const { clock, config, terminal, maxWaitMs } = session;
  const { orderSync } = session.services();
  if (file !== undefined) await checkWritable(file);
  const allowance = sendingAllowance(config.WEMASY_RATE_LIMITS);
  const total = orderIds.length;
  const progress = await createProgress({ total, allowance, err: terminal.err, clock, quiet });
  const startedAt = clock.now();
  const run = await session.interruptibly(async (signal) => {
    signal.addEventListener('abort', () => {
      progress.notify('Stopping after the order in flight. Ctrl-C again stops at once.');
    });
    try {
      const onProgress = progress.update;
      return await sendOrders({
        orderSync,
        orderIds,
        priority,
        allowance,
        resend,
        maxWaitMs,
        signal,
        onProgress,
      });
    } finally {
      progress.end();
    }
  });
  const result = { ...run, outcomes: await withLateRecords(run.outcomes, orderSync) };
  const report = reportOf({
    result,
    startedAt,
    endedAt: clock.now(),
    selection,
    personalData: config.WEMASY_PERSONAL_DATA,
  });
  const unwritten = file === undefined ? undefined : await writeReport(file, report);
  const ofRun = exitCodeOfRun(report, result);
  const failed = unwritten !== undefined || selection?.needsAttention === true;
  const exitCode = failed && ofRun === exitCodes.done ? exitCodes.failed : ofRun;
  if (options.json) await terminal.out.write(`${JSON.stringify(report, null, 2)}\n`);
  else if (!quiet || exitCode !== exitCodes.done) await terminal.out.write(reportText(report, terminal.out));
  if (unwritten !== undefined) await terminal.err.write(`${errorLine(unwritten, options)}\n`);
  return exitCode;
}

/** Outcomes that the journal could not take at once; it may have them by now. */
async function withLateRecords(
  outcomes: readonly SyncOutcome[],
  orderSync: Pick<OrderSync, 'settle' | 'history'>,
): Promise<SyncOutcome[]> {
  const isLate = (outcome: SyncOutcome) => outcome.outcome === 'synced' && !outcome.recorded;
  if (!outcomes.some(isLate)) return [...outcomes];
  await orderSync.settle();
  const late = outcomes.map(async (outcome): Promise<SyncOutcome> => {
    if (outcome.outcome !== 'synced' || outcome.recorded) return outcome;
    const state = await orderSync.history(outcome.orderId).then(
      (history) => history.state,
      () => 'unknown',
    );
    return { ...outcome, recorded: state === 'synced' };
  });
  return await Promise.all(late);
}

/** Before anything is sent, while the user can still name another file. */
async function checkWritable(file: string): Promise<void> {
  try {
    await access(dirname(file), constants.W_OK);
  } catch {
    throw new UsageError(
      `--report: ${file} cannot be written.`,
      'Name a file in a folder that exists and can be written.',
    );
  }
}

/** A reader of the file sees the whole new report or the old one. An error is returned, so that stdout gets the report. */
async function writeReport(file: string, report: Report): Promise<OutputError | undefined> {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(draft, `${JSON.stringify(report, null, 2)}\n`);
    await rename(draft, file);
    return undefined;
  } catch (error) {
    await rm(draft, { force: true });
    return new OutputError(`The report ${file}`, error);
  }
}
