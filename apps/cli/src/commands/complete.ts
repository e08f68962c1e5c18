import type { Option } from 'commander';
import type { CommandDefinition } from '../command.js';
import { exitCodes } from '../exit-codes.js';

/** What the word under the cursor could become. */
export interface Candidate {
  readonly text: string;
  readonly meaning: string;
}

export interface Grammar {
  readonly commands: readonly CommandDefinition[];
  /** Options that every command takes. */
  readonly globalOptions: readonly Option[];
}

/** The command behind the completion scripts. */
export function completeCommand(grammar: () => Grammar): CommandDefinition {
  return {
    name: 'complete',
    isHidden: true,
    summary: 'Print candidates for the end of a command line',
    description: 'Prints candidates for the last word, one a line, each with its meaning after a tab.',
    arguments: [{ name: '[words...]', meaning: 'The command line so far, without the name of the program' }],
    options: [],
    examples: [['wemasy-orders complete -- list --status pa', 'the statuses that begin with pa']],
    async action({ args }, { terminal }) {
      const lines = candidatesFor(args, grammar()).map(({ text, meaning }) => `${text}\t${meaning}\n`);
      await terminal.out.write(lines.join(''));
      return exitCodes.done;
    },
  };
}

/**
 * What could be typed at the cursor.
 *
 * @param words the command line without the program's name; the last word is incomplete and may be empty
 */
export function candidatesFor(words: readonly string[], { commands, globalOptions }: Grammar): Candidate[] {
  // Bash splits `--status=paid` into three words.
  const [current = '', ...before] = words.filter((word) => word !== '=').reverse();
  let command: CommandDefinition | undefined;
  let awaiting: Option | undefined;
  const inner = (of: CommandDefinition | undefined) => (of === undefined ? commands : (of.subcommands ?? []));
  const allOptions = () => [...(command?.options ?? []), ...globalOptions];
  const named = (word: string) => allOptions().find(({ long }) => long === word);
  for (const word of before.reverse()) {
    if (awaiting !== undefined) awaiting = undefined;
    else if (word.startsWith('-')) awaiting = ifItTakesValue(named(word));
    else
      command = inner(command).find(({ name, aliases = [] }) => [name, ...aliases].includes(word)) ?? command;
  }
  const [, flag, value] = /^(--[^=]+)=(.*)$/.exec(current) ?? [];
  if (flag !== undefined && value !== undefined) {
    return valuesOf(ifItTakesValue(named(flag)), value, command).map(({ text, meaning }) => ({
      text: `${flag}=${text}`,
      meaning,
    }));
  }
  if (awaiting !== undefined) return valuesOf(awaiting, current, command);
  const found = current.startsWith('-')
    ? allOptions().flatMap(({ long, description, hidden }) =>
        long === undefined || hidden ? [] : [{ text: long, meaning: description }],
      )
    : [
        ...inner(command)
          .filter(({ isHidden }) => isHidden !== true)
          .map(({ name, summary }) => ({ text: name, meaning: summary })),
        ...(command?.arguments?.[0]?.choices ?? []).map((text) => ({ text, meaning: '' })),
      ];
  return found.filter(({ text }) => text.startsWith(current));
}

function ifItTakesValue(option: Option | undefined): Option | undefined {
  return option?.required === true ? option : undefined;
}

function valuesOf(
  option: Option | undefined,
  typed: string,
  command: CommandDefinition | undefined,
): Candidate[] {
  if (option === undefined) return [];
  const list = command?.lists?.[option.attributeName()];
  if (list !== undefined) {
    const kept = typed.slice(0, typed.lastIndexOf(',') + 1);
    const last = typed.slice(kept.length);
    return list.filter((name) => name.startsWith(last)).map((name) => ({ text: kept + name, meaning: '' }));
  }
  const choices = option.argChoices ?? [];
  return choices.filter((choice) => choice.startsWith(typed)).map((text) => ({ text, meaning: '' }));
}
