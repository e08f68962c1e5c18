import { Argument, Command } from 'commander';
import { exitCodes } from './exit-codes.js';
import type { Terminal } from './terminal.js';
import { sandboxOption, settingsOptions } from './settings-options.js';
import { completeCommand } from './usage/complete.js';
import { completion } from './usage/completion.js';
import { config } from './usage/config.js';
import { confirm } from './usage/confirm.js';
import type { Definition } from './usage/definition.js';
import { doctor } from './usage/doctor.js';
import { journal } from './usage/journal.js';
import { list } from './usage/list.js';
import { sync } from './usage/sync.js';
import { syncDue } from './usage/sync-due.js';

const globalOptions = [sandboxOption, ...settingsOptions];

/** Every command, in the order of the help. */
export const definitions: readonly Definition[] = [
  list,
  sync,
  syncDue,
  journal,
  confirm,
  doctor,
  config,
  completion,
  completeCommand(() => ({ definitions, globalOptions })),
];

/** Those whose first example shows what the program is for. */
const mostUseful = [list, sync, syncDue];

const exitCodeTexts = {
  [exitCodes.done]: 'done',
  [exitCodes.failed]: 'some orders failed, the API could not be asked, or the output could not be written',
  [exitCodes.usage]: 'the command line or the settings have to be put right',
  [exitCodes.unknown]: 'some order was sent and it is not known whether it reached the books',
  [exitCodes.interrupted]: 'interrupted',
};

export interface ProgramOptions {
  readonly version: string;
  readonly terminal: Terminal;
  /** Does what the command line asks for. */
  readonly perform: (definition: Definition, command: Command) => Promise<void>;
}

/** The command line's grammar. It does nothing by itself, and throws `CommanderError` where commander would exit. */
export function createProgram({ version, terminal: { out, err }, perform }: ProgramOptions): Command {
  const program = new Command('wemasy-orders')
    .description('Lists the orders of a Wemasy webshop and sends them to its bookkeeping, SnelStart.')
    .version(version, '--version', 'Show the version')
    .helpOption('-h, --help', 'Show this help')
    .helpCommand('help [command]', 'Show the help of a command')
    .exitOverride()
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: (title) => (out.hasColor ? `\u001B[1m${title}\u001B[22m` : title),
    })
    .configureOutput({
      writeOut: (text) => void out.write(text),
      writeErr: (text) => void err.write(text),
      // Faults are told in one place, see run.ts.
      outputError: () => undefined,
      getOutHelpWidth: () => out.columns() ?? 100,
      getErrHelpWidth: () => err.columns() ?? 100,
      getOutHasColors: () => out.hasColor,
      getErrHasColors: () => err.hasColor,
    });
  program.optionsGroup('Settings; most are environment variables too:');
  // They may stand before or after the command's name.
  for (const option of globalOptions) program.addOption(option);
  for (const definition of definitions) {
    program.addCommand(commandOf(definition, program, perform), { hidden: definition.isHidden === true });
  }
  program.addHelpText(
    'after',
    `\n${examplesText(mostUseful.flatMap(({ examples: [first] }) => (first === undefined ? [] : [first])))}\n${exitCodesText()}`,
  );
  return program;
}

function commandOf(definition: Definition, program: Command, perform: ProgramOptions['perform']): Command {
  const { name, summary, description, argument, options, examples } = definition;
  const command = new Command(name)
    .copyInheritedSettings(program)
    .summary(summary)
    .description(description)
    .helpOption('-h, --help', 'Show this help')
    .allowExcessArguments(false)
    .action(async () => {
      await perform(definition, command);
    });
  if (argument !== undefined) {
    const { name: placeholder, meaning, choices } = argument;
    const added = new Argument(placeholder, meaning);
    command.addArgument(choices === undefined ? added : added.choices(choices));
  }
  for (const option of options) command.addOption(option);
  return command.addHelpText('after', `\n${examplesText(examples)}\n${exitCodesText()}`);
}

function examplesText(examples: Definition['examples']): string {
  return ['Examples:', ...examples.map(([line, meaning]) => `  $ ${line}\n      ${meaning}`), ''].join('\n');
}

function exitCodesText(): string {
  return [
    'Exit codes:',
    ...Object.entries(exitCodeTexts).map(([code, text]) => `  ${code.padEnd(5)}${text}`),
  ].join('\n');
}
