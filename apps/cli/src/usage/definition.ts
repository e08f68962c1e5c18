import { Option } from 'commander';
import * as z from 'zod';
import type { ExitCode } from '../exit-codes.js';
import type { Session, SettingFlags } from '../session.js';

/** What was asked of a command, as the command line has it. */
export interface Input {
  /** What stands there besides options. */
  readonly words: readonly string[];
  /** Options by attribute name, e.g. `dryRun`. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly flags: SettingFlags;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A command is data plus a handler, so that help, completion and tests walk one list. */
export interface Definition {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What it does, in full. */
  readonly description: string;
  readonly argument?: {
    readonly name: string;
    readonly meaning: string;
    readonly choices?: readonly string[];
  };
  readonly options: readonly Option[];
  /** Values of options that take several with commas between them, by attribute name; for completion. */
  readonly lists?: Readonly<Record<string, readonly string[]>>;
  /** Not for people, so the help does not name it. */
  readonly isHidden?: boolean;
  /** Command lines that work as they stand, and what they do. */
  readonly examples: readonly (readonly [commandLine: string, meaning: string])[];
  run(input: Input, session: Session): Promise<ExitCode>;
}

export function jsonOption(meaning = 'JSON instead of text, also for a fault'): Option {
  return new Option('--json', meaning);
}

/** A switch: absent means off. */
export const isOn = z.boolean().default(false);
