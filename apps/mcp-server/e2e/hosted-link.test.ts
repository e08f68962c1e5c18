import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessibilityViolations, describeInBrowser, type Page } from '@wemasy-orders/browser-testing';
import { orderPage, sendJson, startUpstream, type Upstream } from '@wemasy-orders/client/testing';
import { withHome } from '@wemasy-orders/runtime/testing';
import { freePort } from '@wemasy-orders/state/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bearer, call, type HostedProcess, startHosted } from './support/hosted.js';
import { messagesOf } from './support/http-server.js';
import { type IdentityProvider, startIdentityProvider } from './support/identity-provider.js';
import { run } from './support/run.js';

const apiToken = 'canary-api-token-91d4';

let folder: string;
let idp: IdentityProvider;
let upstream: Upstream;
let server: HostedProcess;
let environment: Readonly<Record<string, string>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wemasy-hosted-link-'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  idp = await startIdentityProvider(() => `${origin}/mcp`);
  upstream = await startUpstream(({ headers }, response) =>
    headers.authorization === `Bearer ${apiToken}`
      ? sendJson(response, 200, orderPage([{ id: 7, order_number: 'W-7' }]))
      : sendJson(response, 401, { message: 'Unauthenticated.' }),
  );
  await writeFile(join(folder, 'keys'), Buffer.alloc(32, 'k').toString('base64'));
  environment = {
    ...withHome(folder),
    WEMASY_PUBLIC_URL: `${origin}/mcp`,
    WEMASY_AUTH: 'oauth',
    WEMASY_OAUTH_ISSUER: idp.issuer,
    WEMASY_OAUTH_CLIENT_ID: await registeredClient(`${origin}/link/callback`),
    WEMASY_KEY_FILE: join(folder, 'keys'),
    WEMASY_API_URL: upstream.url,
    WEMASY_STATE: join(folder, 'state'),
  };
  server = await startHosted(port, environment);
});

afterAll(async () => {
  expect(await server.end()).toEqual([0, null]);
  await idp.stop();
  await upstream.close();
  await rm(folder, { recursive: true });
});

async function registeredClient(redirectUri: string): Promise<string> {
  const response = await fetch(`${idp.issuer}/reg`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }),
  });
  const { client_id: id }: { client_id: string } = JSON.parse(await response.text());
  return id;
}

/** The text of the answer to `list_orders`, for the user of the provider. */
async function listedOrders(): Promise<string> {
  const response = await server.post(
    call('list_orders', { fields: ['order_number'] }),
    bearer(await idp.sign()),
  );
  return JSON.stringify(await messagesOf(response));
}

describeInBrowser('the page that links a shop', (open) => {
  it.each([
    [1280, 'light'],
    [390, 'dark'],
  ] as const)('works by keyboard alone, %i px wide, in %s colours', async (width, colorScheme) => {
    const origins = new Set<string>();
    const { page, end } = await open(`${server.origin}/link`, { width, colorScheme }, async (fresh) => {
      fresh.on('request', (request) => origins.add(new URL(request.url()).origin));
    });
    const isSound = async () => {
      expect(await accessibilityViolations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    };
    await isSound();
    expect(await listedOrders()).toContain(`open ${server.origin}/link`);
    await focus(page, 'Sign in');
    await page.keyboard.press('Enter');
    await page.getByText('You are signed in as jan.').waitFor();
    await isSound();

    await focus(page, 'API token of the shop');
    await page.keyboard.type(apiToken);
    await focus(page, 'List orders and send them to SnelStart');
    await page.keyboard.press('ArrowDown');
    await focus(page, 'Link the shop');
    await page.keyboard.press('Enter');
    await page.getByText('The shop is linked.').waitFor();
    expect(await page.getByLabel('List orders only').isChecked()).toBe(true);
    await isSound();
    expect(await listedOrders()).toContain('W-7');
    expect(await page.content()).not.toContain(apiToken);
    const { stdout } = await run(['rotate-keys'], environment);
    expect(stdout).toMatch(/seals 1 links now; 1 were changed/);
    expect(await listedOrders()).toContain('W-7');

    await focus(page, 'Unlink the shop');
    await page.keyboard.press('Enter');
    await page.getByText('not linked any more').waitFor();
    expect(await listedOrders()).toContain('No shop is linked');
    await focus(page, 'Sign out');
    await page.keyboard.press('Enter');
    await page.getByText('You are signed out here.').waitFor();
    await isSound();
    expect([...origins].sort()).toEqual([idp.issuer, server.origin].sort());
    expect(JSON.stringify(server.log)).not.toContain(apiToken);
    await end();
  });

  it('explains a token that the API refuses, also to screen readers', async () => {
    const { page } = await open(`${server.origin}/link`, { width: 390 });
    await focus(page, 'Sign in');
    await page.keyboard.press('Enter');
    await page.getByText('You are signed in as jan.').waitFor();
    await focus(page, 'API token of the shop');
    await page.keyboard.type('not-the-token');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('does not accept the token').waitFor();
    expect(await page.title()).toContain('Error');
    expect(await accessibilityViolations(page)).toEqual([]);
    // Not `end`: the browser logs the status 422 as an error.
    await page.close();
  });

  it('cannot be shown inside another page', async () => {
    const outer = await startUpstream((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(`<!doctype html><title>evil</title><iframe src="${server.origin}/link"></iframe>`);
    });
    const { page } = await open(new URL('/', outer.url).href);
    await expect.poll(() => page.frames().at(-1)?.url()).toBe('chrome-error://chromewebdata/');
    await page.close();
    await outer.close();
  });
});

/** Presses Tab until the element with this name or label has the focus. */
async function focus(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(
      '(({ activeElement: e }) => e?.labels?.[0]?.textContent ?? e?.textContent ?? "")(document)',
    );
    if (String(focused).trim() === name) return;
  }
  throw new Error(`Tab does not lead to ${name}`);
}
