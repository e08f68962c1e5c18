import type { Readable, Writable } from 'node:stream';

/** The process that the server runs in, as main.ts hands it over. */
export interface Program {
  /** What follows the command's name. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdio: () => { readonly stdin: Readable; readonly stdout: Writable };
  readonly stderr: () => Writable;
}

/** An address to listen on. */
export interface HttpAddress {
  readonly host: string;
  readonly port: number;
}

/** What is worked with, and how. */
export interface Target {
  /** Values of flags by flag name, as given. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  /** Whether it is a sandbox inside this process instead of an account. */
  readonly sandbox: boolean;
  /** Where the sandbox keeps its orders and the journal; undefined where it keeps them in memory. */
  readonly sandboxFolder?: string;
}

/** A flag that sets a setting. */
export interface SettingFlag {
  readonly flag: string;
  readonly takesValue: boolean;
}

/** What a command writes besides the protocol. */
export interface Output {
  /** Writes a line to stdout. */
  readonly print: (line: string) => void;
  /** Writes a line to stderr. What cannot be written there is lost, and the server continues. */
  readonly printError: (line: string) => void;
  /** Writes a line of the log, which has its line end. */
  readonly writeLog: (line: string) => void;
}

declare global {
  /** Version of the package, put in when it is bundled. */
  const PACKAGE_VERSION: string;
}
