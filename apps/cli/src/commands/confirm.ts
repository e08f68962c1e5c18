import type { Verdict } from '@wemasy-orders/order-sync';
import { Option } from 'commander';
import * as z from 'zod';
import { type CommandDefinition, isOn, jsonOption } from '../command.js';
import { UsageError } from '../errors.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { parseOrderIds } from '../orders/order-ids.js';
import { cleanJson } from '../output/json.js';
import { refuseReadOnly, type Session } from '../session.js';

const Values = z.object({ synced: z.boolean().optional(), notSynced: isOn, json: isOn });

export const confirm: CommandDefinition = {
  name: 'confirm',
  summary: 'Record whether an order of unknown outcome is in SnelStart',
  description: [
    'An order whose answer was lost is not resent until you have looked for it in SnelStart. Look, then record what you',
    'found. Without --synced or --not-synced the command shows what the journal and the API know, and records nothing. To',
    'correct a wrong answer, record the other one.',
  ].join(' '),
  arguments: [{ name: '<id>', meaning: 'Order id (not the order number)' }],
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
    const { showEvidence } = await import('../orders/evidence.js');
    const exitCode = await showEvidence(orderId, { json }, session);
    if (!json) {
      await session.terminal.err.write(
        'Nothing was recorded. Look for the order in SnelStart, then add --synced or --not-synced.\n',
      );
    }
    return exitCode;
  },
};

async function record(orderId: number, verdict: Verdict, json: boolean, session: Session): Promise<ExitCode> {
  refuseReadOnly(session, 'confirm');
  const { visibleHistory } = await import('../orders/evidence.js');
  const confirmed = await session.services().orderSync.confirm(orderId, verdict);
  const history = visibleHistory(confirmed, session.config.WEMASY_PERSONAL_DATA);
  const next = verdict === 'synced' ? 'It will not be sent again.' : 'The next sync sends it again.';
  await session.terminal.out.write(
    json ? cleanJson(history) : `Order ${orderId} is recorded as ${verdict.replace('_', ' ')}. ${next}\n`,
  );
  return exitCodes.done;
}
