// @ts-check
import { describe, expect, it } from 'vitest';
import { installers } from './installers.js';

const manifest = {
  name: 'wemasy-orders-mcp',
  version: '1.2.3',
  mcpName: 'io.github.someone/wemasy-orders',
  description: 'Lists orders',
  license: 'MIT',
  author: 'Maintainers',
  homepage: 'https://github.com/someone/orders#readme',
  keywords: ['orders'],
  repository: { type: 'git', url: 'git+https://github.com/someone/orders.git' },
};
const settings = [
  { variable: 'WEMASY_API_TOKEN', takesValue: true, meaning: 'API token' },
  { variable: 'WEMASY_API_TOKEN_FILE', takesValue: true, meaning: 'File that holds the API token' },
  { variable: 'WEMASY_READ_ONLY', takesValue: false, meaning: '`on`: offer nothing that writes' },
  { variable: 'WEMASY_NEW_SETTING', takesValue: true, meaning: 'What was added today' },
];
const tools = [{ name: 'list_orders', description: 'Lists orders' }];
const files = installers({ manifest, settings, tools });
const links = /** @type {Record<string, string>} */ (files['buttons.json']);

describe('installers', () => {
  it.each([
    'mcpb/manifest.json',
    'server.json',
    'claude-code/wemasy-orders/.claude-plugin/plugin.json',
    'gemini/gemini-extension.json',
  ])('pass every setting on in %s, and ask for no token file', (path) => {
    const text = JSON.stringify(files[path]);
    expect(text).toContain('"WEMASY_API_TOKEN"');
    expect(text).toContain('"WEMASY_READ_ONLY"');
    expect(text).toContain('"WEMASY_NEW_SETTING"');
    expect(text).not.toContain('TOKEN_FILE');
  });

  it('keep the token where a client keeps secrets', () => {
    expect(files['mcpb/manifest.json']).toMatchObject({
      user_config: { api_token: { type: 'string', sensitive: true, required: true } },
      server: { mcp_config: { env: { WEMASY_API_TOKEN: '${user_config.api_token}' } } },
    });
    expect(files['server.json']).toMatchObject({
      packages: [
        { environmentVariables: expect.arrayContaining([expect.objectContaining({ isSecret: true })]) },
      ],
    });
    expect(files['gemini/gemini-extension.json']).toMatchObject({
      settings: expect.arrayContaining([
        expect.objectContaining({ envVar: 'WEMASY_API_TOKEN', sensitive: true }),
      ]),
    });
  });

  it('ask for a switch where a setting is on or off', () => {
    expect(files['mcpb/manifest.json']).toMatchObject({
      user_config: {
        read_only: {
          type: 'boolean',
          title: 'Read only',
          description: 'on: offer nothing that writes',
          default: false,
        },
        new_setting: { type: 'string', default: '' },
      },
    });
  });

  it.each(['cursor', 'cursorPage'])('link to Cursor (%s) without a token in the link', (name) => {
    const config = new URL(links[name] ?? '').searchParams.get('config') ?? '';
    expect(JSON.parse(Buffer.from(config, 'base64').toString())).toEqual({
      command: 'npx',
      args: ['-y', 'wemasy-orders-mcp'],
      env: { WEMASY_API_TOKEN: '${env:WEMASY_API_TOKEN}' },
    });
  });

  it('link to VS Code, which asks for the token', () => {
    const link = new URL(links['vscode'] ?? '').searchParams.get('url') ?? '';
    expect(JSON.parse(decodeURIComponent(link.replace('vscode:mcp/install?', '')))).toMatchObject({
      name: 'wemasy-orders',
      env: { WEMASY_API_TOKEN: '${input:token}' },
      inputs: [{ id: 'token', password: true }],
    });
  });

  it('need the public address of the repository', () => {
    const { repository, ...homeless } = manifest;
    expect(() => installers({ manifest: homeless, settings, tools })).toThrow('public address');
    expect(repository).toBeDefined();
  });
});
