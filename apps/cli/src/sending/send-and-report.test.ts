import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runLine } from '../testing/run-line.js';
import { pagesOf, startShop } from '../testing/shop.js';

it('a run waits for an outcome that the journal could not take at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wemasy-orders-late-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const state = join(folder, 'state');
  const away = join(folder, 'away');
  const shop = await startShop({
    list: pagesOf([]),
    sync: () => {
      // The disk is away while the answer arrives, for longer than the sync itself tries to record it.
      renameSync(state, away);
      writeFileSync(state, '');
      setTimeout(() => {
        rmSync(state);
        renameSync(away, state);
      }, 3_000);
      return [200, { error: false, message: 'booked', data: [] }];
    },
  });
  const environment = { ...shop.environment, WEMASY_STATE: state };
  const { exitCode, stdout } = await runLine(['sync', '7', '--json'], { environment });
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ orders: [{ order_id: 7, outcome: 'synced' }] });
  expect(stdout).not.toContain('"recorded"');
  const again = await runLine(['sync', '7', '--json'], { environment });
  expect(JSON.parse(again.stdout)).toMatchObject({ orders: [{ outcome: 'already_synced' }] });
}, 20_000);
