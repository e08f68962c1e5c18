#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { StartError, startSandbox } from '@wemasy-orders/sandbox-server';
import * as z from 'zod';
import { help, parseArguments } from './arguments.js';
import { createPages } from './pages.js';

/** The user can fix the command line. */
const usageExitCode = 2;

const parsed = parseArguments(process.argv.slice(2));
switch (parsed.action) {
  case 'help':
    process.stdout.write(help);
    break;
  case 'version':
    process.stdout.write(`${version()}\n`);
    break;
  case 'refuse':
    for (const issue of parsed.issues) process.stderr.write(`${issue}\n`);
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
      // A parent process waits for this line and reads the address from it.
      process.stdout.write(`Sandbox listening on ${sandbox.url}\n`);
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      process.stderr.write(`${error.message}\n`);
      process.exitCode = usageExitCode;
    }
}

function version(): string {
  // The file is beside both src and dist, and in the published package.
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return z.object({ version: z.string() }).parse(manifest).version;
}
