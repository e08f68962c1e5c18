import type { ServerResponse } from 'node:http';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { orderPage, sendJson } from '@wemasy-orders/client/testing';
import { freePort } from '@wemasy-orders/state/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from './support/api.js';
import { bearer, call, type HostedProcess, startHosted } from './support/hosted.js';
import { hasNginx, type Nginx, startNginx } from './support/nginx.js';
import { type ShopsFile, writeShopsFile } from './support/shops-file.js';

const secret = 'secret-of-the-erp-that-is-long-enough-to-guess-not';

describe.skipIf(!hasNginx)('behind nginx as docs/hosting.md configures it, two replicas', () => {
  let api: Api;
  let shops: ShopsFile;
  let nginx: Nginx;
  let url: string;
  let replicas: [HostedProcess, HostedProcess];

  beforeAll(async () => {
    api = await startApi();
    shops = await writeShopsFile({
      apiToken: 'api-token',
      secrets: [{ name: 'erp', secret, scopes: ['orders:read', 'orders:sync'] }],
    });
    const port = await freePort();
    url = `https://localhost:${port}/mcp`;
    const start = async () =>
      startHosted(await freePort(), {
        WEMASY_AUTH: 'token',
        WEMASY_PUBLIC_URL: url,
        WEMASY_SHOPS: shops.path,
        WEMASY_API_URL: api.url,
        WEMASY_ACCEPT_VOLATILE_JOURNAL: 'on',
      });
    replicas = [await start(), await start()];
    const [first, second] = replicas;
    nginx = await startNginx(port, [new URL(first.origin).host, new URL(second.origin).host]);
  });

  afterAll(async () => {
    await nginx.close();
    await Promise.all(replicas.map(({ end }) => end()));
    await api.close();
    await shops.remove();
  });

  const answers = (_: unknown, response: ServerResponse) =>
    sendJson(response, 200, orderPage([{ id: 7, status: 'paid', total: '1.00' }], { page: 1, total: 1 }));

  const post = (body: string, headers: Readonly<Record<string, string>> = bearer(secret)) =>
    nginx.fetch(url, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-11-25',
        ...headers,
      },
    });

  it.each(['legacy', 'auto'] as const)('serve the official client (%s), over and over', async (mode) => {
    api.behaves(answers);
    const client = new Client({ name: 'a client', version: '1' }, { versionNegotiation: { mode } });
    await client.connect(
      new StreamableHTTPClientTransport(new URL(url), {
        fetch: nginx.fetch,
        requestInit: { headers: bearer(secret) },
      }),
    );
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('list_orders');
    for (let index = 0; index < 5; index += 1) {
      const { structuredContent } = await client.callTool({ name: 'list_orders' });
      expect(structuredContent).toMatchObject({ total: 1, rows: [expect.arrayContaining([7])] });
    }
    await client.close();
  });

  it('pass progress on while the call goes on', async () => {
    let finish: () => void = () => undefined;
    api.behaves((_, response, index) => {
      const page = (number: number) =>
        orderPage([{ id: number, status: 'paid', total: '1.00' }], { page: number, total: 20 });
      if (index % 2 === 0) sendJson(response, 200, page(1));
      else finish = () => sendJson(response, 200, page(2));
    });
    const { params, ...rest } = call('list_orders', { summarize: true });
    const response = await post(
      JSON.stringify({ ...rest, params: { ...params, _meta: { progressToken: 1 } } }),
    );
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let seen = '';
    while (!seen.includes('read page 1')) seen += (await reader?.read())?.value ?? '';
    expect(seen).not.toContain('structuredContent');
    finish();
    while (!seen.includes('structuredContent')) seen += (await reader?.read())?.value ?? '';
  });

  it('refuse a caller without a secret, and a body that is too large', async () => {
    expect((await post(JSON.stringify(call('list_orders')), {})).status).toBe(401);
    expect((await post(' '.repeat(262_145))).status).toBe(413);
  });

  it('send an order once, also where the replica breaks down before it has answered', async () => {
    let requests = 0;
    const begun = new Promise<void>((resolve) => {
      api.behaves(() => {
        requests += 1;
        resolve();
      });
    });
    const answer = post(JSON.stringify(call('sync_order', { order_id: 7 })));
    await begun;
    for (const { child } of replicas) child.kill('SIGKILL');
    expect((await answer).status).toBe(502);
    expect(requests).toBe(1);
  });
});
