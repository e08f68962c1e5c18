#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { userHome } from '@wemasy-orders/runtime';
import { preferLittleMemory } from '@wemasy-orders/runtime/v8-flags';
import { systemClock } from '@wemasy-orders/state';
import { exitCodes } from './exit-codes.js';
import { createInterruption } from './interruption.js';
import { runCommandLine } from './run-command-line.js';
import { createTerminal } from './terminal.js';

/** The package's version; the bundler fills it in. */
declare const PACKAGE_VERSION: string;

preferLittleMemory();
const argv = process.argv.slice(2);
const { stdin, stdout, stderr } = process;
const terminal = createTerminal({ stdin, stdout, stderr, environment: process.env });
const interruption = createInterruption({ end: () => process.exit(exitCodes.interrupted) });
// Each of them waits for the order in flight, so that its outcome reaches the journal. SIGHUP: the window was closed;
// SIGBREAK: Ctrl-Break on Windows.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGBREAK'] as const) {
  process.on(signal, interruption.interrupt);
}

const exitCode = await runCommandLine(argv, {
  terminal,
  version: PACKAGE_VERSION,
  clock: systemClock,
  environment: process.env,
  platform: process.platform,
  home: userHome(),
  readFile: (path) => readFileSync(path, 'utf8'),
  interruptibly: interruption.interruptibly,
});
process.exit(exitCode);
