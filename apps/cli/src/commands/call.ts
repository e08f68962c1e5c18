import { isSafe } from '@wemasy-orders/client';
import { type AnswerField, type Operation, operations } from '@wemasy-orders/client/operations';
import * as schemas from '@wemasy-orders/client/schemas';
import { visibleField, visibleValue } from '@wemasy-orders/presentation';
import * as z from 'zod';
import { createArgumentOptions } from '../argument-options.js';
import { type CommandDefinition, isOn, jsonOption } from '../command.js';
import { duration } from '../duration.js';
import { UsageError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { cleanJson } from '../output/json.js';
import { sandboxOption, settingsOptions } from '../settings-options.js';
import { callOf } from '../wait-notice.js';

const json = jsonOption('Write the answer as JSON; errors are JSON too');

/** A command for every operation of the OpenAPI document that only reads. */
const operationCommands = commandsOf(Object.values<Operation>(operations));

export const call: CommandDefinition = {
  name: 'call',
  onlyPrints: true,
  summary: 'Call any operation of the API that only reads',
  description: [
    'Calls an operation of the OpenAPI document that only reads, and shows what --personal-data allows of its answer. Each',
    'operation has its arguments as options: a list by repeating its option, an object as JSON.',
  ].join(' '),
  arguments: [{ name: '[operation]', meaning: 'One of the commands below' }],
  options: [],
  subcommands: operationCommands,
  examples: [['wemasy-orders call list-orders --status paid --json', 'the answer of one operation, as JSON']],
  action({ args: [name] }) {
    const known = operationCommands.map((command) => command.name).join(', ');
    const fault =
      name === undefined ? 'No operation is named.' : `There is no operation ${JSON.stringify(name)}.`;
    return Promise.reject(new UsageError(fault, `Operations: ${known}.`));
  },
};

function commandsOf(described: readonly Operation[]): CommandDefinition[] {
  const taken = new Set<string>();
  return described.flatMap((operation) => {
    const { answer, operationId, tool } = operation;
    if (answer === undefined || !isSafe(operation)) return [];
    const kebab = operationId.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
    const names = new Set([kebab, operationId, tool?.name ?? operationId]);
    const [name = operationId, ...aliases] = [...names].filter((each) => !taken.has(each));
    for (const each of names) taken.add(each);
    return [{ ...commandOf(name, operation, answer), aliases }];
  });
}

function commandOf(name: string, operation: Operation, answer: AnswerField): CommandDefinition {
  const { summary, method, path, rateLimit } = operation;
  const schema: z.ZodObject = schemas[operation.argumentsSchema];
  const flags = createArgumentOptions([json, sandboxOption, ...settingsOptions], schema);
  const line = ['wemasy-orders call', name, ...flags.example].join(' ');
  return {
    name,
    onlyPrints: true,
    summary,
    description: `${summary}: ${method} ${path}, at most ${rateLimit.limit} in ${duration(rateLimit.windowSeconds * 1000)}.`,
    options: [...flags.options, json],
    examples: [
      [line, 'the answer, for people'],
      [`${line} --json`, 'the answer, for programs'],
    ],
    async action({ options }, session) {
      const { terminal, config } = session;
      const { WEMASY_PERSONAL_DATA: personalData } = config;
      const wantsJson = z.object({ json: isOn }).parse(options).json;
      const args = flags.read(options);
      const { client } = session.services();
      const { value, dropped } = await client.callOperation(operation, args, callOf(session));
      const shown = visibleValue(answer, value, personalData);
      const visible = visibleField(answer, personalData);
      if (wantsJson) await terminal.out.write(cleanJson(shown ?? null));
      else if (visible !== undefined) {
        const { answerText } = await import('../output/answer-text.js');
        await terminal.out.write(answerText(shown, { field: answer, visible }, terminal.out));
      }
      if (visible === undefined) {
        const text = `Nothing of this answer may be shown with --personal-data ${personalData}.`;
        await terminal.err.write(`${text}\n`);
      }
      if (dropped.length === 0) return exitCodes.done;
      const left = dropped.length === 1 ? '1 element of a list' : `${dropped.length} elements of lists`;
      await terminal.err.write(
        `${left} could not be read and ${dropped.length === 1 ? 'is' : 'are'} left out.\n`,
      );
      return exitCodes.failed;
    },
  };
}
