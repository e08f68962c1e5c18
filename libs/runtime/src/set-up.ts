import { ConfigurationError } from '@wemasy-orders/client';
import type { Caller } from '@wemasy-orders/order-sync';
import type { Clock } from '@wemasy-orders/state';
import { type Config, type ConfigSources, readConfig } from './config.js';
import { createLog, type Log } from './log.js';
import { connect, type Services } from './services.js';
import { openStore } from './state-place.js';

export interface SetUpOptions extends ConfigSources {
  readonly caller: Caller;
  readonly clock: Clock;
  /** Takes a line of the log. */
  readonly writeLog: (line: string) => void;
}

export interface SetUp {
  readonly config: Config;
  /** One sentence each; an app that has any still tells what it could do. */
  readonly faults: readonly string[];
  readonly log: Log;
  /** @throws {ConfigurationError} where there are faults */
  services(): Services;
  /** Waits for writes that are under way, then lets go of everything. */
  close(): Promise<void>;
}

/** Reads the configuration and builds what an app works with; faults wait until something is asked of it. */
export async function setUp(options: SetUpOptions): Promise<SetUp> {
  const { caller, clock, writeLog, ...sources } = options;
  const { config, faults } = readConfig(sources);
  const log = createLog({
    level: config.WEMASY_LOG_LEVEL,
    write: writeLog,
    now: () => clock.now(),
    secrets: config.token === '' ? [] : [config.token],
  });
  const onStateWarning = ({ message }: { readonly message: string }) => {
    log.warn(message);
  };
  for (const fault of faults) log.warn('configuration fault', { fault });
  const { state } = config;
  const connected =
    faults.length > 0 || state === undefined
      ? undefined
      : connect({
          config,
          store: await openStore(state, { clock, onWarning: onStateWarning }),
          log,
          clock,
          caller,
        });
  return {
    config,
    faults,
    log,
    services() {
      if (connected === undefined) throw new ConfigurationError(...faults);
      return connected;
    },
    async close() {
      await connected?.close();
    },
  };
}
