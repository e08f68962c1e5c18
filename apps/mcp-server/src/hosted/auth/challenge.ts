import { scopes } from '../principal.js';
import type { Refusal } from './authenticate.js';

/** When it is worth asking again for an identity provider that is away, in s. */
const askAgainSeconds = 5;

/** Answers a request that has no principal, or one with too few scopes (RFC 6750 §3). */
export interface Challenge {
  refuse(refusal: Refusal): Response;
  /** Both scopes are named: the client would otherwise ask for the missing one alone, and lose the one it has. */
  insufficientScope(body: unknown): Response;
}

/** @param metadataUrl where the resource is described; undefined where there is no identity provider */
export function createChallenge(metadataUrl: string | undefined): Challenge {
  // MCP, authorization: the first challenge names every scope, since not every client asks for more later.
  const offer = metadataUrl && { resource_metadata: metadataUrl, scope: scopes.join(' ') };
  return {
    refuse(refusal) {
      if (refusal.kind === 'unavailable') {
        const error = 'temporarily_unavailable';
        const error_description =
          'The identity provider cannot be reached; the credential may still be good.';
        const headers = { 'retry-after': String(askAgainSeconds) };
        return Response.json({ error, error_description }, { status: 503, headers });
      }
      // RFC 6750 §3.1: no error code for a request without a credential.
      const fault =
        refusal.kind === 'none'
          ? undefined
          : {
              error: 'invalid_token',
              error_description: 'The credential is not valid here, or not any more.',
            };
      const body = fault ?? { error: 'unauthorized', error_description: 'A bearer token is needed.' };
      return Response.json(body, { status: 401, headers: challengeHeaders({ ...fault, ...offer }) });
    },
    insufficientScope(body) {
      const fault = {
        error: 'insufficient_scope',
        error_description: 'The token does not grant what this request needs.',
      };
      return Response.json(body, { status: 403, headers: challengeHeaders({ ...fault, ...offer }) });
    },
  };
}

function challengeHeaders(parameters: Readonly<Record<string, string>>) {
  const list = Object.entries(parameters).map(([name, value]) => `${name}="${value}"`);
  return { 'www-authenticate': ['Bearer', list.join(', ')].join(' ').trim() };
}
