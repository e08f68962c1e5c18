import type { Config, ConfigSources, Log, Services } from '@wemasy-orders/runtime';
import type { Clock } from '@wemasy-orders/state';
import { UsageError } from './errors.js';
import type { Terminal } from './terminal.js';

/** Values of the settings' flags as given on the command line. */
export type SettingFlags = ConfigSources['flags'];

/** What a command works with. */
export interface Session {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly config: Config;
  readonly faults: readonly string[];
  readonly log: Log;
  /** Longest wait for allowance in ms: `--max-wait-ms`, otherwise without limit. */
  readonly maxWaitMs: number;
  /** @throws {ConfigurationError} where there are faults */
  services(): Services;
  /**
   * Runs work that must not be cut off. The first Ctrl-C aborts the signal, the second one ends the process. Outside of
   * this, the first Ctrl-C ends the process.
   */
  interruptibly<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
}

/** @throws {UsageError} where the settings forbid writing */
export function refuseReadOnly({ config }: Pick<Session, 'config'>, command: string): void {
  if (!config.WEMASY_READ_ONLY) return;
  throw new UsageError(
    `${command} writes, and WEMASY_READ_ONLY is on.`,
    'Set WEMASY_READ_ONLY to off, or give --no-read-only.',
  );
}
