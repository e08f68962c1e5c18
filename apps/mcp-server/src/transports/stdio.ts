import {
  isJSONRPCRequest,
  type JSONRPCMessage,
  type McpServerFactory,
  type Transport,
} from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { invalidMeta, type Message } from '../frames/frame.js';
import type { StdioChannel } from '../frames/stdio-channel.js';

export interface StdioOptions {
  readonly factory: McpServerFactory;
  readonly channel: StdioChannel;
  readonly onError: (error: Error) => void;
}

/**
 * Serves MCP over stdin and stdout, in either protocol era.
 *
 * @returns a function that ends the session; requests without a response are then cancelled
 */
export function serveOverStdio({ factory, channel, onError }: StdioOptions): () => Promise<void> {
  const { close } = serveStdio(factory, { onerror: onError, transport: transportOver(channel) });
  return close;
}

function transportOver(channel: StdioChannel): Transport {
  function take(message: Message): void {
    const { id } = message;
    if (id === undefined || isJSONRPCRequest(message)) transport.onmessage?.(toSdk(message));
    else channel.send(invalidMeta(id)).catch((error: Error) => transport.onerror?.(error));
  }

  const transport: Transport = {
    async start() {
      channel.receive(take);
    },
    send: (message: JSONRPCMessage) => channel.send(message),
    async close() {
      transport.onclose?.();
    },
  };
  return transport;
}

/** The same message; the SDK's type says of `params` what it checks itself. */
function toSdk({ id, method, params }: Message): JSONRPCMessage {
  return {
    jsonrpc: '2.0',
    method,
    ...(id === undefined ? {} : { id }),
    ...(params === undefined ? {} : { params }),
  };
}
