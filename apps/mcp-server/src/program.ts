import type { Readable, Writable } from 'node:stream';

/** The process that the server runs in, as main.ts hands it over. */
export interface Program {
  /** What follows the command's name. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdio: () => { readonly stdin: Readable; readonly stdout: Writable };
  readonly stderr: () => Writable;
}

/** Signals that ask the process to end. */
export const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
