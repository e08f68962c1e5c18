#!/usr/bin/env node
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { checksText, type ConfigSources, describeStatePlace, examine, setUp } from '@wemasy-orders/setup';
import { systemClock } from '@wemasy-orders/state';
import { createMcpServer } from './server.js';
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
  const { config, log, services, close } = await start(flags);
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
  const { config, faults, services, close } = await start({ 'log-level': 'error', ...flags });
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

function start(flags: ConfigSources['flags']) {
  return setUp({
    flags,
    environment: process.env,
    platform: process.platform,
    home: homedir(),
    readFile: (path) => readFileSync(path, 'utf8'),
    caller: { app: 'wemasy-orders-mcp', version: PACKAGE_VERSION },
    clock: systemClock,
    writeLog: (line) => process.stderr.write(line),
  });
}
