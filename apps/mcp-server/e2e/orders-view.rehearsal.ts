import { readFileSync } from 'node:fs';
import {
  accessibilityViolations,
  describeInBrowser,
  type Frame,
  type Look,
} from '@wemasy-orders/browser-testing';
import { operations } from '@wemasy-orders/client/operations';
import { largestPage, orderPage, sendJson, startUpstream } from '@wemasy-orders/client/testing';
import { columnsFor, defaultColumns } from '@wemasy-orders/presentation';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { documentedTools } from './support/documented-tools.js';
import { type AppsClient, type AppsClientOptions, startAppsClient } from './support/apps-client.js';
import { clientKinds } from './support/assistant.js';
import { type Sandbox, startSandbox } from './support/sandbox.js';
import { startViewHost, type ViewHost, type ViewHostOptions } from './support/view-host.js';

const uri = 'ui://wemasy-orders/orders.html';
const offer = { ui: { resourceUri: uri }, 'ui/resourceUri': uri };

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function clientWith(options: AppsClientOptions): Promise<AppsClient> {
  const client = await startAppsClient(options);
  closers.push(() => client.close());
  return client;
}

describe.each(clientKinds)('what the official %s sees', (kind) => {
  it('list_orders names the page, and the page can be read, when the client shows pages', async () => {
    const client = await clientWith({ kind });
    const tools = await client.listTools();
    expect(tools.map(({ name, _meta }) => [name, _meta])).toEqual(
      documentedTools.map((name) => [name, name === 'list_orders' ? offer : undefined]),
    );
    expect(await client.listResources()).toMatchObject([{ uri, mimeType: 'text/html;profile=mcp-app' }]);
    const page = await client.readPage(uri);
    expect(page).toMatchObject({
      uri,
      mimeType: 'text/html;profile=mcp-app',
      _meta: {
        ui: {
          csp: { connectDomains: [], resourceDomains: [], frameDomains: [], baseUriDomains: [] },
          prefersBorder: true,
        },
      },
    });
    expect(page.text).toMatch(/^<!doctype html>/);
    expect(page.text).toContain(' data-list-tool="list_orders" data-sync-tool="sync_order"');
  });

  it('nothing of the page, when the client shows none', async () => {
    const client = await clientWith({ kind, capabilities: {} });
    expect((await client.listTools()).map(({ _meta }) => _meta)).toEqual(
      documentedTools.map(() => undefined),
    );
    expect(await client.listResources()).toEqual([]);
  });

  it('an error that names what was asked for, when there is no such page', async () => {
    const client = await clientWith({ kind });
    await expect(client.readPage('ui://wemasy-orders/other.html')).rejects.toThrow(/other\.html/);
  });
});

describe('the page', () => {
  const page = readFileSync(new URL('../dist/orders.html', import.meta.url), 'utf8');

  it('is one small file that loads nothing else', () => {
    expect(Buffer.byteLength(page)).toBeLessThan(20_000);
    expect(page).not.toMatch(/<link|\bsrc=|@import|url\(|https?:\/\//);
  });

  it('has no way to turn a text into markup or code', () => {
    expect(page).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|srcdoc/,
    );
  });
});

describeInBrowser('the orders view', (open) => {
  /** For what sends nothing. */
  let shop: Sandbox;
  beforeAll(async () => {
    shop = await startSandbox('--orders', '300');
    return () => shop.close();
  });

  /** A sandbox whose ledger and allowance are this test's alone. */
  async function ownSandbox(orders = 60): Promise<Sandbox> {
    const sandbox = await startSandbox('--orders', String(orders));
    closers.push(() => sandbox.close());
    return sandbox;
  }

  interface HostOptions extends Partial<Omit<ViewHostOptions, 'client'>> {
    readonly environment?: Record<string, string>;
  }

  /** A host that shows the view on the orders of an API. */
  async function hostOn(apiUrl: string, { environment, ...options }: HostOptions = {}) {
    const client = await clientWith({
      environment: {
        WEMASY_API_URL: apiUrl,
        WEMASY_API_TOKEN: 'sandbox-full-access',
        ...environment,
      },
    });
    const host = await startViewHost({ client, ...options });
    closers.push(() => host.close());
    return { ...host, client };
  }

  async function show(host: ViewHost, look?: Look) {
    const { page, end } = await open(host.url, look);
    await page.locator('iframe').waitFor();
    const view = page.frames().find((frame) => frame.parentFrame() !== null);
    if (view === undefined) throw new Error('the page has no frame');
    await view.locator('main[aria-busy=false]').waitFor();
    return { page, view, end };
  }

  /** Presses an order's Sync button and says yes. */
  async function sync(view: Frame, orderId: number | string): Promise<void> {
    await view.getByRole('button', { name: `Sync order ${orderId}` }).click();
    await view.getByRole('group', { name: `Send order ${orderId} to SnelStart?` }).waitFor();
    await view.getByRole('button', { name: 'Send', exact: true }).click();
  }

  /** The row of an order, and the one below it that holds what is longer than a word. */
  function rowsOf(view: Frame, orderId: number | string) {
    const id = view.locator('[data-label="id"]', { hasText: new RegExp(`^${orderId}$`) });
    const row = view.locator('tbody tr', { has: id });
    return { row, detail: row.locator('+ tr.detail') };
  }

  async function firstOrderId(view: Frame): Promise<string> {
    return (await view.locator('[data-label="id"]').first().textContent()) ?? '';
  }

  it('shows orders, statuses, totals, and the other pages of the same list', async () => {
    const list = { per_page: 5, sortKey: 'order_number', sortOrder: 'desc' };
    const host = await hostOn(shop.apiUrl, { list });
    const { view, end } = await show(host);
    const names = defaultColumns(columnsFor('names')).map(({ name }) => name.replaceAll('_', ' '));
    expect(names).toContain('order number');
    expect(await view.getByRole('columnheader').allTextContents()).toEqual([...names, 'SnelStart']);
    expect(await view.getByRole('rowheader').count()).toBe(5);
    expect(await view.getByText('300 matching orders · page 1 of 60').isVisible()).toBe(true);
    expect(await view.getByRole('heading', { name: 'Totals of what is shown here' }).isVisible()).toBe(true);
    expect(await view.getByRole('button', { name: 'Previous page' }).isDisabled()).toBe(true);

    const first = await view.getByRole('rowheader').allTextContents();
    await view.getByRole('button', { name: 'Next page' }).click();
    await view.getByText('page 2 of 60').waitFor();
    expect(await view.evaluate('document.activeElement.textContent')).toBe('Next page');
    expect(host.calls).toEqual([{ name: 'list_orders', arguments: { ...list, page: 2 } }]);
    expect(await view.getByRole('rowheader').allTextContents()).not.toEqual(first);
    await view.getByRole('button', { name: 'Previous page' }).click();
    await view.getByText('page 1 of 60').waitFor();
    expect(await view.getByRole('rowheader').allTextContents()).toEqual(first);
    await end();
  });

  it('sends an order once after asking, shows its outcome and notifies the assistant', async () => {
    const sandbox = await ownSandbox();
    const host = await hostOn(sandbox.apiUrl, { list: { per_page: 5 } });
    const { view, end } = await show(host);
    const id = await firstOrderId(view);
    const { row, detail } = rowsOf(view, id);

    await view.getByRole('button', { name: `Sync order ${id}` }).click();
    await view.getByRole('button', { name: 'Cancel' }).click();
    expect(await detail.isVisible()).toBe(false);
    expect(host.calls).toEqual([]);

    await sync(view, id);
    await row.getByText('Synced').waitFor();
    expect(await detail.textContent()).toMatch(
      /^Sent .*\d\d:\d\d.* The API says “Order synced to SnelStart\.”$/,
    );
    expect(await view.locator('#announcement').textContent()).toContain(`Order ${id}: Synced.`);
    expect(host.calls).toEqual([{ name: 'sync_order', arguments: { order_id: Number(id) } }]);
    expect(await sandbox.booked()).toEqual([Number(id)]);
    expect(host.messages).toEqual([expect.stringContaining(`Order ${id}: Synced.`)]);

    await view.getByRole('button', { name: 'Next page' }).click();
    await view.getByText('page 2 of 12').waitFor();
    await view.getByRole('button', { name: 'Previous page' }).click();
    await row.getByText('Synced').waitFor();
    expect(await row.getByRole('button').count()).toBe(0);
    await end();
  });

  it('says so when an order was sent before, and sends nothing', async () => {
    const sandbox = await ownSandbox();
    const host = await hostOn(sandbox.apiUrl);
    const { view, end } = await show(host);
    const id = await firstOrderId(view);
    await host.client.callTool({ name: 'sync_order', arguments: { order_id: Number(id) } });
    await sync(view, id);
    const { row } = rowsOf(view, id);
    await row.getByText('Already synced').waitFor();
    expect(await row.getByRole('button').count()).toBe(0);
    expect(await sandbox.booked()).toEqual([Number(id)]);
    await end();
  });

  it('offers no second attempt when the answer of a sync is lost', async () => {
    const sandbox = await ownSandbox();
    const { view, end } = await show(await hostOn(sandbox.apiUrl));
    await fetch(new URL('/sandbox/faults', sandbox.apiUrl), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ kind: 'connection_reset', operation: 'syncOrder', when: 'after' }),
    });
    const id = await firstOrderId(view);
    await sync(view, id);
    const { row, detail } = rowsOf(view, id);
    await row.getByText('Outcome unknown').waitFor();
    expect(await row.getByRole('button').count()).toBe(0);
    expect(await detail.getByRole('button').count()).toBe(0);
    expect(await sandbox.booked()).toEqual([Number(id)]);
    await end();
  });

  it('says how long to wait when the allowance is used up, and disables the button until then', async () => {
    const { limit } = operations.syncOrder.rateLimit;
    const sandbox = await ownSandbox();
    const host = await hostOn(sandbox.apiUrl, {
      list: { fields: ['id', 'status'] },
      environment: { WEMASY_MAX_WAIT_MS: '500' },
    });
    const { view, end } = await show(host);
    const ids = (await view.getByRole('rowheader').allTextContents()).slice(0, limit + 1);
    for (const id of ids) {
      await sync(view, id);
      await view.locator('#announcement', { hasText: `Order ${id}:` }).waitFor();
    }
    const last = view.locator('tr.detail', { hasText: 'rate_limited' });
    expect(await last.textContent()).toMatch(/used up for the next \d+ s/);
    expect(
      await last.getByRole('button', { name: `Try again to sync order ${ids[limit]}` }).isDisabled(),
    ).toBe(true);
    expect(await view.getByText('Synced', { exact: true }).count()).toBe(limit);
    expect(await sandbox.booked()).toHaveLength(limit);
    await end();
  });

  it('does not take a host that passes on no answer for a failure of the sync', async () => {
    const { apiUrl } = await ownSandbox();
    const host = await hostOn(apiUrl, {
      intercept: () => {
        throw new Error('the user said no');
      },
    });
    const { view, end } = await show(host);
    await sync(view, await firstOrderId(view));
    await view.getByText('Outcome unknown', { exact: true }).waitFor();
    expect(await view.locator('tr.detail').getByText('the user said no').isVisible()).toBe(true);
    await end();
  });

  const hostile =
    '<img src=x onerror="alert(1)"><script>alert(2)</script><b>bold</b> "quoted" \'; javascript:alert(3) {{7*7}}';

  it('shows hostile text as text, wherever it comes from', async () => {
    const upstream = await startUpstream(({ url }, response) =>
      url.endsWith('/sync-snelstart-order')
        ? sendJson(response, 200, { error: false, message: hostile, data: [] })
        : sendJson(
            response,
            200,
            orderPage([
              {
                id: 1,
                order_number: hostile,
                status: hostile,
                payment_status: hostile,
                total: hostile,
                date: hostile,
                billing: { invoice_lastname: hostile },
              },
            ]),
          ),
    );
    closers.push(() => upstream.close());
    const host = await hostOn(upstream.url, { environment: { WEMASY_PERSONAL_DATA: 'full' } });
    const { page, view, end } = await show(host);
    const dialogs: string[] = [];
    page.on('dialog', (dialog) => dialogs.push(dialog.message()));
    await sync(view, 1);
    const { row, detail } = rowsOf(view, 1);
    await row.getByText('Synced', { exact: true }).waitFor();
    for (const column of ['order number', 'status', 'payment status', 'total', 'date', 'customer']) {
      expect(await row.locator(`[data-label="${column}"]`).textContent()).toBe(hostile);
    }
    expect(await detail.textContent()).toContain(hostile);
    expect(await view.locator('#totals-list').textContent()).toContain(hostile);
    expect(await view.locator('img, b, iframe, a, body script').count()).toBe(0);
    expect(dialogs).toEqual([]);
    expect(host.messages).toEqual([expect.not.stringContaining('img')]);
    await end();
  });

  it('shows what the sandbox invents of hostile texts as text', async () => {
    const fields = ['id', 'customer', 'invoice_notes', 'vendor_comment'];
    const texts = [];
    for (let page = 1; page <= Math.ceil(100 / largestPage); page += 1) {
      const host = await hostOn(shop.apiUrl, {
        list: { page, per_page: largestPage, fields },
        environment: { WEMASY_PERSONAL_DATA: 'full' },
      });
      const { view, end } = await show(host);
      texts.push(await view.locator('table').textContent());
      expect(await view.locator('img, b, iframe, a, body script').count()).toBe(0);
      await end();
    }
    expect(texts.join('')).toContain('<script>alert(document.cookie)</script>');
  });

  it('has no Sync button where the server may not write', async () => {
    const { view, end } = await show(await hostOn(shop.apiUrl, { environment: { WEMASY_READ_ONLY: '1' } }));
    expect(await view.getByRole('rowheader').count()).toBe(25);
    expect(await view.getByRole('button', { name: /Sync/ }).count()).toBe(0);
    expect(await view.getByRole('columnheader', { name: 'SnelStart', exact: true }).count()).toBe(0);
    expect(await view.getByRole('button', { name: 'Next page' }).isVisible()).toBe(true);
    await end();
  });

  it('has no button at all where the host passes on no calls', async () => {
    const { view, end } = await show(await hostOn(shop.apiUrl, { capabilities: {} }));
    expect(await view.getByRole('rowheader').count()).toBe(25);
    expect(await view.getByRole('button').count()).toBe(0);
    await end();
  });

  it('shows the columns that there are; without the id nothing can be sent', async () => {
    const host = await hostOn(shop.apiUrl, { list: { fields: ['date', 'total'] } });
    const { view, end } = await show(host);
    expect(await view.getByRole('columnheader').allTextContents()).toEqual(['date', 'total']);
    expect(await view.getByRole('button', { name: /Sync/ }).count()).toBe(0);
    await end();
  });

  it('shows once what is the same in every row of a long page', async () => {
    const host = await hostOn(shop.apiUrl, {
      list: { per_page: Math.min(60, largestPage), status: 'completed' },
    });
    const { view, end } = await show(host);
    expect(await view.locator('#constant').textContent()).toMatch(/^In every row:.*status completed/);
    expect(await view.getByRole('columnheader', { name: 'status', exact: true }).count()).toBe(0);
    await end();
  });

  it('shows a summary as totals alone', async () => {
    const { view, end } = await show(await hostOn(shop.apiUrl, { list: { summarize: true } }));
    expect(await view.getByRole('heading', { name: 'Totals of all pages' }).isVisible()).toBe(true);
    expect(await view.getByRole('listitem').count()).toBeGreaterThan(3);
    expect(await view.locator('table').isVisible()).toBe(false);
    expect(await view.getByRole('button').count()).toBe(0);
    await end();
  });

  it('says that no order matches', async () => {
    const { view, end } = await show(
      await hostOn(shop.apiUrl, { list: { search_query: 'matches no order' } }),
    );
    expect(await view.getByText('0 matching orders').isVisible()).toBe(true);
    expect(await view.locator('table').isVisible()).toBe(false);
    await end();
  });

  it('shows why a list failed', async () => {
    const { view, end } = await show(
      await hostOn(shop.apiUrl, { environment: { WEMASY_API_TOKEN: 'wrong' } }),
    );
    expect(await view.getByRole('alert').textContent()).toMatch(/^authentication_failed: /);
    await end();
  });

  it('can be used with the keyboard alone', async () => {
    const sandbox = await ownSandbox();
    const { page, view, end } = await show(
      await hostOn(sandbox.apiUrl, { list: { fields: ['id', 'status'] } }),
    );
    const focused = () => view.evaluate('document.activeElement.getAttribute("aria-label")');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Orders');
    await page.keyboard.press('Tab');
    const label = String(await focused());
    expect(label).toMatch(/^Sync order \d+$/);
    expect(await view.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await page.keyboard.press('Enter');
    expect(await focused()).toBe('Send');
    await page.keyboard.press('Escape');
    expect(await focused()).toBe(label);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await view.getByText('Synced', { exact: true }).waitFor();
    expect(await view.evaluate('document.activeElement.textContent')).toBe('Synced');
    expect(await sandbox.booked()).toEqual([Number(label.replace('Sync order ', ''))]);
    await end();
  });

  it('takes the colours of its host, also when they change', async () => {
    const variables = {
      '--color-background-primary': 'light-dark(rgb(250, 249, 245), rgb(48, 48, 46))',
      '--color-text-primary': 'light-dark(rgb(20, 20, 19), rgb(250, 249, 245))',
    };
    const host = await hostOn(shop.apiUrl, { context: { theme: 'light', styles: { variables } } });
    const { page, view, end } = await show(host);
    const background = () => view.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(await background()).toBe('rgb(250, 249, 245)');
    await page.evaluate('bridge.setHostContext({ theme: "dark" })');
    await view.locator('html[style*="color-scheme: dark"]').waitFor({ state: 'attached' });
    expect(await background()).toBe('rgb(48, 48, 46)');
    expect(await accessibilityViolations(view)).toEqual([]);
    await end();
  });

  it('reports its height to its host, and ends when the host removes it', async () => {
    const { page, view, end } = await show(await hostOn(shop.apiUrl));
    const contentHeight = Number(await view.evaluate('document.documentElement.scrollHeight'));
    await page.waitForFunction(`document.querySelector('iframe').clientHeight >= ${contentHeight}`);
    expect(await page.evaluate('bridge.teardownResource({})')).toEqual({});
    await end();
  });

  it.each([
    { width: 1280, colorScheme: 'light' },
    { width: 1280, colorScheme: 'dark' },
    { width: 390, colorScheme: 'light' },
    { width: 390, colorScheme: 'dark' },
  ] as const)('is accessible and fits at $width px, $colorScheme', async (look) => {
    const { apiUrl } = await ownSandbox(150);
    const { view, end } = await show(await hostOn(apiUrl, { list: { per_page: largestPage } }), look);
    await view.locator('tbody button').nth(0).click();
    await view.getByRole('button', { name: 'Send', exact: true }).click();
    await view.getByText('Synced', { exact: true }).waitFor();
    await view.locator('tbody button').nth(0).click();
    expect(await view.getByRole('row').count()).toBeGreaterThan(largestPage);
    expect(await accessibilityViolations(view)).toEqual([]);
    expect(await view.evaluate('document.documentElement.scrollWidth')).toBe(look.width);
    await end();
  });
});
