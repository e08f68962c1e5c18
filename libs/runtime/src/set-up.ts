import { existsSync } from 'node:fs';
import { ConfigurationError } from '@wemasy-orders/client';
import type { Caller } from '@wemasy-orders/order-sync';
import type { Clock } from '@wemasy-orders/state';
import { createFolderStore } from '@wemasy-orders/state/folder';
import { type Config, type ConfigSources, readConfig } from './config.js';
import { createLog, type Log } from './log.js';
import { connect, type Services } from './services.js';
import { defaultStatePlace, openStore, type StatePlace } from './state-place.js';

export interface SetUpOptions extends ConfigSources {
  readonly caller: Caller;
  readonly clock: Clock;
  /** Takes a line of the log. */
  readonly writeLog: (line: string) => void;
  /** Base URL that the journal is kept by, where that of the API changes with each start; default: that of the API. */
  readonly journalUrl?: string | undefined;
}

export interface SetUp {
  readonly config: Config;
  /** One sentence each; an app with faults still starts and shows what it offers. */
  readonly faults: readonly string[];
  readonly log: Log;
  /** @throws {ConfigurationError} where there are faults */
  services(): Services;
  /** Waits for writes in flight, then closes everything. */
  close(): Promise<void>;
}

/** Reads the configuration and builds what an app works with; faults wait until something is asked of it. */
export async function setUp(options: SetUpOptions): Promise<SetUp> {
  const { caller, clock, writeLog, journalUrl, ...sources } = options;
  const { config, faults } = readConfig(sources);
  const log = createLog({
    level: config.WEMASY_LOG_LEVEL,
    write: writeLog,
    now: () => clock.now(),
    secrets: config.token === '' ? [] : [config.token],
  });
  const onWarning = ({ message }: { readonly message: string }) => {
    log.warn(message);
  };
  for (const fault of faults) log.warn('configuration fault', { fault });
  const connected = faults.length > 0 ? undefined : await connectTo(config.state);

  async function connectTo(place: StatePlace | undefined): Promise<Services | undefined> {
    if (place === undefined) return undefined;
    const acceptVolatile = config.WEMASY_ACCEPT_VOLATILE_JOURNAL;
    const openFolder = (folder: string) => createFolderStore({ folder, clock, onWarning });
    // The sandbox of this process has no books that another journal could spoil.
    const isAnchored = place.kind !== 'memory' && journalUrl === undefined;
    const anchorPlace = isAnchored ? defaultStatePlace(sources) : undefined;
    return connect({
      config,
      journalUrl: journalUrl ?? config.WEMASY_API_URL,
      store: await openStore(place, { clock, onWarning, acceptVolatile }),
      anchorStore: anchorPlace?.kind === 'folder' ? openFolder(anchorPlace.folder) : undefined,
      openFolder: (folder) => (existsSync(folder) ? openFolder(folder) : undefined),
      log,
      clock,
      caller,
    });
  }

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
