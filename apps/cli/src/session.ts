import type { Config, ConfigSources, Log, Services } from '@wemasy-orders/runtime';
import type { Clock } from '@wemasy-orders/state';
import type { Terminal } from './terminal.js';

/** Values of the settings' flags, as they stand on the command line. */
export type SettingFlags = ConfigSources['flags'];

/** What a command that talks to the API works with. */
export interface Session {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly config: Config;
  readonly faults: readonly string[];
  readonly log: Log;
  /** Longest wait for allowance in ms: what `--max-wait-ms` says, else as long as it takes. */
  readonly maxWaitMs: number;
  /** @throws {ConfigurationError} where there are faults */
  services(): Services;
  /**
   * Does work that has to be stopped with care: the first Ctrl-C aborts the signal, the second ends the process. Outside
   * of this the first one ends it.
   */
  interruptibly<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
}

/** How a command can be asked to talk. */
export interface Manner {
  /** For machines: JSON on stdout, and a fault as JSON on stderr. */
  readonly json: boolean;
}
