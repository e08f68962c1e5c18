import { scopes } from '../principal.js';

const wellKnown = '/.well-known/oauth-protected-resource';

/** What clients learn of this server before they have a token (RFC 9728). */
export interface ResourceMetadata {
  /** Where it is, as the challenge names it: the path of the resource comes after the well-known one (RFC 9728 §3.1). */
  readonly url: string;
  /** The document; undefined where the path is another. Also at the root, where clients look second. */
  respond(pathname: string): Response | undefined;
}

/** @param resource the public address of this server */
export function describeResource(resource: string, issuer: string): ResourceMetadata {
  const { origin, pathname } = new URL(resource);
  const path = `${wellKnown}${pathname === '/' ? '' : pathname}`;
  const document = {
    resource,
    authorization_servers: [issuer],
    scopes_supported: scopes,
    bearer_methods_supported: ['header'],
    resource_name: 'Wemasy Orders',
  };
  return {
    url: `${origin}${path}`,
    respond: (asked) =>
      asked === path || asked === wellKnown || asked === `${wellKnown}/mcp`
        ? Response.json(document, {
            headers: { 'access-control-allow-origin': '*', 'cache-control': 'public, max-age=3600' },
          })
        : undefined,
  };
}
