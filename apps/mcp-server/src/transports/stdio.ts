import type { Readable } from 'node:stream';
import type { McpServerFactory } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

export interface StdioOptions {
  readonly factory: McpServerFactory;
  readonly stdin: Readable;
  readonly onError: (error: Error) => void;
}

/**
 * Serves MCP over stdin and stdout, in either protocol era, until the client goes away.
 *
 * @returns a promise that resolves when stdin has ended
 */
export async function serveOverStdio({ factory, stdin, onError }: StdioOptions): Promise<void> {
  const handle = serveStdio(factory, { onerror: onError });
  await new Promise<void>((resolve) => {
    stdin.once('end', resolve);
    stdin.once('close', resolve);
  });
  await handle.close();
}
