import { type Command, CommanderError } from 'commander';
import type { CommandDefinition } from './command.js';
import { type CliError, cliErrorOf, errorLine, OutputError, UsageError } from './errors.js';
import { type ExitCode, exitCodes } from './exit-codes.js';
import { openSession, type World } from './open-session.js';
import { createProgram } from './program.js';
import { settingFlags } from './settings-options.js';

/** Executes a command line. Every error becomes one line on stderr and an exit code. */
export async function runCommandLine(argv: readonly string[], world: World): Promise<ExitCode> {
  const exitCode = await parseAndPerform(argv, world);
  const { out } = world.terminal;
  // Whatever was written before may fail until the stream has taken it.
  await out.write('');
  const failure = out.failure();
  if (failure === undefined) return exitCode;
  const error = new OutputError('The output', failure);
  await report(error, argv, world);
  return exitCode === exitCodes.done ? error.exitCode : exitCode;
}

async function parseAndPerform(argv: readonly string[], world: World): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.done;
  const program = createProgram({
    version: world.version,
    terminal: world.terminal,
    async perform(definition, command) {
      exitCode = await perform(definition, command, world);
    },
  });
  try {
    if (argv.length === 0) {
      program.outputHelp({ error: true });
      return exitCodes.usage;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
    const cliError =
      error instanceof CommanderError ? usageErrorOf(error, program, argv) : cliErrorOf(error, 'none');
    await report(cliError, argv, world);
    return cliError.exitCode;
  }
}

async function perform(definition: CommandDefinition, command: Command, world: World): Promise<ExitCode> {
  const options = command.optsWithGlobals();
  if (definition.onlyPrints === true && world.terminal.out.isMissing) {
    throw new OutputError(
      'The output',
      'stdout is closed',
      'Open it, or redirect it to a file or to /dev/null.',
    );
  }
  const flags = settingFlags(options);
  const session = await openSession({ flags, sandbox: options['sandbox'] === true }, world);
  try {
    return await definition.action(
      { args: command.args, options, flags, environment: world.environment },
      session,
    );
  } catch (error) {
    session.log.debug('the command failed', { error });
    throw cliErrorOf(error, session.config.WEMASY_PERSONAL_DATA);
  } finally {
    await session.close();
  }
}

async function report(error: CliError, argv: readonly string[], { terminal: { err } }: World): Promise<void> {
  await err.write(`${errorLine(error, { json: argv.includes('--json') })}\n`);
}

/** Commander's error in our form. */
function usageErrorOf({ message }: CommanderError, program: Command, argv: readonly string[]): UsageError {
  const command = program.commands.find((each) => argv.includes(each.name()));
  const text = message
    .replace(/^error: /, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const sentence = /[.)?]$/.test(text) ? text : `${text}.`;
  return new UsageError(
    sentence.charAt(0).toUpperCase() + sentence.slice(1),
    `See wemasy-orders ${command === undefined ? '' : `${command.name()} `}--help.`,
  );
}
