import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import * as z from 'zod';
import type { AppsClient } from './apps-client.js';

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('./browser/view-host.ts', import.meta.url))],
  bundle: true,
  format: 'esm',
  write: false,
});
const hostScript = outputFiles.map(({ text }) => text).join('');

const Call = z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) });
const Sent = z.object({ content: z.array(z.object({ text: z.string() })) });
const LinkedTool = z.object({ _meta: z.object({ ui: z.object({ resourceUri: z.string() }) }) });

export interface ViewHost {
  readonly url: string;
  /** The calls that the view has made, in order. */
  readonly calls: readonly z.output<typeof Call>[];
  /** What the view has sent to the assistant. */
  readonly messages: readonly string[];
  close(): Promise<void>;
}

export interface ViewHostOptions {
  readonly client: AppsClient;
  /** Arguments of the `list_orders` call that opens the view. */
  readonly list?: Record<string, unknown>;
  readonly capabilities?: Record<string, unknown>;
  readonly context?: Record<string, unknown>;
  /** Answers a call of the view in the server's place, or throws as a host does that denies it. */
  readonly intercept?: (name: string) => void;
}

/**
 * An assistant's application that shows MCP Apps, as a web page on loopback: the official bridge, with the view in a
 * sandboxed frame of another origin, under the Content Security Policy that the specification asks of hosts.
 */
export async function startViewHost(options: ViewHostOptions): Promise<ViewHost> {
  const { client, list = {}, capabilities = { serverTools: {}, updateModelContext: { text: {} } } } = options;
  const { context = {}, intercept = () => undefined } = options;
  const tools = await client.listTools();
  const linked = LinkedTool.parse(tools.find(({ name }) => name === 'list_orders'));
  const page = await client.readPage(linked._meta.ui.resourceUri);
  const toolResult = await client.callTool({ name: 'list_orders', arguments: list });
  const calls: z.output<typeof Call>[] = [];
  const messages: string[] = [];

  const view = createServer((_, response) => {
    response.setHeader('Content-Security-Policy', contentSecurityPolicy);
    response.setHeader('Content-Type', 'text/html; charset=utf-8').end(page.text);
  });
  const viewUrl = await listen(view);

  const host = createServer((request, response) => {
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    };
    switch (request.url) {
      case '/':
        response.setHeader('Content-Type', 'text/html; charset=utf-8').end(hostPage);
        break;
      case '/host.js':
        response.setHeader('Content-Type', 'text/javascript').end(hostScript);
        break;
      case '/session':
        answer(200, { viewUrl, capabilities, context, toolInput: list, toolResult });
        break;
      case '/call':
        json(request)
          .then((body) => {
            const call = Call.parse(body);
            calls.push(call);
            intercept(call.name);
            return client.callTool(call);
          })
          .then(
            (result) => answer(200, result),
            // The status is this host's own; browsers write failed requests to the console.
            (error: unknown) => answer(200, { hostError: String(error) }),
          );
        break;
      case '/context':
        void json(request).then((body) => {
          messages.push(...Sent.parse(body).content.map(({ text }) => text));
          answer(200, {});
        });
        break;
      default:
        response.writeHead(204).end();
    }
  });
  return {
    url: await listen(host),
    calls,
    messages,
    async close() {
      for (const server of [host, view]) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

/** What the specification has hosts build from a resource that declares no domains. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'none'",
  "img-src 'self' data:",
  "font-src 'self'",
  "media-src 'self' data:",
  "frame-src 'none'",
  "object-src 'none'",
  "base-uri 'self'",
].join('; ');

const hostPage = `<!doctype html>
<html lang="en">
  <head>
    <meta name="viewport" content="width=device-width" />
    <title>A host</title>
    <link rel="icon" href="data:," />
    <script type="module" src="/host.js"></script>
  </head>
  <body style="margin: 0"></body>
</html>`;

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return `http://127.0.0.1:${address.port}/`;
}
