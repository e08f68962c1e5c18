import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sendJson } from '@wemasy-orders/client/testing';
import { withHome } from '@wemasy-orders/runtime/testing';
import { expect, it, onTestFinished } from 'vitest';
import { startApi } from './support/api.js';
import { startAssistant } from './support/assistant.js';

it('an outcome that came during an outage of the state says so, and is recorded once the state is back', async () => {
  const api = await startApi();
  const home = await mkdtemp(join(tmpdir(), 'wemasy-orders-outage-'));
  onTestFinished(async () => {
    await api.close();
    await rm(home, { recursive: true });
  });
  const [state, elsewhere] = [join(home, 'state'), join(home, 'elsewhere')];
  await mkdir(state);
  const environment = {
    WEMASY_API_URL: api.url,
    WEMASY_API_TOKEN: 'token',
    WEMASY_STATE: state,
    ...withHome(home),
  };
  api.behaves(async (_, response) => {
    await rename(state, elsewhere);
    await writeFile(state, 'no folder');
    sendJson(response, 200, { error: false, message: 'Order synced.', data: [] });
  });
  const first = await startAssistant({ environment });
  const answer = await first.call('sync_order', { order_id: 42 });
  expect(answer.structured).toMatchObject({
    outcome: 'synced',
    note: 'The journal could not be written, so this sync is not recorded yet. Tell the user; do not send the order again.',
  });

  await rm(state);
  await rename(elsewhere, state);
  const second = await startAssistant({ environment });
  // It waits for the outcome, unless it is recorded already.
  const { text } = await second.call('sync_order', { order_id: 42 });
  expect(text).toMatch(/^(order 42: synced at|already_synced: )/);
  expect(api.requests).toHaveLength(1);
  await first.close();
  await second.close();
});
