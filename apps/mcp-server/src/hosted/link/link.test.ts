import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { orderPage, sendJson, startUpstream } from '@wemasy-orders/client/testing';
import { readHostedConfig } from '@wemasy-orders/runtime/hosted';
import { systemClock } from '@wemasy-orders/state';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Shops } from '../shop.js';
import { newKeyLine } from '../shops/key-file.js';
import { openShops } from '../open-shops.js';
import { startIssuer, testClient } from '../testing/issuer.js';

// Each starts servers, which takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

/** A server with the page, an issuer, and an API whose shops have a token each. */
async function scene(environment: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'wemasy-link-'));
  const tried: string[] = [];
  const booked: string[] = [];
  const upstream = await startUpstream(({ url, headers }, response) => {
    const token = String(headers.authorization).replace('Bearer ', '');
    if (url.includes('sync')) {
      booked.push(token);
      return sendJson(response, 200, { error: false, message: 'Order synced.', data: [] });
    }
    tried.push(token);
    if (!token.startsWith('good')) return sendJson(response, 401, { message: '<b>Unauthenticated.</b>' });
    return sendJson(response, 200, orderPage([{ id: 7, order_number: token }]));
  });
  const serving: { shops?: Shops } = {};
  const listener = getRequestListener(
    async (request) => (await serving.shops?.respond(request)) ?? new Response(null, { status: 404 }),
    { overrideGlobalObjects: false },
  );
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  const origin = `http://127.0.0.1:${address.port}`;
  const issuer = await startIssuer(`${origin}/link/callback`);
  const keyFile = join(folder, 'keys');
  await writeFile(keyFile, newKeyLine());
  await writeFile(join(folder, 'secret'), testClient.secret);
  const log: string[] = [];
  const machine = { platform: process.platform, home: folder, environment: {} };
  const open = async (more: Readonly<Record<string, string>> = {}) => {
    const { config, faults } =
      readHostedConfig({
        ...machine,
        flags: {},
        readFile: () => '',
        environment: {
          WEMASY_AUTH: 'oauth',
          WEMASY_PUBLIC_URL: `${origin}/mcp`,
          WEMASY_OAUTH_ISSUER: issuer.url,
          WEMASY_OAUTH_CLIENT_ID: testClient.id,
          WEMASY_OAUTH_CLIENT_SECRET_FILE: join(folder, 'secret'),
          WEMASY_API_URL: upstream.url,
          WEMASY_KEY_FILE: keyFile,
          WEMASY_STATE: join(folder, 'state'),
          ...environment,
          ...more,
        },
      }) ?? {};
    if (config === undefined) throw new TypeError(faults?.join(' '));
    const opened = await openShops({
      config,
      machine,
      caller: { app: 'tests', version: '1.0.0' },
      clock: systemClock,
      writeLog: (line) => log.push(line),
      longestCallMs: 60_000,
    });
    onTestFinished(() => opened.close());
    return opened;
  };
  const first = await open();
  serving.shops = first;
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await Promise.all([issuer.close(), upstream.close()]);
    await rm(folder, { recursive: true, force: true });
  });
  return { origin, issuer, tried, booked, log, shops: first, folder, open, upstream };
}

type Scene = Awaited<ReturnType<typeof scene>>;

/** Cookies and forms, as a browser sends them. */
function browser({ origin }: Pick<Scene, 'origin'>) {
  const jars = new Map<string, Map<string, string>>();
  let page = '';
  let stays = false;
  let left = new URL(origin);

  async function go(address: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address, origin);
    const jar = jars.get(url.origin) ?? new Map<string, string>();
    jars.set(url.origin, jar);
    const headers = new Headers(init.headers);
    headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '' || /max-age=0|expires=Thu, 01 Jan 1970/i.test(cookie)) jar.delete(name);
      else jar.set(name, value);
    }
    const location = response.headers.get('location');
    if (location !== null) {
      left = new URL(location, url);
      if (!stays || left.origin === origin) return await go(left.href);
    }
    page = await response.clone().text();
    return response;
  }

  return {
    go,
    text: () => page,
    cookies: () => [...(jars.get(origin) ?? [])],
    setCookie: (name: string, value: string) => jars.get(origin)?.set(name, value),
    signIn: () => go('/link/sign-in'),
    /** Follows redirects until they leave the origin, and gives the address that they lead to. */
    async leave(address: string): Promise<URL> {
      stays = true;
      await go(address);
      return left;
    },
    /** Sends the form of the page that is open. */
    submit(
      path: string,
      fields: Readonly<Record<string, string>>,
      headers: Record<string, string> = { origin },
    ) {
      const [, csrf = ''] = /name="csrf" value="([^"]*)"/.exec(page) ?? [];
      return go(path, { method: 'POST', headers, body: new URLSearchParams({ csrf, ...fields }) });
    },
  };
}

const names = { personal_data: 'names', read_only: 'no' };

const principal = (issuer: string, subject: string) =>
  ({ kind: 'oauth', issuer, subject, scopes: new Set(['orders:read', 'orders:sync'] as const) }) as const;

async function signedIn(place: Scene, user = 'jan') {
  place.issuer.user = user;
  const visitor = browser(place);
  await visitor.signIn();
  return visitor;
}

describe('the page that links a shop', () => {
  it('signs in at the issuer, tries the token, and stores it for this identity alone', async () => {
    const place = await scene();
    const visitor = browser(place);
    await visitor.go('/link');
    expect(visitor.text()).toContain('href="/link/sign-in"');
    await visitor.signIn();
    expect(visitor.text()).toContain('signed in as jan');
    await visitor.submit('/link', { ...names, token: ' good-1 \n' });
    expect(visitor.text()).toContain('The shop is linked.');
    expect(place.tried).toEqual(['good-1']);
    const shop = await place.shops.shopOf(principal(place.issuer.url, 'jan'));
    expect(shop).toMatchObject({ personalData: 'names', readOnly: false });
    expect(await place.shops.shopOf(principal(place.issuer.url, 'piet'))).toBeUndefined();
    expect(await place.shops.shopOf(principal('https://other.example.com', 'jan'))).toBeUndefined();
    expect(place.shops.linkPage).toBe(`${place.origin}/link`);
  });

  it('never shows, logs or keeps the token in the open', async () => {
    const place = await scene({ WEMASY_LOG_LEVEL: 'trace' });
    const visitor = await signedIn(place);
    await visitor.submit('/link', { ...names, token: 'bad-token' });
    const refused = visitor.text();
    await visitor.submit('/link', { ...names, token: 'good-token' });
    const linked = visitor.text();
    await visitor.go('/link');
    for (const text of [
      refused,
      linked,
      visitor.text(),
      place.log.join(''),
      JSON.stringify(visitor.cookies()),
    ]) {
      expect(text).not.toMatch(/(bad|good)-token/);
    }
    const state = join(place.folder, 'state');
    const kept = (await readdir(state, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    const texts = await Promise.all(
      kept.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')),
    );
    expect(texts.join('\n')).toContain('sealed');
    expect(texts.join('\n')).not.toMatch(/(bad|good)-token|\bjan\b/);
  });

  it('explains a token that the API refuses, and links nothing', async () => {
    const place = await scene();
    const visitor = await signedIn(place);
    const response = await visitor.submit('/link', { ...names, token: 'bad' });
    expect(response.status).toBe(422);
    expect(visitor.text()).toContain('role="alert"');
    expect(visitor.text()).toContain('does not accept the token');
    expect(visitor.text()).not.toContain('<b>Unauthenticated');
    expect(await place.shops.shopOf(principal(place.issuer.url, 'jan'))).toBeUndefined();
  });

  it.each([
    ['Bearer good', 'begins with &quot;Bearer&quot;'],
    ['"good"', 'is wrapped in quotes'],
    ['two words', 'contains a space'],
    ['', 'Enter the API token'],
  ])('does not even try %j', async (token, words) => {
    const place = await scene();
    const visitor = await signedIn(place);
    await visitor.submit('/link', { ...names, token });
    expect(visitor.text()).toContain(words);
    expect(place.tried).toEqual([]);
  });

  it('is no place to guess tokens', async () => {
    const place = await scene();
    const visitor = await signedIn(place);
    for (let each = 0; each < 7; each += 1) await visitor.submit('/link', { ...names, token: `bad-${each}` });
    expect(place.tried).toHaveLength(5);
    expect(visitor.text()).toContain('Wait a minute');
    // Another identity is not held up.
    await (await signedIn(place, 'piet')).submit('/link', { ...names, token: 'good-1' });
    expect(await place.shops.shopOf(principal(place.issuer.url, 'piet'))).toBeDefined();
  });

  it('changes what the assistant sees and may do, without the token', async () => {
    const place = await scene();
    const visitor = await signedIn(place);
    await visitor.submit('/link', { ...names, token: 'good-1' });
    await visitor.submit('/link', { personal_data: 'full', read_only: 'yes', token: '' });
    expect(visitor.text()).toContain('The changes are saved.');
    const shop = await place.shops.shopOf(principal(place.issuer.url, 'jan'));
    expect(shop).toMatchObject({ personalData: 'full', readOnly: true });
    expect(place.tried).toEqual(['good-1']);
  });

  it('unlinks, and signs out', async () => {
    const place = await scene();
    const visitor = await signedIn(place);
    await visitor.submit('/link', { ...names, token: 'good-1' });
    await visitor.submit('/link/unlink', {});
    expect(visitor.text()).toContain('not linked any more');
    expect(await place.shops.shopOf(principal(place.issuer.url, 'jan'))).toBeUndefined();
    await visitor.submit('/link/sign-out', {});
    expect(visitor.cookies()).toEqual([]);
    await visitor.go('/link');
    expect(visitor.text()).toContain('href="/link/sign-in"');
  });

  it('leaves a shop of the file to the operator', async () => {
    const place = await scene();
    await writeFile(join(place.folder, 'a.token'), 'good-a');
    const identities = [{ issuer: place.issuer.url, subject: 'jan' }];
    await writeFile(
      join(place.folder, 'shops.json'),
      JSON.stringify({ shops: [{ account: 'bakery', api_token_file: 'a.token', identities }] }),
    );
    const shops = await place.open({ WEMASY_SHOPS: join(place.folder, 'shops.json') });
    const visitor = await signedIn(place);
    const cookie = visitor
      .cookies()
      .map((pair) => pair.join('='))
      .join('; ');
    const response = await shops.respond(new Request(`${place.origin}/link`, { headers: { cookie } }));
    const text = await response?.text();
    expect(text).toContain('The operator of this server has linked the shop “bakery”');
    expect(text).not.toContain('name="token"');
  });
});

describe('two identities that link one token', () => {
  it('share one journal, also from two replicas', async () => {
    const place = await scene();
    const other = await place.open();
    for (const user of ['jan', 'piet']) {
      await (await signedIn(place, user)).submit('/link', { ...names, token: 'good-1' });
    }
    const sync = async (shops: Shops, user: string) => {
      const shop = await shops.shopOf(principal(place.issuer.url, user));
      const { orderSync } = (await shop?.services()) ?? {};
      return await orderSync?.sync(7).then(
        () => 'synced',
        (error: unknown) => Object(error).code,
      );
    };
    expect(await sync(place.shops, 'jan')).toBe('synced');
    expect(await sync(other, 'piet')).toBe('already_synced');
    expect(place.booked).toEqual(['good-1']);
  });
});

describe('a new token', () => {
  const syncAs = async (place: Scene) => {
    const shop = await place.shops.shopOf(principal(place.issuer.url, 'jan'));
    return await (await shop?.services())?.orderSync.sync(7).then(
      () => 'synced',
      (error: unknown) => Object(error).code,
    );
  };

  it('of the same shop goes on with its journal', async () => {
    const place = await scene();
    const visitor = await signedIn(place);
    await visitor.submit('/link', { ...names, token: 'good-1' });
    expect(await syncAs(place)).toBe('synced');
    await visitor.submit('/link', { ...names, token: 'good-2', same_shop: 'yes' });
    expect(await syncAs(place)).toBe('already_synced');
  });

  it('of another shop begins a journal of its own', async () => {
    const place = await scene();
    const visitor = await signedIn(place);
    await visitor.submit('/link', { ...names, token: 'good-1' });
    expect(await syncAs(place)).toBe('synced');
    await visitor.submit('/link', { ...names, token: 'good-2', same_shop: 'no' });
    expect(await syncAs(place)).toBe('synced');
    expect(place.booked).toEqual(['good-1', 'good-2']);
  });

  it('is not taken before the user says which', async () => {
    const place = await scene();
    const visitor = await signedIn(place);
    await visitor.submit('/link', { ...names, token: 'good-1' });
    await visitor.submit('/link', { ...names, token: 'good-2' });
    expect(visitor.text()).toContain('Say whether the new token is of the same shop');
    expect(place.tried).toEqual(['good-1']);
  });
});

describe('the session', () => {
  it.each([
    ['without the page’s own token', { csrf: '' }, {}],
    ['with another token', { csrf: 'x'.repeat(32) }, {}],
    ['from another site', {}, { origin: 'https://evil.example.com' }],
    ['from a sandboxed page', {}, { origin: 'null' }],
  ])('takes no form %s', async (_, fields, headers: Record<string, string>) => {
    const place = await scene();
    const visitor = await signedIn(place);
    const response = await visitor.submit('/link', { ...names, token: 'good-1', ...fields }, headers);
    expect(response.status).toBe(403);
    expect(place.tried).toEqual([]);
  });

  it('is not one that was made up, changed or meant for something else', async () => {
    const place = await scene();
    const visitor = await signedIn(place);
    const [[name, value] = ['', '']] = visitor.cookies();
    expect(name).toBe('wemasy-link');
    for (const forged of [
      '',
      'x',
      Buffer.from('{}').toString('base64url'),
      `${value.slice(0, -9)}AAAAAAAAA`,
    ]) {
      visitor.setCookie(name, forged);
      await visitor.go('/link');
      expect(visitor.text()).toContain('href="/link/sign-in"');
    }
    const stranger = browser(place);
    await stranger.go('/link');
    await fetch(`${place.origin}/link/sign-in`, { redirect: 'manual' }).then((response) => {
      const [, pending = ''] = /^wemasy-sign-in=([^;]*)/.exec(response.headers.getSetCookie()[0] ?? '') ?? [];
      stranger.setCookie('wemasy-link', pending);
    });
    await stranger.go('/link');
    expect(stranger.text()).toContain('href="/link/sign-in"');
  });

  it('is needed, and is the browser’s own: a callback for another browser is refused', async () => {
    const place = await scene();
    const [visitor, other] = [browser(place), browser(place)];
    const begun = await fetch(`${place.origin}/link/sign-in`, { redirect: 'manual' });
    const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state');
    expect((await visitor.go(`/link/callback?code=x&state=${state}`)).status).toBe(400);
    await other.go('/link/sign-in');
    const response = await other.go(`/link/callback?code=x&state=${state}`);
    expect(response.status).toBe(400);
    expect((await visitor.submit('/link', { ...names, token: 'good-1' })).status).toBe(401);
  });

  it('has cookies that scripts and other sites cannot use, and with https no other host', async () => {
    const place = await scene();
    const plain = await fetch(`${place.origin}/link/sign-in`, { redirect: 'manual' });
    expect(plain.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^wemasy-sign-in=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
    const secure = await place.open({ WEMASY_PUBLIC_URL: 'https://orders.example.com' });
    const response = await secure.respond(new Request('https://orders.example.com/link/sign-in'));
    expect(response?.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Host-wemasy-sign-in=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
      ),
    ]);
  });

  it('does not begin where the user declines, or the issuer is away', async () => {
    const place = await scene();
    const visitor = browser(place);
    place.issuer.declines = true;
    expect((await visitor.signIn()).status).toBe(400);
    expect(visitor.text()).toContain('The sign-in was not completed');
    const alone = await place.open({ WEMASY_OAUTH_ISSUER: 'http://127.0.0.1:9' });
    const response = await alone.respond(new Request(`${place.origin}/link/sign-in`));
    expect(response?.status).toBe(503);
    expect(await response?.text()).toContain('Signing in is not possible now');
  });
});

it('needs no registered client where the issuer fetches the metadata of clients', async () => {
  const place = await scene();
  const publicOrigin = 'https://orders.example.com';
  const client = await place.shops.respond(new Request(`${place.origin}/link/client.json`));
  const metadata = (await client?.text())?.replaceAll(place.origin, publicOrigin);
  const issuer = await startIssuer('https://unused.example.com', {
    // Experimental in oidc-provider, so that its draft has to be named.
    features: {
      devInteractions: { enabled: false },
      ...Object.fromEntries([['clientIdMetadataDocument', { enabled: true, ack: 'draft-02' }]]),
    },
    fetch: async (url, init) =>
      String(url) === `${publicOrigin}/link/client.json`
        ? new Response(metadata, { headers: { 'content-type': 'application/json' } })
        : fetch(url, init),
  });
  onTestFinished(() => issuer.close());
  const shops = await place.open({
    WEMASY_PUBLIC_URL: publicOrigin,
    WEMASY_OAUTH_ISSUER: issuer.url,
    WEMASY_OAUTH_CLIENT_ID: '',
    WEMASY_OAUTH_CLIENT_SECRET_FILE: '',
  });
  const begun = await shops.respond(new Request(`${publicOrigin}/link/sign-in`));
  const cookie = begun?.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const visitor = browser({ origin: issuer.url });
  const callback = await visitor.leave(begun?.headers.get('location') ?? '');
  expect(callback.origin).toBe(publicOrigin);
  const finished = await shops.respond(new Request(callback, { headers: { cookie } }));
  expect(finished?.status).toBe(303);
  const session = finished?.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const page = await shops.respond(new Request(`${publicOrigin}/link`, { headers: { cookie: session } }));
  expect(await page?.text()).toContain('signed in as jan');
});

describe('every answer', () => {
  it('forbids scripts, frames and caches', async () => {
    const place = await scene();
    const { headers } = await fetch(`${place.origin}/link`);
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('escapes what others wrote', async () => {
    const place = await scene();
    const visitor = await signedIn(place, `"><script>alert('1')</script>`);
    expect(visitor.text()).toContain('&lt;script&gt;');
    expect(visitor.text()).not.toContain('<script');
  });

  it('is none for other paths and methods', async () => {
    const place = await scene();
    expect((await fetch(`${place.origin}/link/other`)).status).toBe(404);
    expect((await fetch(`${place.origin}/linked`)).status).toBe(404);
    expect((await fetch(`${place.origin}/link`, { method: 'DELETE' })).status).toBe(405);
    expect((await fetch(`${place.origin}/link/callback`, { method: 'POST' })).status).toBe(404);
  });

  it('describes the client to issuers that fetch its metadata', async () => {
    const place = await scene();
    expect(await (await fetch(`${place.origin}/link/client.json`)).json()).toMatchObject({
      client_id: `${place.origin}/link/client.json`,
      redirect_uris: [`${place.origin}/link/callback`],
    });
  });
});
