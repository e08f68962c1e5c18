import { Argument, Command } from 'commander';
import type { CommandDefinition } from './command.js';
import { account } from './commands/account.js';
import { call } from './commands/call.js';
import { completeCommand } from './commands/complete.js';
import { completion } from './commands/completion.js';
import { config } from './commands/config.js';
import { confirm } from './commands/confirm.js';
import { doctor } from './commands/doctor.js';
import { journal } from './commands/journal.js';
import { list } from './commands/list.js';
import { sync } from './commands/sync.js';
import { syncDue } from './commands/sync-due.js';
import { exitCodes } from './exit-codes.js';
import { sandboxOption, settingsOptions } from './settings-options.js';
import type { Terminal } from './terminal.js';

const globalOptions = [sandboxOption, ...settingsOptions];

/** Every command, in the order of the help. */
export const commands: readonly CommandDefinition[] = [
  list,
  sync,
  syncDue,
  journal,
  confirm,
  account,
  call,
  doctor,
  config,
  completion,
  completeCommand(() => ({ commands, globalOptions })),
];

/** Their first examples show what the program is for. */
const mostUseful = [list, sync, syncDue];

const exitCodeTexts = {
  [exitCodes.done]: 'done',
  [exitCodes.failed]:
    'some orders failed, may be missing or were left out, the API could not be asked, or the output could not be written',
  [exitCodes.usage]: 'the command line or the settings must be corrected',
  [exitCodes.unknown]: 'some order was sent and may or may not be in the books',
  [exitCodes.interrupted]: 'interrupted',
};

export interface ProgramOptions {
  readonly version: string;
  readonly terminal: Terminal;
  readonly perform: (definition: CommandDefinition, command: Command) => Promise<void>;
}

/** The command line's grammar. It throws `CommanderError` where commander would exit. */
export function createProgram({ version, terminal: { out, err }, perform }: ProgramOptions): Command {
  const program = new Command('wemasy-orders')
    .description("Lists a Wemasy webshop's orders and books them in SnelStart.")
    .version(version, '--version', 'Show the version')
    .helpOption('-h, --help', 'Show this help')
    .helpCommand('help [command]', 'Show the help of a command')
    .exitOverride()
    .configureHelp({
      showGlobalOptions: true,
      // Those of a command between have no effect here, and may have the name of an own one.
      visibleGlobalOptions: (command) =>
        command.parent === null ? [] : globalOptions.filter(({ hidden }) => !hidden),
      // Without the aliases.
      subcommandTerm: (command) => `${command.name()}${command.options.length === 0 ? '' : ' [options]'}`,
      styleTitle: (title) => (out.hasColor ? `\u001B[1m${title}\u001B[22m` : title),
    })
    .configureOutput({
      writeOut: (text) => void out.write(text),
      writeErr: (text) => void err.write(text),
      // run-command-line.ts writes every error.
      outputError: () => undefined,
      getOutHelpWidth: () => out.columns() ?? 100,
      getErrHelpWidth: () => err.columns() ?? 100,
      getOutHasColors: () => out.hasColor,
      getErrHasColors: () => err.hasColor,
    });
  program.optionsGroup('Settings; most are environment variables too:');
  // They are accepted before and after the command's name.
  for (const option of globalOptions) program.addOption(option);
  for (const definition of commands) {
    program.addCommand(commandOf(definition, program, perform), { hidden: definition.isHidden === true });
  }
  program.addHelpText(
    'after',
    `\n${examplesText(mostUseful.flatMap(({ examples: [first] }) => (first === undefined ? [] : [first])))}\n${exitCodesText()}`,
  );
  return program;
}

function commandOf(
  definition: CommandDefinition,
  parent: Command,
  perform: ProgramOptions['perform'],
): Command {
  const { name, summary, description, options, examples } = definition;
  const command = new Command(name)
    .copyInheritedSettings(parent)
    .summary(summary)
    .description(description)
    .aliases(definition.aliases ?? [])
    .helpOption('-h, --help', 'Show this help')
    .helpCommand(false)
    .allowExcessArguments(false)
    .action(async () => {
      await perform(definition, command);
    });
  for (const { name: placeholder, meaning, choices } of definition.arguments ?? []) {
    const added = new Argument(placeholder, meaning);
    command.addArgument(choices === undefined ? added : added.choices(choices));
  }
  for (const option of options) command.addOption(option);
  for (const subcommand of definition.subcommands ?? []) {
    command.addCommand(commandOf(subcommand, command, perform));
  }
  return command.addHelpText('after', `\n${examplesText(examples)}\n${exitCodesText()}`);
}

function examplesText(examples: CommandDefinition['examples']): string {
  return ['Examples:', ...examples.map(([line, meaning]) => `  $ ${line}\n      ${meaning}`), ''].join('\n');
}

function exitCodesText(): string {
  return [
    'Exit codes:',
    ...Object.entries(exitCodeTexts).map(([code, text]) => `  ${code.padEnd(5)}${text}`),
  ].join('\n');
}
