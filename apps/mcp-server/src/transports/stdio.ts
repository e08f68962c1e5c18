import { setTimeout } from 'node:timers/promises';
import { isJSONRPCRequest, type JSONRPCMessage, type Transport } from '@modelcontextprotocol/server';
import { serveStdio as serveSdk } from '@modelcontextprotocol/server/stdio';
import { invalidMeta, type Message } from '../frames/frame.js';
import type { StdioChannel } from '../frames/stdio-channel.js';
import { openOneShop } from '../one-shop.js';
import type { Output, Program, Target } from '../program.js';

export interface StdioOptions {
  readonly target: Target;
  readonly program: Program;
  readonly output: Output;
  /** The session, which may have begun. */
  readonly channel: StdioChannel;
  /** Resolves when a signal asks the process to end. */
  readonly signal: Promise<string>;
}

/** How long writes in flight may take once the process is to end, in ms: clients kill after 2 s. */
const graceMs = 1_000;

/** Serves MCP over stdin and stdout, in either protocol era, until the client or a signal ends the session. */
export async function serveStdio({ target, program, output, channel, signal }: StdioOptions): Promise<void> {
  const { log, serving, service, stopCalls, close } = await openOneShop(target, program, output);
  log.info('serving over stdio', serving);
  void channel.firstRefusal.then(({ error }) => {
    log.warn('frame refused; further ones are not logged', { error });
  });
  const session = serveSdk(service.createServer, {
    transport: transportOver(channel),
    onerror: (error) => {
      log.warn('protocol fault', { error });
    },
  });
  const interrupted = Promise.race([signal, channel.broken.then(() => 'stdout is closed')]);
  const finished = channel.ended.then(() => channel.drained()).then(() => 'stdin has ended');
  log.info('ending', { reason: await Promise.race([interrupted, finished]) });
  stopCalls();
  await Promise.race([
    Promise.all([channel.drained(), close()]),
    interrupted.then(() => setTimeout(graceMs)),
  ]);
  await session.close();
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
