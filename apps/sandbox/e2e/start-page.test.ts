import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessibilityViolations, describeInBrowser } from '@wemasy-orders/browser-testing';
import { operations } from '@wemasy-orders/client/operations';
import { type BuiltSandbox, startBuiltSandbox } from './support/built-sandbox.js';

const { limit } = operations.syncOrder.rateLimit;

describeInBrowser('the start page', (open) => {
  let sandbox: BuiltSandbox;
  beforeAll(async () => {
    sandbox = await startBuiltSandbox();
  });
  afterAll(() => sandbox.close());

  async function sync(orderId: number): Promise<void> {
    const response = await fetch(sandbox.apiUrl + operations.syncOrder.path, {
      method: 'POST',
      headers: { Authorization: 'Bearer sandbox-full-access', 'Content-Type': 'application/json' },
      body: JSON.stringify({ order_id: orderId }),
    });
    expect(response.status).toBe(200);
  }

  it('shows the ledger grow and the allowance shrink, without a reload', async () => {
    const { page, end } = await open(sandbox.origin);
    const rows = page.locator('#ledger tr');
    const allowance = page.locator('#windows tr', { hasText: 'syncOrder, sandbox-full-access' });
    await page.getByText('Live.').waitFor();
    expect(await rows.count()).toBe(0);
    expect(await allowance.innerText()).toContain(`${limit} of ${limit}`);

    await sync(2502);
    await rows.first().waitFor();
    expect(await rows.first().innerText()).toMatch(
      /2502\s+\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\s+sandbox-full-access/,
    );
    await page.getByText(`${limit - 1} of ${limit}`).waitFor();
    expect(await allowance.innerText()).toMatch(new RegExp(`${limit - 1} of ${limit}\\s+\\d+ s`));

    await sync(2502);
    await rows.nth(1).waitFor();
    expect(await page.locator('#bookings').innerText()).toBe('2');
    await end();
  });

  it('shows the active faults', async () => {
    const { page, end } = await open(sandbox.origin);
    const faults = page.locator('#faults');
    await page.getByText('Live.').waitFor();
    expect(await faults.isHidden()).toBe(true);
    await fetch(`${sandbox.origin}/sandbox/faults`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ kind: 'connection_reset', operation: 'syncOrder', requests: 3 }),
    });
    await faults.waitFor();
    expect(await faults.innerText()).toBe('Active faults: connection_reset on syncOrder (3 to come).');
    await fetch(`${sandbox.origin}/sandbox/faults`, { method: 'DELETE' });
    await faults.waitFor({ state: 'hidden' });
    await end();
  });

  it('copies a configuration', async () => {
    const { page, end } = await open(sandbox.origin);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByText('VS Code').click();
    await page.getByRole('button', { name: 'Copy configuration of VS Code' }).click();
    await page.getByText('Copied').waitFor();
    const copied = JSON.parse(String(await page.evaluate('navigator.clipboard.readText()')));
    expect(copied).toMatchObject({
      servers: {
        'wemasy-orders': { env: { WEMASY_API_URL: sandbox.apiUrl, WEMASY_API_TOKEN: 'sandbox-full-access' } },
      },
    });
    await end();
  });

  it.each([
    { width: 1280, colorScheme: 'light' },
    { width: 1280, colorScheme: 'dark' },
    { width: 390, colorScheme: 'light' },
    { width: 390, colorScheme: 'dark' },
  ] as const)('is accessible and fits at $width px, $colorScheme', async (look) => {
    const { page, end } = await open(sandbox.origin, look);
    await page.getByText('Live.').waitFor();
    for (const summary of await page.locator('summary').all()) await summary.click();
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(look.width);
    await end();
  });

  it('works by keyboard, with a visible focus', async () => {
    const { page, end } = await open(sandbox.origin);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Read and try the API');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/docs');
    await end();
  });
});
