import { readFileSync } from 'node:fs';
import { orderPage, sendJson } from '@wemasy-orders/client/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { documentedTools, readingTools } from './support/documented-tools.js';
import { startApi } from './support/api.js';
import { type Assistant, type AssistantOptions, clientKinds, startAssistant } from './support/assistant.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function assistantWith(options: AssistantOptions): Promise<Assistant> {
  const assistant = await startAssistant(options);
  closers.push(() => assistant.close());
  return assistant;
}

describe('the configuration', () => {
  it.each(clientKinds)(
    'is not needed to list the tools; a call by the %s says all that is wrong',
    async (kind) => {
      const assistant = await assistantWith({
        kind,
        environment: { WEMASY_PERSONAL_DATA: 'all', WEMASY_API_URL: '${URL}' },
      });
      expect((await assistant.listTools()).map(({ name }) => name)).toEqual(documentedTools);
      for (const [tool, args] of [
        ['list_orders', {}],
        ['sync_order', { order_id: 1 }],
      ] as const) {
        const { text, isError } = await assistant.call(tool, args);
        expect(isError).toBe(true);
        expect(text).toMatch(
          /^configuration_error: The configuration has 3 faults\.\n(.*\n)*detail: WEMASY_API_TOKEN is not set.*\ndetail: WEMASY_API_URL contains the literal text \$\{…\}.*\ndetail: WEMASY_PERSONAL_DATA must be .*\n/,
        );
      }
    },
  );

  it('read-only takes the tool away that writes', async () => {
    const assistant = await assistantWith({ environment: { WEMASY_READ_ONLY: 'on' } });
    expect((await assistant.listTools()).map(({ name }) => name)).toEqual(readingTools);
    await expect(assistant.call('sync_order', { order_id: 1 })).rejects.toMatchObject({ code: -32602 });
  });

  it.each([
    ['none', false, false],
    ['names', true, false],
    ['full', true, true],
  ])('personal data %s decides what can be asked for', async (mode, names, contact) => {
    const api = await startApi();
    closers.push(() => api.close());
    const order = { id: 1, billing: { invoice_lastname: 'Jansen', invoice_email: 'jan@example.com' } };
    api.behaves((_, response) => sendJson(response, 200, orderPage([order])));
    const assistant = await assistantWith({
      environment: { WEMASY_API_URL: api.url, WEMASY_API_TOKEN: 'token', WEMASY_PERSONAL_DATA: mode },
    });
    const { text } = await assistant.call('list_orders');
    expect(text.includes('Jansen')).toBe(names);
    expect(text).not.toContain('jan@example.com');
    const asked = await assistant.call('list_orders', { fields: ['invoice_email'] });
    expect(asked.isError).toBe(!contact);
    expect(asked.text.includes('jan@example.com')).toBe(contact);
  });
});

describe('the configurations in the README', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const blocks = [...readme.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) => JSON.parse(json));
  const servers = blocks.flatMap((block) => Object.values(block.mcpServers ?? block.servers));

  it('are as many as the README says', () => {
    expect(servers).toHaveLength(2);
  });

  it.each(servers)('start this server with variables that it knows', async (server) => {
    const { command, args, env } = Object.assign({ command: '', args: [''], env: {} }, server);
    expect([command, ...args]).toEqual(['npx', '-y', 'wemasy-orders-mcp']);
    const assistant = await assistantWith({ environment: { ...env } });
    expect(await assistant.listTools()).toHaveLength(documentedTools.length);
    expect(Object.keys(env)).toEqual(['WEMASY_API_TOKEN']);
  });
});
