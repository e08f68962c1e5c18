import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** A request as the upstream received it. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path with query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request. `index` counts the requests from 0. May also leave it unanswered or destroy the socket. */
export type Script = (
  request: ReceivedRequest,
  response: ServerResponse,
  index: number,
) => void | Promise<void>;

export interface Upstream {
  /** Base URL, to be given to a client. */
  readonly url: string;
  /** Everything received so far, in order. */
  readonly requests: readonly ReceivedRequest[];
  close(): Promise<void>;
}

/**
 * Starts a real HTTP server on loopback that answers as the script says: the API on a bad day, for tests.
 *
 * @param port 0 picks a free one; once the server is closed, another test may get it
 */
export async function startUpstream(script: Script, port = 0): Promise<Upstream> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((incoming, response) => {
    void text(incoming).then(
      async (body) => {
        const { method = '', url = '', headers } = incoming;
        const request = { method, url, headers, body };
        const index = requests.push(request) - 1;
        await script(request, response, index);
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return {
    url: `http://127.0.0.1:${address.port}/api`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
