import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { ConfigurationError } from '@wemasy-orders/client';
import type { RunningSandbox } from '@wemasy-orders/runtime';
import { StartError, startSandbox, tokens } from '@wemasy-orders/sandbox-server';

export interface EmbeddedSandboxOptions {
  /** Keeps orders, ledger and journal from one process to the next; undefined for memory. */
  readonly folder: string | undefined;
  /** Takes a line for the user: the sandbox's URL, and errors of the sandbox. */
  readonly printError: (line: string) => void;
}

/**
 * Starts a sandbox inside this process, on a free port of this machine.
 *
 * @throws {ConfigurationError} when the folder cannot be used, or another process uses it
 */
export async function startEmbeddedSandbox(options: EmbeddedSandboxOptions): Promise<RunningSandbox> {
  const { printError } = options;
  const folder = options.folder === undefined ? undefined : usableFolder(options.folder);
  const onError = ({ stack }: Error) => {
    printError(`Sandbox: ${stack}`);
  };
  const database = folder === undefined ? undefined : join(folder, 'sandbox.sqlite');
  const sandbox = await startSandbox({ onError, database }).catch((error: unknown) => {
    throw error instanceof StartError ? new ConfigurationError(`--sandbox: ${error.message}`) : error;
  });
  printError(
    `Sandbox inside this process: ${sandbox.url}. Its orders are invented; nothing reaches Wemasy or SnelStart.`,
  );
  return {
    ...sandbox,
    token: tokens.fullAccess,
    stateFolder: folder === undefined ? undefined : join(folder, 'state'),
  };
}

function usableFolder(given: string): string {
  const folder = given.replace(/^~(?=$|[\\/])/, () => homedir());
  if (!isAbsolute(folder))
    throw new ConfigurationError('--sandbox=FOLDER takes the absolute path of a folder.');
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`--sandbox=FOLDER cannot be used (${reason}).`);
  }
  return folder;
}
