import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@wemasy-orders/state/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runLine } from '../testing/run-line.js';
import { pagesOf, startShop } from '../testing/shop.js';

/** A shop whose order 2502 has an unknown outcome, and a journal that several commands share. */
async function shopWithUnknownOutcome() {
  const folder = mkdtempSync(join(tmpdir(), 'wemasy-orders-confirm-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const shop = await startShop({
    list: pagesOf([{ id: 2502, order_number: '8', date: '2026-02-17 12:05:PM', status: 'paid' }]),
    sync: () => [500, { message: 'SnelStart: grootboek 8000 onbekend' }],
    // A test closes the API and then expects that nothing listens there.
    port: await freePort(),
  });
  const environment = { ...shop.environment, WEMASY_STATE: folder };
  await runLine(['sync', '2502'], { environment });
  return { ...shop, environment };
}

describe.each([['confirm'], ['journal']])('%s ID', (command) => {
  it('shows the journal first, then what the API says', async () => {
    const { environment } = await shopWithUnknownOutcome();
    const { exitCode, stdout } = await runLine([command, '2502'], { environment });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^Journal of order 2502: unknown\n {2}\S+ wemasy-orders .*: unknown\. .*The API says "SnelStart: grootboek 8000 onbekend"\.\nThe API:\n(.*\n)* {2}status: paid\n/,
    );
  });

  it('shows the journal and says so when the API cannot be asked', async () => {
    const { environment, close } = await shopWithUnknownOutcome();
    await close();
    const { exitCode, stdout, stderr } = await runLine([command, '2502'], { environment });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^Journal of order 2502: unknown\n/);
    expect(stdout).toMatch(/\nThe API:\n {2}cannot be asked: The API cannot be reached .*\n$/);
    expect(stderr).toMatch(command === 'confirm' ? /Nothing was recorded\./ : /^$/);
    const asJson = await runLine([command, '2502', '--json'], { environment });
    expect(asJson.exitCode).toBe(1);
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      journal: { orderId: 2502, state: 'unknown' },
      api: { error: { code: 'network_error', message: expect.stringContaining('cannot be reached') } },
    });
  });
});

describe("the API's reason", () => {
  it.each([400, 402, 409, 422, 500])(
    'of a %i is in the report and in the journal, cleaned',
    async (status) => {
      const folder = mkdtempSync(join(tmpdir(), 'wemasy-orders-reason-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const { environment: upstream } = await startShop({
        list: pagesOf([{ id: 7, status: 'paid', should_snelstart_sync: true }]),
        sync: () => [status, { message: `SnelStart: \u001B[31mgrootboek 8000 onbekend${' !'.repeat(400)}` }],
      });
      const environment = { ...upstream, WEMASY_STATE: folder };
      const said = 'SnelStart: grootboek 8000 onbekend ! !';
      for (const args of [
        ['sync', '7'],
        ['sync-due', '--yes'],
        ['sync', '7', '--json'],
        ['journal'],
        ['journal', '--json'],
      ]) {
        const { stdout } = await runLine(args, { environment });
        expect(stdout).toContain(said);
        expect(stdout).not.toContain('\u001B');
        for (const line of stdout.split('\n')) expect(line.length).toBeLessThan(1_000);
      }
      const { stdout } = await runLine(['sync', '7', '--json'], { environment });
      expect(JSON.parse(stdout)).toMatchObject({ orders: [{ message: expect.stringContaining(said) }] });
    },
  );
});
