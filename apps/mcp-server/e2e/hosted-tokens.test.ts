import { createHmac } from 'node:crypto';
import { orderPage, sendJson, startUpstream, type Upstream } from '@wemasy-orders/client/testing';
import { freePort } from '@wemasy-orders/state/testing';
import { base64url, CompactEncrypt, exportJWK, exportSPKI, generateKeyPair, importJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentedTools, readingTools } from './support/documented-tools.js';
import { bearer, call, type HostedProcess, request, startHosted } from './support/hosted.js';
import { messagesOf } from './support/http-server.js';
import { type IdentityProvider, startIdentityProvider } from './support/identity-provider.js';
import { type ShopsFile, writeShopsFile } from './support/shops-file.js';

const apiToken = 'canary-api-token-5f2a';

let idp: IdentityProvider;
let upstream: Upstream;
let shops: ShopsFile;
let server: HostedProcess;

beforeAll(async () => {
  const port = await freePort();
  const resource = `http://127.0.0.1:${port}/mcp`;
  idp = await startIdentityProvider(() => resource);
  upstream = await startUpstream((_, response) => sendJson(response, 200, orderPage([{ id: 7 }])));
  shops = await writeShopsFile({ apiToken, identities: [{ issuer: idp.issuer, subject: 'jan' }] });
  server = await startHosted(port, {
    WEMASY_AUTH: 'oauth',
    WEMASY_OAUTH_ISSUER: idp.issuer,
    WEMASY_SHOPS: shops.path,
    WEMASY_API_URL: upstream.url,
  });
});

afterAll(async () => {
  expect(await server.end()).toEqual([0, null]);
  await idp.stop();
  await upstream.close();
  await shops.remove();
});

const list = request('tools/list');
const listOrders = call('list_orders', { fields: ['id'] });
const syncOrder = call('sync_order', { order_id: 7 });
const statusOf = async (token: string, body: unknown = list) =>
  (await server.post(body, bearer(token))).status;

const seconds = () => Math.floor(Date.now() / 1_000);
/** The same token with other bytes at one of its three parts. */
const withPart = (token: string, at: number, part: string) => token.split('.').with(at, part).join('.');
const encoded = (value: object) => base64url.encode(JSON.stringify(value));

/** A token with the right claims, signed by a key that is not the issuer's. */
async function signedByAnother(header: object = {}) {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const [, payload = ''] = (await idp.sign()).split('.');
  const jwk = await exportJWK(publicKey);
  return new SignJWT(JSON.parse(new TextDecoder().decode(base64url.decode(payload))))
    .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: idp.keys()[0]?.kid ?? '', ...header, jwk })
    .sign(privateKey);
}

/** Each would be accepted by a server that leaves out one check. */
const badTokens: Readonly<Record<string, () => Promise<string>>> = {
  'has expired': () => idp.sign({ exp: seconds() - 10 }),
  'is not valid yet': () => idp.sign({ nbf: seconds() + 60 }),
  'never expires': () => idp.sign({ exp: undefined }),
  'is for another server': () => idp.sign({ aud: 'https://other.example.com/mcp' }),
  'is for another path of this server': () => idp.sign({ aud: `${server.origin}/admin` }),
  'names no audience': () => idp.sign({ aud: undefined }),
  'is of another issuer': () => idp.sign({ iss: 'https://evil.example.com' }),
  'names no subject': () => idp.sign({ sub: undefined }),
  'has an empty subject': () => idp.sign({ sub: '' }),
  'is an id token': () => idp.sign({ aud: 'client' }, { typ: 'JWT' }),
  'is not typed as an access token': () => idp.sign({}, { typ: 'JWT' }),
  'has no type': () => idp.sign({}, { typ: undefined }),
  'is bound to a key of the client': () => idp.sign({ cnf: { jkt: 'thumbprint' } }),
  'has a critical extension': () =>
    idp.sign({}, { crit: ['urn:example:extension'], 'urn:example:extension': 1 }),
  'is not signed': async () => {
    const token = await idp.sign();
    return withPart(withPart(token, 0, encoded({ alg: 'none', typ: 'at+jwt' })), 2, '');
  },
  'is signed with the public key as a shared secret': async () => {
    const [jwk = {}] = idp.keys();
    const key = await importJWK({ ...jwk, ext: true }, 'RS256', { extractable: true });
    if (key instanceof Uint8Array) throw new TypeError('a public key is no secret');
    const [, payload = ''] = (await idp.sign()).split('.');
    const signed = `${encoded({ alg: 'HS256', typ: 'at+jwt', kid: jwk.kid })}.${payload}`;
    const mac = createHmac('sha256', await exportSPKI(key))
      .update(signed)
      .digest('base64url');
    return `${signed}.${mac}`;
  },
  "is signed by another key under the issuer's name for its own": () => signedByAnother(),
  'brings its own key': () => signedByAnother({ kid: 'mine' }),
  'names where its key is': () => signedByAnother({ kid: 'mine', jku: `${idp.issuer}/jwks` }),
  'has an algorithm that is not allowed': () => idp.sign({}, { alg: 'RS512' }),
  'has other claims than were signed': async () => {
    const [, payload = ''] = (await idp.sign({ sub: 'piet' })).split('.');
    return withPart(await idp.sign(), 1, payload);
  },
  'has another signature': async () => {
    const [, , signature = ''] = (await idp.sign({ sub: 'piet' })).split('.');
    return withPart(await idp.sign(), 2, signature);
  },
  'is encrypted': async () =>
    new CompactEncrypt(new TextEncoder().encode(await idp.sign()))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .encrypt(new Uint8Array(32)),
  'is no token': async () => 'nonsense',
  "is the shop's API token": async () => apiToken,
};

describe('an access token that', () => {
  it('is good lists the tools and gets the orders of its shop', async () => {
    const token = await idp.sign();
    const [listed] = await messagesOf(await server.post(list, bearer(token)));
    expect(listed).toMatchObject({ result: { tools: documentedTools.map((name) => ({ name })) } });
    const [answer] = await messagesOf(await server.post(listOrders, bearer(token)));
    expect(answer).toMatchObject({ result: { structuredContent: { rows: [[7]] } } });
    const sent = upstream.requests.map(({ headers }) => headers.authorization);
    expect(sent).toEqual([`Bearer ${apiToken}`]);
  });

  it.each(Object.entries(badTokens))('%s is refused', async (_, make) => {
    const asked = upstream.requests.length;
    const token = await make();
    for (const body of [list, listOrders]) {
      const response = await server.post(body, bearer(token));
      expect(response.status).toBe(401);
      const challenge = response.headers.get('www-authenticate') ?? '';
      expect(challenge).toMatch(/^Bearer error="invalid_token", /);
      expect(challenge).toContain(
        `resource_metadata="${server.origin}/.well-known/oauth-protected-resource/mcp"`,
      );
      expect(challenge).toContain('scope="orders:read orders:sync"');
    }
    expect(upstream.requests).toHaveLength(asked);
    expect(JSON.stringify(server.log)).not.toContain(token);
  });

  it.each([
    ['is in the address', () => fetchWith({}, `?access_token=`)],
    ['comes with another scheme', () => fetchWith({ authorization: 'Basic amFuOmdlaGVpbQ==' })],
    ['is missing', () => fetchWith({})],
  ])('%s is refused', async (_, send) => {
    expect((await send()).status).toBe(401);
  });

  it('is good may name a list of audiences, and come with a scheme in other letters', async () => {
    const token = await idp.sign({ aud: ['https://other.example.com', server.url] });
    const response = await server.post(list, { authorization: `bearer ${token}` });
    expect(response.status).toBe(200);
  });
});

async function fetchWith(headers: Record<string, string>, query = ''): Promise<Response> {
  const url = query === '' ? server.url : `${server.url}${query}${await idp.sign()}`;
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify(list),
  });
}

describe('without a token', () => {
  it('the challenge names both scopes and no error', async () => {
    const response = await server.post(list);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer resource_metadata="${server.origin}/.well-known/oauth-protected-resource/mcp", scope="orders:read orders:sync"`,
    );
  });

  it.each(['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource'])(
    '%s describes the server',
    async (path) => {
      const response = await fetch(`${server.origin}${path}`);
      expect(await response.json()).toEqual({
        resource: server.url,
        authorization_servers: [idp.issuer],
        scopes_supported: ['orders:read', 'orders:sync'],
        bearer_methods_supported: ['header'],
        resource_name: 'Wemasy Orders',
      });
    },
  );

  it('nothing is said of what the server is', async () => {
    for (const method of ['GET', 'DELETE', 'POST']) {
      expect((await fetch(server.url, { method })).status).toBe(401);
    }
  });
});

describe('a scope that was not granted', () => {
  const namesIn = async (response: Response) => {
    const [message] = await messagesOf(response);
    return Object(message?.['result']).tools.map(({ name }: { name: string }) => name);
  };

  it('takes its tools out of the list', async () => {
    const read = bearer(await idp.sign({ scope: 'openid orders:read' }));
    expect(await namesIn(await server.post(list, read))).toEqual(readingTools);
    const sync = bearer(await idp.sign({ scope: 'orders:sync' }));
    expect(await namesIn(await server.post(list, sync))).toEqual(['sync_order']);
  });

  it.each([
    ['a call', syncOrder],
    ['a batch that holds such a call', [listOrders, { ...syncOrder, id: 2 }]],
    ['a batch that holds it first', [{ ...syncOrder, id: 2 }, listOrders]],
  ])('refuses %s before anything is done', async (_, body) => {
    const asked = upstream.requests.length;
    const token = await idp.sign({ scope: 'orders:read' });
    const response = await server.post(body, { ...bearer(token), 'mcp-protocol-version': '2025-03-26' });
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toMatch(
      /^Bearer error="insufficient_scope", .*scope="orders:read orders:sync"$/,
    );
    expect(JSON.stringify(await response.json())).toContain('orders:sync');
    expect(upstream.requests).toHaveLength(asked);
  });

  it.each([
    ['scope of others', { scope: 'openid profile' }],
    ['scope at all', { scope: undefined }],
    ['text of scopes', { scope: ['orders:read'] }],
    ['whole name', { scope: 'orders:read2 xorders:sync orders' }],
  ])('lets a token with no %s do nothing', async (_, claims) => {
    const status = await statusOf(await idp.sign(claims));
    expect([401, 403]).toContain(status);
  });
});

describe('an identity', () => {
  it('without a shop sees the tools, and each call says what to do', async () => {
    const piet = bearer(await idp.sign({ sub: 'piet' }));
    expect((await server.post(list, piet)).status).toBe(200);
    const [answer] = await messagesOf(await server.post(listOrders, piet));
    expect(answer).toMatchObject({ result: { isError: true } });
    const text = JSON.stringify(answer);
    expect(text).toContain('configuration_error: No shop is linked to this identity yet.');
    expect(text).toMatch(/request_id: [\w-]{36}\\nnext: Ask the user to have the operator/);
  });
});

describe('the identity provider', () => {
  it('may be away: known keys still serve, and an unknown one is not called bad', async () => {
    const known = await idp.sign();
    expect(await statusOf(known)).toBe(200);
    await idp.stop();
    try {
      expect(await statusOf(await idp.sign({ jti: 'not seen before' }))).toBe(200);
      const response = await server.post(list, bearer(await idp.sign({}, { kid: 'new' })));
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toBe('5');
      expect(response.headers.get('www-authenticate')).toBeNull();
    } finally {
      await idp.start();
    }
  });

  it('may change its key at any moment', async () => {
    const earlier = await idp.sign({ jti: 'with the earlier key' });
    expect(await statusOf(await idp.sign())).toBe(200);
    await idp.rotate();
    expect(await statusOf(await idp.sign())).toBe(200);
    expect(await statusOf(earlier)).toBe(401);
  });

  it('is not asked for each token that names an unknown key', async () => {
    const before = idp.requests.length;
    const tokens = await Promise.all(
      Array.from({ length: 50 }, (_, at) => idp.sign({}, { kid: `unknown-${at}` })),
    );
    expect(await Promise.all(tokens.map((token) => statusOf(token)))).toEqual(tokens.map(() => 401));
    expect(idp.requests.length - before).toBeLessThanOrEqual(4);
  });
});

it('a server whose address has no path takes tokens for it with and without the slash', async () => {
  const port = await freePort();
  const atRoot = await startHosted(port, {
    WEMASY_AUTH: 'oauth',
    WEMASY_PUBLIC_URL: `http://127.0.0.1:${port}`,
    WEMASY_OAUTH_ISSUER: idp.issuer,
    WEMASY_SHOPS: shops.path,
  });
  const described = `${atRoot.origin}/.well-known/oauth-protected-resource`;
  const challenge = (await atRoot.post(list)).headers.get('www-authenticate');
  expect(challenge).toContain(`resource_metadata="${described}"`);
  expect(await (await fetch(described)).json()).toMatchObject({ resource: atRoot.origin });
  const statusFor = async (aud: string) => (await atRoot.post(list, bearer(await idp.sign({ aud })))).status;
  expect(await statusFor(atRoot.origin)).toBe(200);
  expect(await statusFor(`${atRoot.origin}/`)).toBe(200);
  expect(await statusFor(`${atRoot.origin}/mcp`)).toBe(401);
  await atRoot.end();
});

it('a server whose issuer was away from its start answers 503, and serves once it is back', async () => {
  await idp.stop();
  const port = await freePort();
  const early = await startHosted(port, {
    WEMASY_AUTH: 'oauth',
    WEMASY_OAUTH_ISSUER: idp.issuer,
    WEMASY_SHOPS: shops.path,
  });
  const token = bearer(await idp.sign({ aud: early.url }));
  expect((await early.post(list, token)).status).toBe(503);
  await idp.start();
  let status = 503;
  while (status === 503) ({ status } = await early.post(list, token));
  expect(status).toBe(200);
  await early.end();
});
