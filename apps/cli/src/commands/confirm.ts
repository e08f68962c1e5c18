import type { OrderEvidence, Verdict } from '@wemasy-orders/order-sync';
import { cleanText, readableDate } from '@wemasy-orders/presentation';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { attemptText } from '../journal/attempt-text.js';
import { parseOrderIds } from '../orders/order-ids.js';
import { cleanJson } from '../output/json.js';
import type { Manner, Session } from '../session.js';
import { UsageError } from '../usage-error.js';
import { refuseReadOnly } from '../writes.js';

export interface ConfirmOptions extends Manner {
  readonly words: readonly string[];
  /** What a person found in SnelStart; without it, what is known is shown. */
  readonly verdict: Verdict | undefined;
}

/** Records what a person found in bookkeeping about an order of unknown outcome. */
export async function confirm({ words, verdict, json }: ConfirmOptions, session: Session): Promise<ExitCode> {
  const [orderId] = parseOrderIds(words);
  if (orderId === undefined)
    throw new UsageError('No order is named.', 'Name its id: wemasy-orders confirm 2502 --synced.');
  const { orderSync } = session.services();
  const { out, err } = session.terminal;
  if (verdict === undefined) {
    const evidence = readable(await orderSync.check(orderId));
    await out.write(json ? cleanJson(evidence) : evidenceText(evidence));
    if (!json) {
      await err.write(
        'Nothing was recorded. Look for the order in SnelStart, then add --synced or --not-synced.\n',
      );
    }
    return exitCodes.done;
  }
  refuseReadOnly(session.config, 'confirm');
  const history = await orderSync.confirm(orderId, verdict);
  const next = verdict === 'synced' ? 'It is not sent again.' : 'The next sync sends it again.';
  await out.write(
    json ? cleanJson(history) : `Order ${orderId} is recorded as ${verdict.replace('_', ' ')}. ${next}\n`,
  );
  return exitCodes.done;
}

/** The same with the order's date as all other commands show it. */
function readable({ journal, api }: OrderEvidence): OrderEvidence {
  const { order } = api;
  if (order === undefined || order.date === null) return { journal, api };
  return { journal, api: { ...api, order: { ...order, date: readableDate(order.date) } } };
}

/** What the journal and the API say; nothing is concluded from it. */
function evidenceText({ journal, api }: OrderEvidence): string {
  const looks = api.looks.map(
    ({ by, orders, of }) =>
      `${orders} of ${of} by ${by === 'search' ? 'a search for the id' : 'looking at the newest'}`,
  );
  const facts =
    api.order === undefined
      ? [`not among the orders looked at (${looks.join(', ')}); it may exist all the same`]
      : Object.entries(api.order).map(([name, value]) => `${name}: ${cleanText(String(value ?? ''))}`);
  return [
    `Journal of order ${journal.orderId}: ${journal.state.replace('_', ' ')}`,
    ...journal.attempts.map((attempt) => `  ${attemptText(attempt)}`),
    'The API:',
    ...facts.map((fact) => `  ${fact}`),
    '',
  ].join('\n');
}
