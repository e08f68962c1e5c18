import * as z from 'zod';
import { operations } from '@wemasy-orders/client/operations';

const operationIds = Object.values(operations).map(({ operationId }) => operationId);

const common = {
  /** Operation that the fault affects; all of them when left out. */
  operation: z.enum(operationIds).optional(),
  /** How many requests the fault affects. */
  requests: z.int().min(1).max(1_000_000).default(1),
};

/**
 * `before`: the request is not carried out. `after`: the ledger is written and the throttle has counted;
 * only the answer is lost.
 */
const when = z.enum(['before', 'after']).default('before');

/** A failure that APIs have in practice and their documentation does not mention. */
export const InjectedFault = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('latency'),
    ...common,
    when,
    milliseconds: z.int().min(1).max(600_000),
  }),
  z.strictObject({
    kind: z.literal('server_error'),
    ...common,
    when,
    status: z.int().min(500).max(599).default(500),
  }),
  z.strictObject({
    kind: z.literal('html_page'),
    ...common,
    when,
    status: z.int().min(200).max(599).default(502),
  }),
  z.strictObject({ kind: z.literal('connection_reset'), ...common, when }),
  z.strictObject({
    kind: z.literal('rate_limited'),
    ...common,
    retry_after_seconds: z.int().min(0).max(86_400).default(60),
  }),
  z.strictObject({
    kind: z.literal('error_in_200'),
    ...common,
    when,
    message: z.string().default('SnelStart could not be reached.'),
  }),
  z.strictObject({ kind: z.literal('empty_body'), ...common, when }),
  /** Sends the first half of the real answer, so the request is always carried out. */
  z.strictObject({ kind: z.literal('truncated_json'), ...common }),
]);

export type InjectedFault = z.infer<typeof InjectedFault>;

/** A request that a fault affects. */
export interface FaultyRequest {
  readonly operation: { readonly operationId: string; readonly rateLimit: { readonly limit: number } };
  /** Throttles, validates, books and answers as without the fault. */
  serve(): Promise<Response>;
  /** Resets the connection without an answer. */
  reset(): Response;
  /** @throws {DOMException} `AbortError` when the sandbox closes meanwhile */
  wait(milliseconds: number): Promise<void>;
}

/** The answer that the caller gets instead of the real one. */
export async function applyFault(fault: InjectedFault, request: FaultyRequest): Promise<Response> {
  if (fault.kind === 'truncated_json') return cutInHalf(await request.serve());
  if (fault.kind === 'rate_limited') return tooManyAttempts(fault.retry_after_seconds, request);

  const served = fault.when === 'after' ? await request.serve() : undefined;
  switch (fault.kind) {
    case 'latency':
      await request.wait(fault.milliseconds);
      return served ?? request.serve();
    case 'server_error':
      return Response.json({ error: true, message: 'Server Error' }, { status: fault.status });
    case 'html_page':
      return new Response(gatewayPage(fault.status), {
        status: fault.status,
        headers: { 'Content-Type': 'text/html; charset=UTF-8' },
      });
    case 'connection_reset':
      return request.reset();
    case 'error_in_200':
      return Response.json({ error: true, message: fault.message, data: [] });
    case 'empty_body':
      return new Response('', { headers: { 'Content-Type': 'application/json' } });
  }
}

async function cutInHalf(answer: Response): Promise<Response> {
  const text = await answer.text();
  return new Response(text.slice(0, Math.ceil(text.length / 2)), {
    status: answer.status,
    headers: answer.headers,
  });
}

/** The documented 429, although the caller has allowance left: another client used the token. */
function tooManyAttempts(retryAfterSeconds: number, { operation }: FaultyRequest): Response {
  return Response.json(
    { error: true, message: 'Too Many Attempts.' },
    {
      status: 429,
      headers: {
        'X-RateLimit-Limit': String(operation.rateLimit.limit),
        'X-RateLimit-Remaining': '0',
        'Retry-After': String(retryAfterSeconds),
      },
    },
  );
}

/** The error page of a proxy in front of the API. */
function gatewayPage(status: number): string {
  return `<!DOCTYPE html>
<html lang="en">
  <head><meta charset="utf-8"><title>${status}</title></head>
  <body><h1>${status}</h1><hr><p>nginx</p></body>
</html>
`;
}
