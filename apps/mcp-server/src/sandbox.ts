import type { RunningSandbox } from '@wemasy-orders/runtime';
import { startSandbox, tokens } from '@wemasy-orders/sandbox-server';

/**
 * Starts a sandbox inside this process, on a free port of this machine.
 *
 * @param printError takes a line for the user: the sandbox's URL, and errors of the sandbox
 */
export async function startEmbeddedSandbox(printError: (line: string) => void): Promise<RunningSandbox> {
  const sandbox = await startSandbox({
    onError: ({ stack }) => {
      printError(`Sandbox: ${stack}`);
    },
  });
  printError(
    `Sandbox inside this process: ${sandbox.url}. Its orders are invented; nothing reaches Wemasy or SnelStart.`,
  );
  return { ...sandbox, token: tokens.fullAccess };
}
