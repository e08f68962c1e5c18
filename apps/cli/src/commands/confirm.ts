import type { OrderEvidence, Verdict } from '@wemasy-orders/order-sync';
import { cleanText, readableDate } from '@wemasy-orders/presentation';
import { Option } from 'commander';
import * as z from 'zod';
import { type CommandDefinition, isOn, jsonOption } from '../command.js';
import { UsageError } from '../errors.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { parseOrderIds } from '../orders/order-ids.js';
import { cleanJson } from '../output/json.js';
import { refuseReadOnly, type Session } from '../session.js';
import { attemptText } from './journal.js';

const Values = z.object({ synced: z.boolean().optional(), notSynced: isOn, json: isOn });

export const confirm: CommandDefinition = {
  name: 'confirm',
  summary: 'Record whether an order of unknown outcome is in SnelStart',
  description: [
    'An order whose answer was lost is not resent until you have looked for it in SnelStart. Look, then record what you',
    'found. Without --synced or --not-synced the command shows what the journal and the API know, and records nothing. To',
    'correct a wrong answer, record the other one.',
  ].join(' '),
  argument: { name: '<id>', meaning: 'Order id (not the order number)' },
  options: [
    new Option('--synced', 'It is in SnelStart: never send it again').conflicts('notSynced'),
    new Option('--not-synced', 'It is not there: send it with the next sync'),
    jsonOption(),
  ],
  examples: [
    ['wemasy-orders confirm 2502', 'show what is known about the order'],
    ['wemasy-orders confirm 2502 --synced', 'the order is in SnelStart'],
    ['wemasy-orders confirm 2502 --not-synced', 'the order is not in SnelStart'],
  ],
  async action({ args, options }, session) {
    const { synced, notSynced, json } = Values.parse(options);
    const [orderId] = parseOrderIds(args);
    if (orderId === undefined) {
      throw new UsageError('No order is named.', 'Give its id: wemasy-orders confirm 2502 --synced.');
    }
    if (synced === true) return await record(orderId, 'synced', json, session);
    if (notSynced) return await record(orderId, 'not_synced', json, session);
    return await showEvidence(orderId, json, session);
  },
};

async function record(orderId: number, verdict: Verdict, json: boolean, session: Session): Promise<ExitCode> {
  refuseReadOnly(session, 'confirm');
  const history = await session.services().orderSync.confirm(orderId, verdict);
  const next = verdict === 'synced' ? 'It will not be sent again.' : 'The next sync sends it again.';
  await session.terminal.out.write(
    json ? cleanJson(history) : `Order ${orderId} is recorded as ${verdict.replace('_', ' ')}. ${next}\n`,
  );
  return exitCodes.done;
}

async function showEvidence(orderId: number, json: boolean, session: Session): Promise<ExitCode> {
  const { out, err } = session.terminal;
  const evidence = withReadableDate(await session.services().orderSync.check(orderId));
  await out.write(json ? cleanJson(evidence) : evidenceText(evidence));
  if (!json) {
    await err.write(
      'Nothing was recorded. Look for the order in SnelStart, then add --synced or --not-synced.\n',
    );
  }
  return exitCodes.done;
}

function withReadableDate({ journal, api }: OrderEvidence): OrderEvidence {
  const { order } = api;
  if (order === undefined || order.date === null) return { journal, api };
  return { journal, api: { ...api, order: { ...order, date: readableDate(order.date) } } };
}

/** The facts of journal and API, without a conclusion. */
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
