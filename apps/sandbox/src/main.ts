#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { startSandbox, StartFault } from '@wemasy-orders/sandbox-server';
import * as z from 'zod';
import { help, parseArguments } from './arguments.js';
import { createPages } from './pages.js';

/** Whatever the user can put right in the command line. */
const usageExitCode = 2;

const parsed = parseArguments(process.argv.slice(2));
switch (parsed.action) {
  case 'help':
    process.stdout.write(help);
    break;
  case 'version':
    process.stdout.write(`${version()}\n`);
    break;
  case 'fault':
    for (const fault of parsed.faults) process.stderr.write(`${fault}\n`);
    process.exitCode = usageExitCode;
    break;
  case 'start':
    try {
      const sandbox = await startSandbox({
        ...parsed.options,
        pages: createPages(),
        onError: (error) => {
          console.error(error);
        },
      });
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.once(signal, () => void sandbox.close().then(() => process.exit(0)));
      }
      // One line that a parent process can wait for and read the address from.
      process.stdout.write(`Sandbox listening on ${sandbox.url}\n`);
    } catch (error) {
      if (!(error instanceof StartFault)) throw error;
      process.stderr.write(`${error.message}\n`);
      process.exitCode = usageExitCode;
    }
}

function version(): string {
  // Beside both src and dist, and in every published package.
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return z.object({ version: z.string() }).parse(manifest).version;
}
