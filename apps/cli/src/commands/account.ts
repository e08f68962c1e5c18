import { accountNameFault, type AccountSummary, normalizeAccountName } from '@wemasy-orders/runtime';
import * as z from 'zod';
import { type CommandDefinition, type CommandInput, isOn, jsonOption } from '../command.js';
import { UsageError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { createRowWriter } from '../output/formats.js';
import { cleanJson } from '../output/json.js';
import { refuseReadOnly, type Session } from '../session.js';

const add: CommandDefinition = {
  name: 'add',
  summary: 'Assign the token to an account, new or known',
  description: [
    'Records that the token in use belongs to the account of this name, which begins if it is new. Needed once when one API',
    'serves several of your shops: an order is not sent while it is uncertain whose it is.',
  ].join(' '),
  arguments: [
    { name: '<name>', meaning: 'Name of the account; upper case and blanks around it make no difference' },
  ],
  options: [jsonOption()],
  examples: [['wemasy-orders account add shop-b', 'the token in use belongs to shop-b']],
  async action(input, session) {
    refuseReadOnly(session, 'account add');
    const [name = ''] = input.args.map(readName);
    const account = await session.services().journal.addAccount(name);
    await show(account, `The token belongs to account "${account.name}".`, input, session);
    return exitCodes.done;
  },
};

const rename: CommandDefinition = {
  name: 'rename',
  summary: 'Give an account another name',
  description: 'Gives an account another name. It keeps its journal, its rate limit and its tokens.',
  arguments: [
    { name: '<name>', meaning: 'Present name' },
    { name: '<new-name>', meaning: 'New name, which no other account has' },
  ],
  options: [jsonOption()],
  examples: [
    ['wemasy-orders account rename default shop-a', 'the account default is called shop-a from now on'],
  ],
  async action(input, session) {
    refuseReadOnly(session, 'account rename');
    const [from = '', to = ''] = input.args.map(readName);
    const account = await session.services().journal.renameAccount(from, to);
    await show(account, `Account "${from}" is now called "${account.name}".`, input, session);
    return exitCodes.done;
  },
};

const list: CommandDefinition = {
  name: 'list',
  onlyPrints: true,
  summary: 'List the accounts of the API',
  description:
    'Lists the accounts of the API that this state knows, and which of them the settings lead to. Tokens are counted, not shown.',
  options: [jsonOption()],
  examples: [['wemasy-orders account list', 'which accounts are known, and which is in use']],
  async action({ options }, { services, terminal: { out } }) {
    const { json } = z.object({ json: isOn }).parse(options);
    const accounts = await services().journal.listAccounts();
    const writer = await createRowWriter(json ? 'json' : 'table', ['name', 'since', 'tokens', 'in_use'], out);
    const rows = accounts.map(({ name, createdAt, tokens, isCurrent }) => [
      name,
      createdAt,
      tokens,
      isCurrent,
    ]);
    await out.write(writer.add(rows) + writer.end());
    return exitCodes.done;
  },
};

export const account: CommandDefinition = {
  ...list,
  name: 'account',
  summary: 'List, add or rename accounts',
  description: [
    'An account is one shop: the orders, the journal and the rate limit behind one or more tokens. Without a command this',
    'lists the accounts.',
  ].join(' '),
  examples: [['wemasy-orders account', 'which accounts are known, and which is in use']],
  subcommands: [list, add, rename],
};

function readName(text: string): string {
  const name = normalizeAccountName(text);
  const fault = accountNameFault(name);
  if (fault === undefined) return name;
  throw new UsageError(`The account name ${JSON.stringify(text)} ${fault}.`, 'Choose another name.');
}

async function show(
  { name, createdAt, tokens, isCurrent }: AccountSummary,
  sentence: string,
  { options }: CommandInput,
  { terminal: { out } }: Session,
): Promise<void> {
  const { json } = z.object({ json: isOn }).parse(options);
  await out.write(json ? cleanJson({ name, since: createdAt, tokens, in_use: isCurrent }) : `${sentence}\n`);
}
