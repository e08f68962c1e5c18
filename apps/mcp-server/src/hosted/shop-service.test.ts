import { createLog } from '@wemasy-orders/runtime';
import { systemClock } from '@wemasy-orders/state';
import { describe, expect, it } from 'vitest';
import { createTools } from '../tools/create-tools.js';
import { createMcpEndpoint } from '../transports/mcp-endpoint.js';
import { type Scope, scopes } from './principal.js';
import type { Shop } from './shop.js';
import { createShopService } from './shop-service.js';

const log = createLog({ level: 'silent', write: () => undefined, now: () => 0, secrets: [] });
const tools = createTools({
  personalData: 'names',
  readOnly: false,
  maxWaitMs: 0,
  answerWithinMs: 10_000,
  clock: systemClock,
});
const writing = tools.filter(({ annotations }) => !annotations.readOnlyHint).map(({ name }) => name);
const reading = tools.filter(({ annotations }) => annotations.readOnlyHint).map(({ name }) => name);

/** Asks the service of a principal, past the check that comes before it. */
async function ask(method: string, params: object, granted: readonly Scope[], link: Partial<Shop> = {}) {
  let calls = 0;
  const shop: Shop = {
    personalData: 'names',
    readOnly: false,
    async services() {
      calls += 1;
      throw new Error('the shop is not reached in these tests');
    },
    ...link,
  };
  const endpoint = createMcpEndpoint({
    clock: systemClock,
    onError: (error) => {
      throw error;
    },
  });
  const response = await endpoint.answer({
    request: new Request('https://orders.example.com/mcp', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    }),
    exchange: {
      setHeader: () => undefined,
      onClose: () => undefined,
      doNotAwait: () => undefined,
      sendJson: (json) => new Response(json),
    },
    service: () =>
      createShopService({
        version: '0',
        clock: systemClock,
        log,
        stopping: new AbortController().signal,
        principal: {
          kind: 'oauth',
          issuer: 'https://id.example.com',
          subject: 'jan',
          scopes: new Set(granted),
        },
        shop,
        linkPage: undefined,
        toolsFor: () => tools,
        personalData: 'names',
      }),
  });
  const text = await response.text();
  return {
    text,
    calls,
    listed: tools.map(({ name }) => name).filter((name) => text.includes(`"name":"${name}"`)),
  };
}

describe('the service of a principal', () => {
  it.each(tools)('has $name check its scope itself', async ({ name }) => {
    const [read, sync] = scopes;
    const [own, other] = reading.includes(name) ? [read, sync] : [sync, read];
    // Whether the arguments are good is asked after that.
    const call = { name, arguments: { order_id: 7 } };
    const refusal = `permission_denied: The user has not allowed this assistant to use ${name}.`;
    const refused = await ask('tools/call', call, [other]);
    expect(refused.text).toContain(refusal);
    expect(refused.calls).toBe(0);
    expect((await ask('tools/call', call, [own])).text).not.toContain(refusal);
  });

  it('lists the tools of its scopes', async () => {
    expect((await ask('tools/list', {}, scopes)).listed).toEqual(tools.map(({ name }) => name));
    expect((await ask('tools/list', {}, ['orders:read'])).listed).toEqual(reading);
    expect((await ask('tools/list', {}, ['orders:sync'])).listed).toEqual(writing);
    expect((await ask('tools/list', {}, [])).listed).toEqual([]);
  });

  it('offers nothing that writes where the link only reads', async () => {
    expect((await ask('tools/list', {}, scopes, { readOnly: true })).listed).toEqual(reading);
    const [name] = writing;
    const refused = await ask('tools/call', { name, arguments: { order_id: 7 } }, scopes, { readOnly: true });
    expect(refused.text).toContain('Unknown tool');
    expect(refused.calls).toBe(0);
  });
});
