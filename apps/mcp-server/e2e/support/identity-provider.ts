import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';

/** The scopes that a user allows; the client may ask for more. */
export interface Consent {
  readonly scopes: readonly string[];
}

/** Undefined takes a member away. */
type Changes = Readonly<Record<string, unknown>>;

/** A real identity provider (`oidc-provider`), with DCR and CIMD, whose user signs in and consents at once. */
export interface IdentityProvider {
  readonly issuer: string;
  /** Its public keys, as it shows them. */
  keys(): readonly JWK[];
  /** Signs an access token as the provider would; each part can be made wrong. */
  sign(claims?: Changes, header?: Changes): Promise<string>;
  /** Signs with a new key from now on, and shows only that. */
  rotate(): Promise<void>;
  /** Goes away: connections are refused. */
  stop(): Promise<void>;
  /** Comes back at the same address. */
  start(): Promise<void>;
  /** What the user allows from now on. */
  consent: Consent;
  /** Requests since it began, as method and path. */
  readonly requests: readonly string[];
  /** Takes the user's browser through sign-in and consent. Resolves with what comes back to the client. */
  authorize(url: URL): Promise<URLSearchParams>;
}

/** An id that is the URL of a document, which a real provider would fetch from there. */
export const clientMetadataUrl = 'https://assistant.example.com/client.json';
export const redirectUri = 'http://127.0.0.1:1455/callback';
export const clientMetadata = {
  client_name: 'e2e assistant',
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
};

/** @param resource audience of the access tokens */
export async function startIdentityProvider(resource: () => string): Promise<IdentityProvider> {
  const subject = 'jan';
  const requests: string[] = [];
  let key = await newKey();
  let provider: Provider;
  let server: Server;
  let issuer = '';
  const idp: IdentityProvider = {
    get issuer() {
      return issuer;
    },
    requests,
    consent: { scopes: ['orders:read', 'orders:sync'] },
    keys: () => [key.publicJwk],
    async sign(claims = {}, header = {}) {
      const now = Math.floor(Date.now() / 1_000);
      const payload = {
        iss: issuer,
        aud: resource(),
        sub: subject,
        client_id: clientMetadataUrl,
        jti: String(Math.random()),
        iat: now,
        exp: now + 300,
        scope: 'orders:read orders:sync',
        ...claims,
      };
      return new SignJWT(JSON.parse(JSON.stringify(payload)))
        .setProtectedHeader({
          alg: 'RS256',
          ...JSON.parse(JSON.stringify({ kid: key.kid, typ: 'at+jwt', ...header })),
        })
        .sign(await importJWK(key.privateJwk, String(header['alg'] ?? 'RS256')), {
          crit: { 'urn:example:extension': true },
        });
    },
    async rotate() {
      key = await newKey();
      provider = newProvider();
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
    start: async () => void (await listen(Number(new URL(issuer).port))),
    authorize: (url) => walk(url),
  };

  function newProvider(): Provider {
    const made = new Provider(issuer, {
      jwks: { keys: [key.privateJwk] },
      pkce: { required: () => true },
      scopes: ['openid', 'offline_access', 'orders:read', 'orders:sync'],
      ttl: { AccessToken: 300, Grant: 300, Interaction: 300, RefreshToken: 300, Session: 300 },
      findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
      cookies: { keys: ['e2e'] },
      features: {
        devInteractions: { enabled: false },
        registration: { enabled: true },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => resource(),
          useGrantedResource: () => true,
          getResourceServerInfo: () => ({
            scope: 'orders:read orders:sync',
            audience: resource(),
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'RS256' } },
          }),
        },
        // Experimental in oidc-provider, so that its draft has to be named.
        ...Object.fromEntries([['clientIdMetadataDocument', { enabled: true, ack: 'draft-02' }]]),
      },
      fetch: async (url, options) =>
        String(url) === clientMetadataUrl
          ? Response.json({ client_id: clientMetadataUrl, ...clientMetadata })
          : globalThis.fetch(url, options),
    });
    made.on('server_error', (_, error) => {
      throw error;
    });
    return made;
  }

  async function listen(port: number): Promise<Server> {
    server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url}`);
      const answer = request.url?.startsWith('/interaction/')
        ? finishInteraction(request, response)
        : provider.callback()(request, response);
      answer.catch((error: unknown) => response.destroy(Object(error)));
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }

  async function finishInteraction(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { prompt, params, grantId } = await provider.interactionDetails(request, response);
    if (prompt.name === 'login') {
      return provider.interactionFinished(request, response, { login: { accountId: subject } });
    }
    const grant =
      (grantId === undefined ? undefined : await provider.Grant.find(grantId)) ??
      new provider.Grant({ accountId: subject, clientId: String(params['client_id']) });
    const asked = String(params['scope'] ?? '').split(' ');
    const allowed = idp.consent.scopes.filter((scope) => asked.includes(scope));
    const refused = asked.filter((scope) => scope.startsWith('orders:') && !allowed.includes(scope));
    // A scope that clients may register with is one of the provider as well.
    grant.addOIDCScope(['openid', 'offline_access', ...allowed].join(' '));
    grant.addResourceScope(resource(), allowed.join(' '));
    if (refused.length > 0) {
      grant.rejectOIDCScope(refused.join(' '));
      grant.rejectResourceScope(resource(), refused.join(' '));
    }
    const result = { consent: { grantId: await grant.save() } };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
  }

  /** Follows redirects with cookies, as a browser does, until they leave the provider. */
  async function walk(start: URL): Promise<URLSearchParams> {
    const cookies = new Map<string, string>();
    let url = start;
    for (let step = 0; step < 20; step += 1) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      const location = response.headers.get('location');
      if (location === null) throw new Error(`${url.pathname}: ${await response.text()}`);
      url = new URL(location, url);
      if (url.origin !== new URL(issuer).origin) return url.searchParams;
    }
    throw new Error(`the provider goes round in circles at ${url.pathname}`);
  }

  // The issuer has the port in it, so that the port comes first.
  const address = (await listen(0)).address();
  if (typeof address !== 'object' || address === null) throw new TypeError('it listens on a port');
  issuer = `http://127.0.0.1:${address.port}`;
  provider = newProvider();
  return idp;
}

async function newKey() {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const kid = `key-${Math.random()}`;
  // Without `alg`: only the server's own list then says which algorithms are good.
  const facts = { kid, use: 'sig' };
  return {
    kid,
    privateJwk: { ...(await exportJWK(privateKey)), ...facts },
    publicJwk: { ...(await exportJWK(publicKey)), ...facts },
  };
}
