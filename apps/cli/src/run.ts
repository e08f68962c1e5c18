import { type Command, CommanderError } from 'commander';
import { type ExitCode, exitCodes } from './exit-codes.js';
import { type Fault, faultLine, faultOf } from './fault.js';
import { openSession, type World } from './open-session.js';
import { OutputError } from './output-error.js';
import { createProgram } from './program.js';
import { settingFlags } from './settings-options.js';
import type { Definition } from './usage/definition.js';

/** Does what a command line asks for, and says in one line on stderr what is wrong where it cannot. */
export async function run(argv: readonly string[], world: World): Promise<ExitCode> {
  const exitCode = await runCommand(argv, world);
  const { out, err } = world.terminal;
  await out.write('');
  const failure = out.failure();
  if (failure === undefined) return exitCode;
  const fault = faultOf(new OutputError('The output', failure));
  await err.write(`${faultLine(fault, { json: argv.includes('--json') })}\n`);
  return exitCode === exitCodes.done ? fault.exitCode : exitCode;
}

async function runCommand(argv: readonly string[], world: World): Promise<ExitCode> {
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
    const fault = error instanceof CommanderError ? misuse(error, program, argv) : faultOf(error);
    await world.terminal.err.write(`${faultLine(fault, { json: argv.includes('--json') })}\n`);
    return fault.exitCode;
  }
}

async function perform(definition: Definition, command: Command, world: World): Promise<ExitCode> {
  const values = command.optsWithGlobals();
  const flags = settingFlags(values);
  const session = await openSession({ flags, sandbox: values['sandbox'] === true }, world);
  try {
    return await definition.run(
      { words: command.args, values, flags, environment: world.environment },
      session,
    );
  } catch (error) {
    session.log.debug('the command failed', { error });
    throw error;
  } finally {
    await session.close();
  }
}

/** What commander found wrong, as a fault of ours. */
function misuse({ message }: CommanderError, program: Command, argv: readonly string[]): Fault {
  const command = program.commands.find((each) => argv.includes(each.name()));
  const text = message
    .replace(/^error: /, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const sentence = /[.)?]$/.test(text) ? text : `${text}.`;
  return {
    code: 'invalid_arguments',
    sentence: sentence.charAt(0).toUpperCase() + sentence.slice(1),
    remedy: `See wemasy-orders ${command === undefined ? '' : `${command.name()} `}--help.`,
    exitCode: exitCodes.usage,
  };
}
