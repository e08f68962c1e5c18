import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { OpenAPIBackend, SetMatchType } from 'openapi-backend';

/** One call, and how it violates the document. */
export interface Judgement {
  readonly operation: string;
  readonly status: number;
  readonly requestViolations: readonly string[];
  readonly responseViolations: readonly string[];
}

export interface OpenApiJudge {
  /** Base URL to use instead of the API's. */
  readonly url: string;
  readonly judgements: readonly Judgement[];
  close(): Promise<void>;
}

const document = fileURLToPath(new URL('../../../../openapi/wemasy-orders.yaml', import.meta.url));

/**
 * A proxy in front of an API that checks requests and answers against the OpenAPI document. It validates
 * with openapi-backend, which shares no code with the generator of the sandbox's own schemas.
 *
 * @param apiUrl base URL of the API
 */
export async function startOpenApiJudge(apiUrl: string): Promise<OpenApiJudge> {
  // Quick: skips the check of the document, which applies the metaschema of 3.0 to 3.1; Redocly checks it.
  const api = new OpenAPIBackend({ definition: document, quick: true, strict: true, coerceTypes: true });
  await api.init();
  const judgements: Judgement[] = [];

  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const { method = '', url: path = '', headers } = incoming;
      const sent = await text(incoming);
      const response = await fetch(apiUrl + path, {
        method,
        headers: passedOn(headers),
        ...(sent === '' ? {} : { body: sent }),
      });
      const received = await response.text();
      const answerHeaders = Object.fromEntries(response.headers);

      const request = {
        method,
        path,
        headers: passedOn(headers),
        ...(sent === '' ? {} : { body: sent }),
      };
      const operation = api.router.matchOperation(request, true);
      const { status } = response;
      judgements.push({
        operation: String(operation.operationId),
        status,
        requestViolations: violations(api.validator.validateRequest(request, operation).errors),
        responseViolations: [
          ...(Object.hasOwn(operation.responses ?? {}, status) ? [] : [`status ${status} is not documented`]),
          ...(answerHeaders['content-type'] === 'application/json'
            ? []
            : [`content type ${answerHeaders['content-type']} is not documented`]),
          ...violations(api.validator.validateResponse(parseJson(received), operation, status).errors),
          ...violations(
            api.validator.validateResponseHeaders(answerHeaders, operation, {
              statusCode: status,
              setMatchType: SetMatchType.Superset,
            }).errors,
          ),
        ],
      });
      outgoing.writeHead(status, passedOn(answerHeaders)).end(received);
    })().catch((error: unknown) =>
      outgoing.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    judgements,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Hop-by-hop headers. */
const ofOneConnection = ['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive'];

function passedOn(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      ofOneConnection.includes(name) ? [] : [[name, String(value)]],
    ),
  );
}

interface Violation {
  readonly instancePath: string;
  readonly message?: string;
}

function violations(errors: readonly Violation[] | null | undefined): string[] {
  return (errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`.trim());
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address !== 'object' || address === null) throw new TypeError('listens on a port');
  return address.port;
}
