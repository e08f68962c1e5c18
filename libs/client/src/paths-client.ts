import createClient, { type Client } from 'openapi-fetch';
import type { Success } from './attempt.js';
import { ConfigurationError } from './errors.js';
import type { paths } from './generated/schema.js';
import { operationOf } from './operations.js';
import type { Send } from './send.js';
import type { OutgoingRequest } from './types.js';

/**
 * The typed openapi-fetch client of every path that the document describes. Calls are paced, timed and checked like
 * those of the facade; where openapi-fetch would give back an `error`, this one throws an `OrdersError`.
 */
export type PathsClient = Client<paths>;

/** Typed calls of every path, over the transport stack. This is the only file that knows openapi-fetch. */
export function createPathsClient(baseUrl: URL, send: Send): PathsClient {
  return createClient<paths>({
    baseUrl: baseUrl.href,
    fetch: async (request) => {
      const success = await send(await outgoingOf(request, baseUrl), { signal: request.signal });
      return responseOf(success);
    },
  });
}

/** @throws {ConfigurationError} when the document does not know the requested operation */
async function outgoingOf(request: Request, baseUrl: URL): Promise<OutgoingRequest> {
  const url = new URL(request.url);
  const base = baseUrl.pathname.replace(/\/$/, '');
  const operation =
    url.origin === baseUrl.origin && url.pathname.startsWith(base)
      ? operationOf(request.method, url.pathname.slice(base.length))
      : undefined;
  if (operation === undefined) {
    throw new ConfigurationError(
      `${request.method} ${url.origin}${url.pathname} is not an operation of the API.`,
    );
  }
  return {
    operation,
    url: request.url,
    headers: Object.fromEntries(request.headers),
    // A body can be read only once, and an attempt may be repeated.
    body: request.body === null ? null : await request.text(),
  };
}

/** A success as openapi-fetch takes it: as it was read, so the headers that describe the original body go. */
function responseOf({ answer: { status, headers, text, bytes }, read }: Success): Response {
  const plain = new Headers([...headers]);
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) plain.delete(name);
  const body = bytes ?? (read.value === undefined ? text || null : JSON.stringify(read.value));
  return new Response(body, { status, headers: plain });
}
