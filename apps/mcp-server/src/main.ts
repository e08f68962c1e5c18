#!/usr/bin/env node
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { ConfigurationError } from '@wemasy-orders/client';
import { systemClock } from '@wemasy-orders/state';
import { type ConfigSources, readConfig } from './config.js';
import { createLog, type Log } from './log.js';
import { createMcpServer } from './server.js';
import { connect, type Services } from './services.js';
import { describeStatePlace, openStore } from './state.js';
import { listOrdersTool } from './tools/list-orders.js';
import { syncOrderTool } from './tools/sync-order.js';
import { serveOverStdio } from './transports/stdio.js';
import { type HttpAddress, helpText, parseCommand } from './usage.js';

/** Version of the package, put in when it is bundled. */
declare const PACKAGE_VERSION: string;

/** How long an ending process waits for a write that is under way, in ms. */
const graceMs = 800;

const command = parseCommand(process.argv.slice(2));
switch (command.kind) {
  case 'help':
    console.log(helpText());
    break;
  case 'version':
    console.log(PACKAGE_VERSION);
    break;
  case 'misuse':
    console.error(`wemasy-orders-mcp: ${command.fault}\nSee wemasy-orders-mcp --help.`);
    process.exitCode = 2;
    break;
  case 'doctor':
    await diagnose(command.flags);
    break;
  case 'serve':
    await serve(command.flags, command.http);
}

async function serve(flags: ConfigSources['flags'], http: HttpAddress | undefined): Promise<void> {
  const { config, log, services, close } = await setUp(flags);
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
    factory: () => createMcpServer({ version: PACKAGE_VERSION, tools, log }),
    onError: (error: Error) => {
      log.warn('protocol fault', { error });
    },
  };
  const signals = (['SIGINT', 'SIGTERM'] as const).map((signal) => once(process, signal).then(() => signal));

  const serving = { version: PACKAGE_VERSION, tools: tools.map(({ name }) => name) };
  let reason: string;
  if (http === undefined) {
    log.info('serving over stdio', serving);
    const gone = serveOverStdio({ ...transport, stdin: process.stdin }).then(() => 'the assistant has gone');
    reason = await Promise.race([gone, ...signals]);
  } else {
    const { serveOverHttp } = await import('./transports/http.js');
    const server = await serveOverHttp({ ...transport, ...http });
    log.info('serving over HTTP', { ...serving, url: server.url });
    console.log(`MCP server listening on ${server.url}`);
    reason = await Promise.race(signals);
    await server.close();
  }
  log.info('ending', { reason });
  // A write that is under way may still finish; what does not in time stands in the journal as sent.
  await Promise.race([close(), setTimeout(graceMs)]);
  process.exit(0);
}

async function diagnose(flags: ConfigSources['flags']): Promise<void> {
  const { checksText, examine } = await import('./doctor.js');
  const { config, faults, services, close } = await setUp({ 'log-level': 'error', ...flags });
  const checks = await examine({
    config,
    faults,
    state: describeStatePlace(config.state),
    client: () => services().client,
  });
  console.log(checksText(checks));
  process.exitCode = checks.every(({ works }) => works) ? 0 : 1;
  await close();
}

/** Reads the configuration and builds what tools and doctor stand on; faults wait until something is asked of it. */
async function setUp(flags: ConfigSources['flags']) {
  const { config, faults } = readConfig({
    flags,
    environment: process.env,
    platform: process.platform,
    home: homedir(),
    readFile: (path) => readFileSync(path, 'utf8'),
  });
  const log = createLog({
    level: config.WEMASY_LOG_LEVEL,
    write: (line) => process.stderr.write(line),
    now: Date.now,
    secrets: config.token === '' ? [] : [config.token],
  });
  const connected = await connectOrExplain(config, faults, log);
  const allFaults =
    connected instanceof ConfigurationError && faults.length === 0 ? [connected.message] : faults;
  for (const fault of allFaults) log.warn('configuration fault', { fault });
  return {
    config,
    faults: allFaults,
    log,
    services: () => {
      if (connected instanceof ConfigurationError) throw connected;
      return connected;
    },
    close: async () => {
      if (!(connected instanceof ConfigurationError)) await connected.close();
    },
  };
}

/** A server that cannot call the API still lists its tools; each call then says what to set. */
async function connectOrExplain(
  config: ReturnType<typeof readConfig>['config'],
  faults: readonly string[],
  log: Log,
): Promise<Services | ConfigurationError> {
  if (faults.length > 0) return new ConfigurationError(faults.join(' '));
  try {
    const store = await openStore(config.state, {
      clock: systemClock,
      onWarning: ({ message }) => {
        log.warn('state', { message });
      },
    });
    return connect({ config, store, log, clock: systemClock, version: PACKAGE_VERSION });
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
}
