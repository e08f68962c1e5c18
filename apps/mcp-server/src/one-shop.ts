import { readFileSync } from 'node:fs';
import {
  createLog,
  leadingTo,
  type Log,
  readConfig,
  setUp,
  type SetUp,
  type SetUpOptions,
  setUpWithSandbox,
  userHome,
} from '@wemasy-orders/runtime';
import { systemClock } from '@wemasy-orders/state';
import type { Output, Program, Target } from './program.js';
import { createMcpService, type McpService } from './server.js';
import { createTools, limitsOf } from './tools/create-tools.js';
import { once } from './tools/tool.js';

/** The shop whose user has started this process. */
export interface OneShop {
  readonly log: Log;
  /** What the log says of a server that begins. */
  readonly serving: { readonly version: string; readonly tools: readonly string[] };
  /** Answers MCP over the shop. */
  readonly service: McpService;
  /** Calls that wait answer that they were cancelled; a sync in flight still gets its outcome. */
  stopCalls(): void;
  /** Waits for writes in flight, then closes everything; a second call waits for the first. */
  close(): Promise<void>;
}

/** Reads the settings and makes what serves their shop; a fault in them is the answer to the first call. */
export async function openOneShop(target: Target, program: Program, output: Output): Promise<OneShop> {
  const { config, log, services, close } = await prepare(target, program, output);
  const { WEMASY_PERSONAL_DATA: personalData, WEMASY_READ_ONLY: readOnly } = config;
  const tools = createTools({ personalData, readOnly, clock: systemClock, ...limitsOf(config) });
  const stopping = new AbortController();
  return {
    log,
    serving: { version: PACKAGE_VERSION, tools: tools.map(({ name }) => name) },
    service: createMcpService({
      version: PACKAGE_VERSION,
      tools,
      personalData,
      services,
      log,
      clock: systemClock,
      stopping: stopping.signal,
    }),
    stopCalls() {
      stopping.abort();
    },
    close: once(close),
  };
}

interface Prepared extends Pick<SetUp, 'config' | 'log' | 'close'> {
  /** @throws {ConfigurationError} where there are faults */
  services(): Promise<ReturnType<SetUp['services']>>;
}

/** With a sandbox, everything behind the configuration waits for the first call. */
async function prepare(target: Target, program: Program, output: Output): Promise<Prepared> {
  if (!target.sandbox) {
    const { services, ...rest } = await setUpFor(target, program, output);
    return { ...rest, services: async () => services() };
  }
  const notStarted = { url: 'http://127.0.0.1/api', token: 'sandbox' };
  const { config } = readConfig(leadingTo(notStarted, setUpOptionsFor(target, program, output)));
  const log = createLog({
    level: config.WEMASY_LOG_LEVEL,
    write: output.writeLog,
    now: () => systemClock.now(),
    secrets: [],
  });
  let running: Promise<SetUp> | undefined;
  return {
    config,
    log,
    async services() {
      running ??= setUpFor(target, program, output);
      const starting = running;
      // The folder may be free again with the next call.
      starting.catch(() => (running = undefined));
      return (await starting).services();
    },
    async close() {
      await (await running?.catch(() => undefined))?.close();
    },
  };
}

/** Sets up the account of the settings, or a sandbox inside this process. */
export async function setUpFor(
  target: Target,
  program: Program,
  output: Output,
  defaults: SetUpOptions['defaults'] = {},
): Promise<SetUp> {
  const options = { ...setUpOptionsFor(target, program, output), defaults };
  if (!target.sandbox) return setUp(options);
  const { startEmbeddedSandbox } = await import('./sandbox.js');
  const { printError } = output;
  return setUpWithSandbox(await startEmbeddedSandbox({ folder: target.sandboxFolder, printError }), options);
}

/** Where settings come from, and what a process is set up with besides. */
export function setUpOptionsFor(
  { flags }: Target,
  { environment }: Program,
  { writeLog }: Output,
): SetUpOptions {
  return {
    flags,
    environment,
    platform: process.platform,
    home: userHome(),
    readFile: (path) => readFileSync(path, 'utf8'),
    caller: { app: 'wemasy-orders-mcp', version: PACKAGE_VERSION },
    clock: systemClock,
    writeLog,
  };
}
