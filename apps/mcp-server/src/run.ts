import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import {
  checksText,
  examine,
  setUp,
  type SetUp,
  type SetUpOptions,
  setUpWithSandbox,
} from '@wemasy-orders/runtime';
import { systemClock } from '@wemasy-orders/state';
import { createMcpServer } from './server.js';
import { listOrdersTool } from './tools/list-orders.js';
import { syncOrderTool } from './tools/sync-order.js';
import { type InitializedClient, serveOverStdio } from './transports/stdio.js';
import { type HttpAddress, helpText, parseCommand, type Target } from './cli-args.js';

/** Version of the package, put in when it is bundled. */
declare const PACKAGE_VERSION: string;

/** How long an ending process waits for a write that is under way, in ms. */
const graceMs = 800;

export interface RunOptions {
  /** What stands behind the command's name. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whom stdin's first message comes from, if that has been answered. */
  readonly client?: InitializedClient | undefined;
  /** Writes a line to stdout. */
  readonly print: (line: string) => void;
  /** Writes a line to stderr. */
  readonly printError: (line: string) => void;
}

/** Does what the command line asks for. */
export async function run(options: RunOptions): Promise<void> {
  const { print, printError } = options;
  const command = parseCommand(options.argv);
  switch (command.kind) {
    case 'help':
      return print(helpText());
    case 'version':
      return print(PACKAGE_VERSION);
    case 'misuse':
      printError(`wemasy-orders-mcp: ${command.fault}\nSee wemasy-orders-mcp --help.`);
      process.exitCode = 2;
      return;
    case 'doctor':
      return diagnose(command, options);
    case 'serve':
      return serve(command, command.http, options);
  }
}

async function serve(target: Target, http: HttpAddress | undefined, options: RunOptions): Promise<void> {
  const { config, log, services, close } = await start(target, options);
  const tools = [
    listOrdersTool({
      client: () => services().client,
      personalData: config.WEMASY_PERSONAL_DATA,
      maxWaitMs: config.WEMASY_MAX_WAIT_MS,
      clock: systemClock,
    }),
    syncOrderTool({ orderSync: () => services().orderSync }),
  ].filter(({ annotations }) => annotations.readOnlyHint || !config.WEMASY_READ_ONLY);
  const transport = {
    factory: () => createMcpServer({ version: PACKAGE_VERSION, tools, log, clock: systemClock }),
    onError: (error: Error) => {
      log.warn('protocol fault', { error });
    },
  };
  const signals = (['SIGINT', 'SIGTERM'] as const).map((signal) => once(process, signal).then(() => signal));

  const serving = { version: PACKAGE_VERSION, tools: tools.map(({ name }) => name) };
  let reason: string;
  if (http === undefined) {
    log.info('serving over stdio', serving);
    const gone = serveOverStdio({ ...transport, stdin: process.stdin, client: options.client }).then(
      () => 'the assistant has gone',
    );
    reason = await Promise.race([gone, ...signals]);
  } else {
    const { serveOverHttp } = await import('./transports/http.js');
    const server = await serveOverHttp({ ...transport, ...http });
    log.info('serving over HTTP', { ...serving, url: server.url });
    options.print(`MCP server listening on ${server.url}`);
    reason = await Promise.race(signals);
    await server.close();
  }
  log.info('ending', { reason });
  // A write that is under way may still finish; what does not in time stands in the journal as sent.
  await Promise.race([close(), setTimeout(graceMs)]);
  process.exit(0);
}

async function diagnose(target: Target, options: RunOptions): Promise<void> {
  // What a log would warn of is in the checks.
  const { config, faults, services, close } = await start(target, options, { WEMASY_LOG_LEVEL: 'error' });
  const checks = await examine({
    config,
    faults,
    clock: systemClock,
    client: () => services().client,
  });
  options.print(checksText(checks));
  process.exitCode = checks.every(({ works }) => works) ? 0 : 1;
  await close();
}

async function start(
  { flags, sandbox }: Target,
  { environment, printError }: RunOptions,
  defaults: SetUpOptions['defaults'] = {},
): Promise<SetUp> {
  const options: SetUpOptions = {
    flags,
    defaults,
    environment,
    platform: process.platform,
    home: homedir(),
    readFile: (path) => readFileSync(path, 'utf8'),
    caller: { app: 'wemasy-orders-mcp', version: PACKAGE_VERSION },
    clock: systemClock,
    writeLog: (line) => process.stderr.write(line),
  };
  if (!sandbox) return setUp(options);
  const { startEmbeddedSandbox } = await import('./sandbox.js');
  return setUpWithSandbox(await startEmbeddedSandbox(printError), options);
}
