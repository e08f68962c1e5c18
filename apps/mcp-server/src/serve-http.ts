import { setTimeout } from 'node:timers/promises';
import { createLog } from '@wemasy-orders/runtime';
import { type HostedConfig, readHostedConfig } from '@wemasy-orders/runtime/hosted';
import { systemClock } from '@wemasy-orders/state';
import { openOneShop, setUpOptionsFor } from './one-shop.js';
import type { HttpAddress, Output, Program, Target } from './program.js';
import { limitsOf } from './tools/create-tools.js';

export interface ServeHttpOptions {
  readonly target: HttpTarget;
  readonly program: Program;
  readonly output: Output;
  /** Resolves when a signal asks the process to end. */
  readonly signal: Promise<string>;
}

interface HttpTarget extends Target {
  readonly http: HttpAddress;
  readonly metrics?: HttpAddress;
}

/** How long calls may go on after a signal before they are cancelled, in ms: less than Docker's 10 s. */
const drainMs = 8_000;
/** How long writes in flight may then take, and the responses of cancelled calls, in ms. */
const graceMs = 1_000;

/** Serves one shop to the user of this machine, or with `WEMASY_AUTH` many shops to authenticated callers. */
export async function serveHttp(options: ServeHttpOptions): Promise<void> {
  const { target, program, output } = options;
  const refuse = (...faults: readonly string[]) => {
    for (const fault of faults) output.printError(`wemasy-orders-mcp: ${fault}`);
    process.exitCode = 2;
  };
  const hosted = readHostedConfig(setUpOptionsFor(target, program, output));
  if (hosted === undefined) {
    if (!isLoopback(target.http)) {
      return refuse(
        `--http ${target.http.host} can be reached from other machines: set WEMASY_AUTH and WEMASY_PUBLIC_URL (docs/hosting.md), or listen on 127.0.0.1.`,
      );
    }
    if (target.metrics !== undefined) return refuse('--metrics goes with WEMASY_AUTH.');
    return serveOneShop(options);
  }
  if (target.sandbox) return refuse('--sandbox has one shop, so it does not go with WEMASY_AUTH.');
  if (hosted.config === undefined) return refuse(...hosted.faults);
  return serveManyShops(hosted.config, options);
}

/** Whether only this machine reaches it. */
export function isLoopback({ host }: HttpAddress): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host);
}

async function serveOneShop({ target, program, output, signal }: ServeHttpOptions): Promise<void> {
  const { log, serving, service, stopCalls, close } = await openOneShop(target, program, output);
  const { serveOnLoopback } = await import('./transports/loopback.js');
  const server = await serveOnLoopback({
    ...target.http,
    service,
    log,
    clock: systemClock,
  }).catch((error: Error) => error);
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
  stopCalls();
  await Promise.race([Promise.all([drained, close()]), setTimeout(graceMs)]);
  await server.close();
  process.exit(0);
}

async function serveManyShops(
  config: HostedConfig,
  { target, program, output, signal }: ServeHttpOptions,
): Promise<void> {
  const options = setUpOptionsFor(target, program, output);
  const { caller, clock, writeLog } = options;
  const log = createLog({
    level: config.WEMASY_LOG_LEVEL,
    write: writeLog,
    now: () => clock.now(),
    secrets: [],
  });
  const { openShops } = await import('./hosted/open-shops.js');
  const { serveHosted } = await import('./hosted/serve.js');
  const longestCallMs = limitsOf(config).answerWithinMs;
  const server = await openShops({ config, machine: options, caller, clock, writeLog, longestCallMs })
    .then((shops) =>
      serveHosted({
        config,
        http: target.http,
        metricsAt: target.metrics,
        shops,
        version: PACKAGE_VERSION,
        fetch: globalThis.fetch,
        log,
        clock,
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
  log.info('ending', { reason: await signal });
  await server.end();
  process.exit(0);
}
