import {
  accountFlags,
  type ConfigSources,
  setUp,
  type SetUp,
  type SetUpOptions,
  setUpWithSandbox,
} from '@wemasy-orders/runtime';
import type { Clock } from '@wemasy-orders/state';
import { UsageError } from './errors.js';
import { plainLog } from './plain-log.js';
import type { Session, SettingFlags } from './session.js';
import type { Terminal } from './terminal.js';

/** Everything outside the process that a command depends on. */
export interface World extends Omit<ConfigSources, 'flags' | 'defaults'> {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly version: string;
  readonly interruptibly: Session['interruptibly'];
}

export interface OpenSession extends Session {
  /** Waits for writes in flight, then closes all connections. */
  close(): Promise<void>;
}

export interface Target {
  readonly flags: SettingFlags;
  /** Use a sandbox in this process instead of an account. */
  readonly sandbox: boolean;
}

/** Reads the settings and connects. With faulty settings the session opens all the same, for commands that show them. */
export async function openSession(target: Target, world: World): Promise<OpenSession> {
  const { flags } = target;
  const { terminal, clock, version, interruptibly } = world;
  const wantsLog = Boolean(flags['log-level'] ?? world.environment['WEMASY_LOG_LEVEL']);
  const write = (text: string) => void terminal.err.write(text);
  const { config, faults, log, services, close } = await start(
    target,
    {
      ...world,
      flags,
      defaults: { WEMASY_LOG_LEVEL: 'warn' },
      caller: { app: 'wemasy-orders', version },
      writeLog: wantsLog ? write : plainLog(write),
    },
    write,
  );
  return {
    terminal,
    clock,
    config,
    faults,
    log,
    // The variable bounds an assistant's call. A person gives the flag, and a job waits as long as it takes.
    maxWaitMs: flags['max-wait-ms'] === undefined ? Number.POSITIVE_INFINITY : config.WEMASY_MAX_WAIT_MS,
    services,
    interruptibly,
    close,
  };
}

async function start(
  { flags, sandbox }: Target,
  options: SetUpOptions,
  write: (text: string) => void,
): Promise<SetUp> {
  if (!sandbox) return await setUp(options);
  const contradicting = accountFlags.filter((flag) => flags[flag] !== undefined);
  if (contradicting.length > 0) {
    throw new UsageError('--sandbox works with no account.', `Omit --${contradicting.join(' and --')}.`);
  }
  const { startSandbox, tokens } = await import('@wemasy-orders/sandbox-server');
  const running = await startSandbox({
    onError: ({ message }) => write(`wemasy-orders: sandbox: ${message}\n`),
  });
  write(
    'This sandbox has invented orders and ends with this command; nothing reaches Wemasy or SnelStart.\n',
  );
  return await setUpWithSandbox({ ...running, token: tokens.fullAccess }, options);
}
