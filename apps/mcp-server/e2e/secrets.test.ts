import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orderPage, type Script, sendJson } from '@wemasy-orders/client/testing';
import { withHome } from '@wemasy-orders/runtime/testing';
import { describe, expect, it } from 'vitest';
import { startApi } from './support/api.js';
import { canaryPerson, canaryToken, textOfFolder } from './support/canary.js';
import { startWire } from './support/wire.js';

const people: Script = (_, response) => sendJson(response, 200, orderPage([canaryPerson]));
const booked: Script = (_, response) =>
  sendJson(response, 200, { error: false, message: 'Order synced.', data: ['canary-data'] });
/** An API that says back what it was sent, as debug pages do. */
const echo =
  (status: number): Script =>
  ({ headers }, response) =>
    sendJson(response, status, {
      error: true,
      message: `Refused: ${headers.authorization ?? ''}`,
      errors: { token: [headers.authorization ?? ''] },
    });
const brokenOff: Script = (_, response) => void response.destroy();
const page: Script = ({ headers }, response) =>
  void response
    .writeHead(500, { 'content-type': 'text/html', 'x-request-id': canaryToken })
    .end(`<pre>${headers.authorization ?? ''} canary-lastname`);
const otherData: Script = (_, response) =>
  sendJson(response, 200, { error: false, data: { data: [{ ...canaryPerson, id: 'canary-id' }] } });

/** Everything that a process lets out while this happens: stdout, stderr at its most talkative, state files. */
async function everythingOf(personalData: string): Promise<Record<'stdout' | 'stderr' | 'state', string>> {
  const api = await startApi();
  const state = await mkdtemp(join(tmpdir(), 'wemasy-orders-state-'));
  const wire = await startWire({
    WEMASY_API_URL: api.url,
    WEMASY_API_TOKEN: canaryToken,
    WEMASY_STATE: state,
    ...withHome(state),
    WEMASY_LOG_LEVEL: 'trace',
    WEMASY_PERSONAL_DATA: personalData,
    WEMASY_RATE_LIMITS: 'listOrders=1000/60,syncOrder=1000/60',
  });
  const { result } = await wire.request('tools/list');
  const columns = JSON.parse(JSON.stringify(result)).tools[0].inputSchema.properties.fields.items.enum;
  let order_id = 0;
  for (const behaviour of [
    people,
    booked,
    echo(401),
    echo(403),
    echo(422),
    echo(200),
    brokenOff,
    page,
    otherData,
  ]) {
    api.behaves(behaviour);
    for (const args of [{}, { fields: columns }, { summarize: true }, { fields: ['order_session'] }]) {
      await wire.request('tools/call', { name: 'list_orders', arguments: args });
    }
    order_id += 1;
    for (const resend of [false, false, true]) {
      await wire.request('tools/call', { name: 'sync_order', arguments: { order_id, resend } });
    }
  }
  await wire.end();
  await api.close();
  const everything = { stdout: wire.lines.join('\n'), stderr: wire.log(), state: await textOfFolder(state) };
  await rm(state, { recursive: true });
  // The process has said and written something: the search is not in vain.
  expect(everything.stdout).toContain('already_synced');
  expect(everything.stderr).toContain('"operationId":"syncOrder"');
  expect(everything.state).toContain('Order synced.');
  return everything;
}

describe('in stdout, stderr at level trace, and the state files', () => {
  it('with personal data none, there is neither the token nor anything personal', async () => {
    for (const [, text] of Object.entries(await everythingOf('none'))) expect(text).not.toContain('canary');
  });

  it('with personal data full, a customer is in the results alone, and the session and the token are nowhere', async () => {
    const { stdout, stderr, state } = await everythingOf('full');
    expect(stdout).toContain('canary-email@example.com');
    for (const text of [stdout, stderr, state]) expect(text).not.toMatch(/canary-(token|session|data)/);
    for (const text of [stderr, state]) expect(text).not.toContain('canary');
  });
});

it('where the state folder cannot be used, a sync is refused, unsent, and the model learns no path', async () => {
  const api = await startApi();
  const folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-canary-'));
  const file = join(folder, 'file');
  await writeFile(file, '');
  const wire = await startWire({
    WEMASY_API_URL: api.url,
    WEMASY_API_TOKEN: canaryToken,
    WEMASY_STATE: join(file, 'state'),
  });
  const { result } = await wire.request('tools/call', { name: 'sync_order', arguments: { order_id: 1 } });
  await wire.end();
  await api.close();
  await rm(folder, { recursive: true });
  expect(api.requests).toEqual([]);
  expect(JSON.stringify(result)).toContain('nothing was sent');
  expect(wire.log()).toContain('wemasy-orders-canary-');
  expect(wire.lines.join('\n')).not.toMatch(/canary|\/tmp|node:|\.js\b/);
});
