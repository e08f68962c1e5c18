import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { orderPage, sendJson } from '@wemasy-orders/client/testing';
import { freePort } from '@wemasy-orders/state/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from './support/api.js';
import { type Caddy, hasCaddy, startCaddy } from './support/caddy.js';
import { bearer, call, type HostedProcess, request, startHosted } from './support/hosted.js';
import { type ShopsFile, writeShopsFile } from './support/shops-file.js';

const secret = 'secret-of-the-erp-that-is-long-enough-to-guess-not';

describe.skipIf(!hasCaddy)('behind Caddy with TLS, two replicas', () => {
  let api: Api;
  let shops: ShopsFile;
  let caddy: Caddy;
  let replicas: [HostedProcess, HostedProcess];
  let agent: Agent;

  beforeAll(async () => {
    api = await startApi();
    shops = await writeShopsFile({
      apiToken: 'api-token',
      secrets: [{ name: 'erp', secret, scopes: ['orders:read', 'orders:sync'] }],
    });
    const port = await freePort();
    const start = async () =>
      startHosted(await freePort(), {
        WEMASY_AUTH: 'token',
        WEMASY_PUBLIC_URL: `https://localhost:${port}/mcp`,
        WEMASY_SHOPS: shops.path,
        WEMASY_API_URL: api.url,
        WEMASY_MAX_CALLS_PER_PRINCIPAL: '100',
        WEMASY_RATE_LIMITS: 'listOrders=100000/60',
        WEMASY_DRAIN_MS: '3000',
      });
    replicas = [await start(), await start()];
    caddy = await startCaddy(
      port,
      replicas.map(({ origin }) => new URL(origin).host),
    );
    agent = new Agent({ ca: caddy.ca, keepAlive: true });
    // Caddy makes its certificate, and finds the replicas healthy, after it has begun to listen.
    let isServing = false;
    while (!isServing) {
      isServing = await post(request('tools/list')).then(
        (response) => response.resume().statusCode === 200,
        () => false,
      );
    }
  });

  afterAll(async () => {
    agent.destroy();
    await caddy.close();
    await Promise.all(replicas.map(({ end }) => end()));
    await api.close();
    await shops.remove();
  });

  async function post(
    body: object,
    headers: Record<string, string> = bearer(secret),
  ): Promise<IncomingMessage> {
    const outgoing = httpsRequest({
      host: 'localhost',
      port: caddy.port,
      path: '/mcp',
      method: 'POST',
      agent,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
    });
    const [response] = await once(outgoing.end(JSON.stringify(body)), 'response');
    return response;
  }

  it('serve the public name, and refuse without a secret', async () => {
    expect((await post(request('tools/list'))).statusCode).toBe(200);
    expect((await post(request('tools/list'), {})).statusCode).toBe(401);
  });

  it('send progress while the call goes on', async () => {
    const pages: ServerResponse[] = [];
    const page = (id: number) => orderPage([{ id, status: 'paid', total: '1.00' }], { page: id, total: 20 });
    api.behaves((_, response, index) => {
      if (index % 2 === 0) sendJson(response, 200, page(1));
      else pages.push(response);
    });
    const summary = call('list_orders', { summarize: true });
    const params = { ...summary.params, _meta: { progressToken: 'p' } };
    const response = await post({ ...summary, params });
    const [first] = await once(response.setEncoding('utf8'), 'data');
    expect(first).toContain('notifications/progress');
    expect(first).toContain('read page 1 of 2');
    while (pages.length === 0) await new Promise(setImmediate);
    for (const waiting of pages) sendJson(waiting, 200, page(2));
    expect(await text(response)).toContain('"structuredContent"');
  });

  it('lose no call when one of them is asked to end', async () => {
    api.behaves((_, response) => sendJson(response, 200, orderPage([{ id: 7 }])));
    const [leaving] = replicas;
    let isOver = false;
    const ended = leaving.end().then((end) => {
      isOver = true;
      return end;
    });
    const statuses = new Map<number | undefined, number>();
    async function callOn(): Promise<void> {
      while (!isOver) {
        const response = await post(call('list_orders', { fields: ['id'] }));
        const answer = await text(response);
        const status = answer.includes('[[7]]') ? 200 : response.statusCode;
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }
    await Promise.all([callOn(), callOn(), callOn()]);
    expect(await ended).toEqual([0, null]);
    expect([...statuses.keys()]).toEqual([200]);
    expect(statuses.get(200)).toBeGreaterThan(0);
    expect((await post(request('tools/list'))).statusCode).toBe(200);
  });
});
