import type { RunningSandbox } from '@wemasy-orders/runtime';
import { startSandbox, tokens } from '@wemasy-orders/sandbox-server';

/**
 * Starts a sandbox inside this process, on a free port of this machine. Loaded only when it is asked for.
 *
 * @param printError takes a line for the user: where the sandbox is, and what goes wrong in it
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
