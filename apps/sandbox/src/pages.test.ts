import { readFileSync } from 'node:fs';
import { type Sandbox, startSandbox, tokens } from '@wemasy-orders/sandbox-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createPages } from './pages.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ orders: 1, pages: createPages() });
});
afterAll(() => sandbox.close());

function get(path: string): Promise<Response> {
  return fetch(new URL(path, sandbox.url));
}

describe('the document', () => {
  const source = readFileSync(new URL('../../../openapi/wemasy-orders.yaml', import.meta.url), 'utf8');

  it('/openapi.yaml is the original file', async () => {
    expect(await (await get('/openapi.yaml')).text()).toBe(source);
  });

  it('/openapi.json has the same content', async () => {
    expect(await (await get('/openapi.json')).json()).toEqual(parse(source));
  });
});

describe('the pages', () => {
  const pages = { start: '/', reference: '/docs' };

  it('the start page shows the address and both tokens', async () => {
    const { status, headers, ...page } = await read(pages.start);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=UTF-8');
    for (const said of [sandbox.url, tokens.fullAccess, tokens.readOnly]) expect(page.text).toContain(said);
  });

  it.each(Object.values(pages))('%s lets a browser load and run nothing from another host', async (path) => {
    const { headers } = await get(path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
  });

  it.each(Object.values(pages))('every link of %s works', async (path) => {
    const { text } = await read(path);
    const addresses = [...text.matchAll(/(?:href|src)="(?!data:)([^"]*)"/g)].map(
      ([, address]) => address ?? '',
    );
    expect(addresses.length).toBeGreaterThan(3);
    for (const address of addresses) {
      expect(address).toMatch(/^\/[^/]?/);
      expect((await get(address)).status).toBe(200);
    }
  });
});

async function read(path: string) {
  const response = await get(path);
  return { status: response.status, headers: response.headers, text: await response.text() };
}
