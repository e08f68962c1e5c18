import * as z from 'zod';
import { type OperationId, operationIds } from './operation-ids.js';

const common = {
  /** Which operation it strikes; both when left out. */
  operation: z.enum(operationIds).optional(),
  /** How many requests it strikes. */
  requests: z.int().min(1).max(1_000_000).default(1),
};

/**
 * Whether it strikes before the request is carried out, or after: then the ledger is written and the
 * throttle has counted, and only the answer is lost.
 */
const when = z.enum(['before', 'after']).default('before');

/** One way in which a call goes wrong although the documentation says nothing of it. */
export const Fault = z.discriminatedUnion('kind', [
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
  /** The first half of the true answer, so it always strikes after. */
  z.strictObject({ kind: z.literal('truncated_json'), ...common }),
]);

export type Fault = z.infer<typeof Fault>;

/** A request that a fault has been put in the way of. */
export interface StruckRequest {
  readonly operation: { readonly operationId: OperationId; readonly rateLimit: { readonly limit: number } };
  /** What would have happened: ledger, throttle and answer. */
  carryOut(): Promise<Response>;
  /** Breaks the connection without an answer. */
  reset(): Response;
  /** @throws {DOMException} `AbortError` when the sandbox ends meanwhile */
  wait(milliseconds: number): Promise<void>;
}

/** What the caller gets in the place of the true answer. */
export async function strike(fault: Fault, request: StruckRequest): Promise<Response> {
  if (fault.kind === 'truncated_json') return cutInHalf(await request.carryOut());
  if (fault.kind === 'rate_limited') return tooManyAttempts(fault.retry_after_seconds, request);

  const carriedOut = fault.when === 'after' ? await request.carryOut() : undefined;
  switch (fault.kind) {
    case 'latency':
      await request.wait(fault.milliseconds);
      return carriedOut ?? request.carryOut();
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

/** A refusal as documented, although the caller's own budget is not used up: somebody else used the token. */
function tooManyAttempts(retryAfterSeconds: number, { operation }: StruckRequest): Response {
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

/** What a proxy in front of an API says in its own name. */
function gatewayPage(status: number): string {
  return `<!DOCTYPE html>
<html lang="en">
  <head><meta charset="utf-8"><title>${status}</title></head>
  <body><h1>${status}</h1><hr><p>nginx</p></body>
</html>
`;
}
