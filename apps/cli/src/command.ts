import { Option } from 'commander';
import * as z from 'zod';
import type { ExitCode } from './exit-codes.js';
import type { Session, SettingFlags } from './session.js';

/** A parsed command line, before the command has checked its values. */
export interface CommandInput {
  /** Positional arguments. */
  readonly args: readonly string[];
  /** Options by attribute name, e.g. `dryRun`. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly flags: SettingFlags;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A command is data plus an action, so that help, completion and tests walk one list. */
export interface CommandDefinition {
  readonly name: string;
  /** Further names. */
  readonly aliases?: readonly string[];
  /** One line for the list of commands. */
  readonly summary: string;
  readonly description: string;
  readonly arguments?: readonly {
    readonly name: string;
    readonly meaning: string;
    readonly choices?: readonly string[];
  }[];
  readonly options: readonly Option[];
  /** Values of options that take a list with commas, by attribute name; for completion. */
  readonly lists?: Readonly<Record<string, readonly string[]>>;
  /** Its output is all it does, so it fails without stdout. Other commands also have an effect, or a meaningful exit code. */
  readonly onlyPrints?: boolean;
  /** Left out of the help and of completion. */
  readonly isHidden?: boolean;
  /** Command lines that work as they are, and what they do. */
  readonly examples: readonly (readonly [commandLine: string, meaning: string])[];
  /** Commands below this one, e.g. `use` of `journal use`. */
  readonly subcommands?: readonly CommandDefinition[];
  /** Imports with `import()` what no other command needs, so that a run loads only what its own command does. */
  action(input: CommandInput, session: Session): Promise<ExitCode>;
}

export function jsonOption(meaning = 'Write JSON instead of text, errors included'): Option {
  return new Option('--json', meaning);
}

/** A switch that is off unless given. */
export const isOn = z.boolean().default(false);
