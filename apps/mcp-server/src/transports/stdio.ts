import type { Readable } from 'node:stream';
import type { McpServerFactory } from '@modelcontextprotocol/server';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';

/** A client whose first message, a greeting mostly, has been answered already, though it still lies in stdin. */
export interface InitializedClient {
  /** The id of that request. */
  readonly id: string | number;
}

export interface StdioOptions {
  readonly factory: McpServerFactory;
  readonly stdin: Readable;
  readonly onError: (error: Error) => void;
  readonly client?: InitializedClient | undefined;
}

/**
 * Serves MCP over stdin and stdout, in either protocol era, until the client goes away.
 *
 * @returns a promise that resolves when stdin has ended
 */
export async function serveOverStdio({ factory, stdin, onError, client }: StdioOptions): Promise<void> {
  const transport = new StdioServerTransport(stdin);
  if (client !== undefined) leaveOutAnswer(transport, client);
  const handle = serveStdio(factory, { onerror: onError, transport });
  await new Promise<void>((resolve) => {
    stdin.once('end', resolve);
    stdin.once('close', resolve);
  });
  await handle.close();
}

/** Lets the server take notice of a client that has its answer: the second one is not sent. */
function leaveOutAnswer(transport: StdioServerTransport, { id }: InitializedClient): void {
  const send = transport.send.bind(transport);
  transport.send = async (message) => {
    if (!('id' in message) || 'method' in message || message.id !== id) return send(message);
    transport.send = send;
  };
}
