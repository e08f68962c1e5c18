import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeInBrowser } from '@wemasy-orders/browser-testing';
import { expect, it } from 'vitest';
import { startAppsClient } from './support/apps-client.js';
import { startSandbox } from './support/sandbox.js';
import { startViewHost } from './support/view-host.js';

const picture = fileURLToPath(new URL('../../../docs/pictures/orders-view.png', import.meta.url));

describeInBrowser('the picture of the orders view', (open) => {
  it('is drawn by the built server, in the official bridge for assistants', async () => {
    const sandbox = await startSandbox('--orders', '60');
    const client = await startAppsClient({
      environment: { WEMASY_API_URL: sandbox.apiUrl, WEMASY_API_TOKEN: 'sandbox-full-access' },
    });
    const host = await startViewHost({
      client,
      list: {
        status: 'payment_received',
        per_page: 4,
        fields: ['id', 'date', 'status', 'total', 'customer'],
      },
    });
    const { page, end } = await open(host.url, { width: 860 });
    const view = page.frameLocator('iframe');
    await view.locator('main[aria-busy=false]').waitFor();
    await view.getByRole('button', { name: 'Sync order' }).first().click();
    await view.getByRole('button', { name: 'Send', exact: true }).click();
    await view.getByText('Synced').first().waitFor();
    await page.evaluate(`
      document.head.insertAdjacentHTML('beforeend', \`<style>
        body { padding: 20px; font: 15px/1.5 system-ui, sans-serif; color: #1c2127; background: #f3f5f7 }
        .question { margin: 0 0 14px auto; width: fit-content; padding: 8px 14px; border-radius: 14px; background: #dfe7f2 }
        .answer { margin: 0 0 10px }
        iframe { border-radius: 10px !important; background: #fff; box-shadow: 0 1px 4px #0003 }
      </style>\`);
      document.body.insertAdjacentHTML('afterbegin', \`
        <p class="question">Which orders were paid? Let me send them to SnelStart myself.</p>
        <p class="answer">Here are the latest ones. Press Sync to send an order to SnelStart.</p>\`)`);
    // The host makes the frame as high as the view asks, which may come after the view has drawn itself.
    await page.waitForFunction(
      `document.querySelector('iframe').offsetHeight >= ${await view.locator('main').evaluate((main) => main.offsetHeight)}`,
    );
    await page.locator('body').screenshot({ path: picture });
    expect(statSync(picture).size).toBeLessThan(150_000);
    await end();
    await host.close();
    await client.close();
    await sandbox.close();
  });
});
