import createClient, { type Client } from 'openapi-fetch';
import type { Success } from './attempt.js';
import { ConfigurationError, InvalidArgumentsError } from './errors.js';
import type { paths } from './generated/schema.js';
import { operationOf } from './operations.js';
import { checkBody } from './request.js';
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
      const { signal } = request;
      const { outgoing, headers } = await outgoingOf(request, baseUrl);
      return responseOf(await send(outgoing, { signal, headers }));
    },
  });
}

const json = 'application/json';

interface PathsRequest {
  readonly outgoing: OutgoingRequest;
  /** The caller's own. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * @throws {ConfigurationError} when the document does not know the requested operation
 * @throws {InvalidArgumentsError} when the body is not JSON, or not as the document says
 */
async function outgoingOf(request: Request, baseUrl: URL): Promise<PathsRequest> {
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
  const { 'content-type': contentType, ...headers } = Object.fromEntries(request.headers);
  if (contentType !== undefined && contentType !== json) {
    throw new InvalidArgumentsError([{ argument: 'headers.content-type', fault: 'is set by the client' }]);
  }
  // A body can be read only once, and an attempt may be repeated.
  const body = request.body === null ? null : await request.text();
  if (body !== null) checkBody(operation, parsed(body));
  return {
    outgoing: {
      operation,
      url: request.url,
      headers: contentType === undefined ? {} : { 'content-type': json },
      body,
    },
    headers,
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new InvalidArgumentsError([{ argument: 'body', fault: 'is not JSON' }]);
  }
}

/** A success as openapi-fetch takes it: as it was read, so the headers that describe the original body go. */
function responseOf({ answer: { status, headers, text, bytes }, read }: Success): Response {
  const plain = new Headers([...headers]);
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) plain.delete(name);
  const body = bytes ?? (read.value === undefined ? text || null : JSON.stringify(read.value));
  return new Response(body, { status, headers: plain });
}
