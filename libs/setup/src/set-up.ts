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
export async function setUp({ caller, clock, writeLog, ...sources }: SetUpOptions): Promise<SetUp> {
  const { config, faults } = readConfig(sources);
  const log = createLog({
    level: config.WEMASY_LOG_LEVEL,
    write: writeLog,
    now: () => clock.now(),
    secrets: config.token === '' ? [] : [config.token],
  });
  const connected = await connectOrExplain({ config, faults, log, clock, caller });
  const allFaults =
    connected instanceof ConfigurationError && faults.length === 0 ? [connected.message] : faults;
  for (const fault of allFaults) log.warn('configuration fault', { fault });
  return {
    config,
    faults: allFaults,
    log,
    services() {
      if (connected instanceof ConfigurationError) throw connected;
      return connected;
    },
    async close() {
      if (!(connected instanceof ConfigurationError)) await connected.close();
    },
  };
}

interface ConnectOptions extends Pick<SetUpOptions, 'caller' | 'clock'> {
  readonly config: Config;
  readonly faults: readonly string[];
  readonly log: Log;
}

async function connectOrExplain(options: ConnectOptions): Promise<Services | ConfigurationError> {
  const { config, faults, log, clock } = options;
  if (faults.length > 0) return new ConfigurationError(faults.join(' '));
  try {
    const store = await openStore(config.state, {
      clock,
      onWarning: ({ message }) => {
        log.warn('state', { message });
      },
    });
    return connect({ ...options, store });
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
}
