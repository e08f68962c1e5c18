import type { Exchange } from './http.js';

/** Lets a page of an allowed origin call: it gets the preflight that it sends first, and may read the response. */
export async function answerCrossOrigin(
  request: Request,
  exchange: Exchange,
  answer: () => Promise<Response>,
): Promise<Response> {
  const origin = request.headers.get('origin');
  if (origin === null) return answer();
  exchange.setHeader('access-control-allow-origin', origin);
  exchange.setHeader('vary', 'origin');
  if (request.method === 'OPTIONS') return preflight(request);
  exchange.setHeader(
    'access-control-expose-headers',
    'mcp-session-id, mcp-protocol-version, www-authenticate',
  );
  return answer();
}

/** Fetch standard, CORS-preflight request. */
function preflight({ headers }: Request): Response {
  const asked = headers.get('access-control-request-headers');
  return new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-methods': 'POST, GET, DELETE, OPTIONS',
      ...(asked === null ? {} : { 'access-control-allow-headers': asked }),
      ...(headers.has('access-control-request-private-network')
        ? { 'access-control-allow-private-network': 'true' }
        : {}),
      'access-control-max-age': '600',
    },
  });
}
