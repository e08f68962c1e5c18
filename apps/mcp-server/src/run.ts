import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { ConfigurationError, isOrdersError } from '@wemasy-orders/client';
import {
  type Check,
  checksText,
  createLog,
  describeHostedSettings,
  describeSettings,
  examine,
  type HostedConfig,
  leadingTo,
  readConfig,
  readHostedConfig,
  setUp,
  type SetUp,
  type SetUpOptions,
  setUpWithSandbox,
  userHome,
} from '@wemasy-orders/runtime';
import { systemClock } from '@wemasy-orders/state';
import { type HttpAddress, isLoopback, parseCommand, type Target } from './cli-args.js';
import { openStdioChannel, type StdioChannel } from './frames/stdio-channel.js';
import { helpText } from './help-text.js';
import type { Shops } from './hosted/shop.js';
import { createMcpServer } from './server.js';
import { endingSignals, type Program } from './program.js';
import { limitsOf } from './tools/call-limits.js';
import { createTools } from './tools/create-tools.js';
import { serveOverStdio } from './transports/stdio.js';

/** Version of the package, put in when it is bundled. */
declare const PACKAGE_VERSION: string;

/** How long calls over HTTP may go on after a signal before they are cancelled, in ms: less than Docker's 10 s. */
const drainMs = 8_000;
/** How long writes in flight may then take, and the responses of cancelled calls, in ms: clients kill after 2 s. */
const graceMs = 1_000;

/**
 * Does what the command line asks for.
 *
 * @param channel the session over stdio, where it has begun
 */
export async function run(program: Program, channel?: StdioChannel): Promise<void> {
  const output = outputOf(program);
  const flags = [...describeSettings(), ...describeHostedSettings()].flatMap(({ flag, takesValue }) =>
    flag === undefined ? [] : [{ flag, takesValue }],
  );
  const command = parseCommand(program.argv, flags);
  switch (command.kind) {
    case 'help':
      return output.print(helpText());
    case 'version':
      return output.print(PACKAGE_VERSION);
    case 'usage_error':
      output.printError(`wemasy-orders-mcp: ${command.message}\nSee wemasy-orders-mcp --help.`);
      process.exitCode = 2;
      return;
    case 'doctor':
      return reportingFaults(diagnose(command, program, output), output);
    case 'rotate_keys':
      return reportingFaults(rotate(command, program, output), output);
    case 'serve':
      return command.http === undefined
        ? serve(command, program, output, channel)
        : serveHttp({ ...command, http: command.http }, program, output);
  }
}

interface Output {
  /** Writes a line to stdout. */
  readonly print: (line: string) => void;
  /** Writes a line to stderr. What cannot be written there is lost, and the server goes on. */
  readonly printError: (line: string) => void;
  /** Writes a line of the log, which has its line end. */
  readonly writeLog: (line: string) => void;
}

function outputOf({ stdio, stderr }: Program): Output {
  const errors = stderr();
  errors.on('error', () => undefined);
  return {
    print: (line) => void stdio().stdout.write(`${line}\n`),
    printError: (line) => void errors.write(`${line}\n`),
    writeLog: (line) => void errors.write(line),
  };
}

/** Serves one shop to the user of this machine, or with `WEMASY_AUTH` many shops to authenticated callers. */
async function serveHttp(target: HttpTarget, program: Program, output: Output): Promise<void> {
  const options = setUpOptionsFor(target, program, output);
  const hosted = readHostedConfig(options);
  const usageError = (message: string) => {
    output.printError(`wemasy-orders-mcp: ${message}`);
    process.exitCode = 2;
  };
  if (hosted === undefined) {
    if (!isLoopback(target.http)) {
      return usageError(
        `--http ${target.http.host} can be reached from other machines: set WEMASY_AUTH and WEMASY_PUBLIC_URL (docs/hosting.md), or listen on 127.0.0.1.`,
      );
    }
    if (target.metrics !== undefined) return usageError('--metrics goes with WEMASY_AUTH.');
    return serve(target, program, output);
  }
  if (target.sandbox) return usageError('--sandbox has one shop, so it does not go with WEMASY_AUTH.');
  const { config, faults } = hosted;
  if (config === undefined) {
    for (const fault of faults) output.printError(`wemasy-orders-mcp: ${fault}`);
    process.exitCode = 2;
    return;
  }
  const log = createLog({
    level: config.WEMASY_LOG_LEVEL,
    write: output.writeLog,
    now: () => systemClock.now(),
    secrets: [],
  });
  const { serveHosted } = await import('./hosted/serve.js');
  const ended = endingSignal();
  const server = await openShopsFor(config, options)
    .then((shops) =>
      serveHosted({
        config,
        http: target.http,
        metricsAt: target.metrics,
        shops,
        version: PACKAGE_VERSION,
        fetch: globalThis.fetch,
        log,
        clock: systemClock,
      }),
    )
    .catch((error: Error) => error);
  if (server instanceof Error) {
    output.printError(`wemasy-orders-mcp: ${server.message}`);
    process.exit(1);
  }
  const { url, metricsUrl } = server;
  log.info('serving over HTTP', {
    version: PACKAGE_VERSION,
    url,
    metricsUrl,
    publicUrl: config.WEMASY_PUBLIC_URL,
  });
  output.print(`MCP server listening on ${url}`);
  log.info('ending', { reason: await ended });
  await server.end();
  process.exit(0);
}

async function openShopsFor(config: HostedConfig, options: SetUpOptions): Promise<Shops> {
  const { openShops } = await import('./hosted/open-shops.js');
  const { caller, clock, writeLog } = options;
  const longestCallMs = limitsOf(config).answerWithinMs;
  return openShops({ config, machine: options, caller, clock, writeLog, longestCallMs });
}

interface HttpTarget extends Target {
  readonly http: HttpAddress;
  readonly metrics?: HttpAddress;
}

/** Resolves with the first signal that asks the process to end; a second one ends it at once. */
function endingSignal(): Promise<string> {
  const signal = Promise.race(endingSignals.map((name) => once(process, name).then(() => name)));
  void signal
    .then(() => Promise.race(endingSignals.map((name) => once(process, name))))
    .then(() => process.exit(1));
  return signal;
}

async function serve(
  target: Target & { readonly http?: HttpAddress },
  program: Program,
  output: Output,
  begun?: StdioChannel,
): Promise<void> {
  const { config, log, services, close } = await prepare(target, program, output);
  const { answerWithinMs, maxWaitMs } = limitsOf(config);
  const stopping = new AbortController();
  const tools = createTools({
    personalData: config.WEMASY_PERSONAL_DATA,
    readOnly: config.WEMASY_READ_ONLY,
    maxWaitMs,
    clock: systemClock,
  });
  const factory = () =>
    createMcpServer({
      version: PACKAGE_VERSION,
      tools,
      personalData: config.WEMASY_PERSONAL_DATA,
      services,
      log,
      clock: systemClock,
      answerWithinMs,
      stopping: stopping.signal,
    });
  const signal = endingSignal();

  const serving = { version: PACKAGE_VERSION, tools: tools.map(({ name }) => name) };
  if (target.http === undefined) {
    const channel = begun ?? openStdioChannel(program.stdio());
    log.info('serving over stdio', serving);
    void channel.firstRefusal.then(({ error }) => {
      log.warn('frame refused; further ones are not logged', { error });
    });
    const endSession = serveOverStdio({
      factory,
      channel,
      onError: (error) => {
        log.warn('protocol fault', { error });
      },
    });
    const interrupted = Promise.race([signal, channel.broken.then(() => 'stdout is closed')]);
    const finished = channel.ended.then(() => channel.drained()).then(() => 'stdin has ended');
    log.info('ending', { reason: await Promise.race([interrupted, finished]) });
    // Calls that wait answer that they were cancelled; a sync in flight still gets its outcome.
    stopping.abort();
    await Promise.race([
      Promise.all([channel.drained(), close()]),
      interrupted.then(() => setTimeout(graceMs)),
    ]);
    await endSession();
  } else {
    const { serveOnLoopback } = await import('./transports/loopback.js');
    const server = await serveOnLoopback({ ...target.http, factory, log, clock: systemClock }).catch(
      (error: Error) => error,
    );
    if (server instanceof Error) {
      output.printError(`wemasy-orders-mcp: ${server.message}`);
      await close();
      process.exitCode = 1;
      return;
    }
    log.info('serving over HTTP', { ...serving, url: server.url });
    output.print(`MCP server listening on ${server.url}`);
    log.info('ending', { reason: await signal });
    const drained = server.drain();
    await Promise.race([drained, setTimeout(drainMs)]);
    stopping.abort();
    await Promise.race([Promise.all([drained, close()]), setTimeout(graceMs)]);
    await server.close();
  }
  process.exit(0);
}

async function reportingFaults(work: Promise<void>, output: Output): Promise<void> {
  await work.catch((error: unknown) => {
    if (!isOrdersError(error)) throw error;
    output.printError(`wemasy-orders-mcp: ${error.message}`);
    process.exitCode = 1;
  });
}

async function rotate(target: Target, program: Program, output: Output): Promise<void> {
  const { config, faults } = readHostedConfig(setUpOptionsFor(target, program, output)) ?? {
    faults: ['WEMASY_AUTH is not set: only a server that others reach has keys.'],
  };
  if (config === undefined) throw new ConfigurationError(...faults);
  const { rotateKeys } = await import('./hosted/shops/rotate-keys.js');
  const allOpened = await rotateKeys({ config, clock: systemClock, print: output.print });
  process.exitCode = allOpened ? 0 : 1;
}

async function diagnose(target: Target, program: Program, output: Output): Promise<void> {
  const options = setUpOptionsFor(target, program, output);
  const hosted = target.sandbox ? undefined : readHostedConfig(options);
  if (hosted !== undefined) {
    const { examineHosted } = await import('./hosted/doctor.js');
    const checks = await examineHosted({
      ...hosted,
      openShops: (config) => openShopsFor({ ...config, WEMASY_LOG_LEVEL: 'error' }, options),
      fetch: globalThis.fetch,
      clock: systemClock,
    });
    return report(checks, output);
  }
  // What a log would warn of is in the checks.
  const { config, faults, services, close } = await setUpFor(target, program, output, {
    WEMASY_LOG_LEVEL: 'error',
  });
  const checks = await examine({
    config,
    faults,
    clock: systemClock,
    services,
  });
  report(checks, output);
  await close();
}

function report(checks: readonly Check[], output: Output): void {
  output.print(checksText(checks));
  process.exitCode = checks.every(({ works }) => works) ? 0 : 1;
}

/** What the server works with. With a sandbox, everything behind the configuration waits for the first call. */
interface Prepared extends Pick<SetUp, 'config' | 'log'> {
  /** @throws {ConfigurationError} where there are faults */
  services(): Promise<ReturnType<SetUp['services']>>;
  /** Waits for writes in flight, then closes everything; a second call waits for the first. */
  close(): Promise<void>;
}

async function prepare(target: Target, program: Program, output: Output): Promise<Prepared> {
  if (!target.sandbox) {
    const { services, close, ...rest } = await setUpFor(target, program, output);
    return { ...rest, services: async () => services(), close: lazy(close) };
  }
  const options = setUpOptionsFor(target, program, output);
  const notStarted = { url: 'http://127.0.0.1/api', token: 'sandbox' };
  const { config } = readConfig(leadingTo(notStarted, options));
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
    close: lazy(async () => {
      await (await running?.catch(() => undefined))?.close();
    }),
  };
}

async function setUpFor(
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

function setUpOptionsFor({ flags }: Target, { environment }: Program, { writeLog }: Output): SetUpOptions {
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

/** Runs a function with the first call; each call gets its result. */
function lazy<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined;
  return () => (result ??= work());
}
