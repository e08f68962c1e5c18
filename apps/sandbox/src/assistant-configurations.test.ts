import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { assistantConfigurations } from './assistant-configurations.js';

const server = { command: 'node', args: ['/home/jan de wit/it\'s "here"/main.js'] };
const apiUrl = 'http://127.0.0.1:4010/api';
const configurations = new Map(
  assistantConfigurations(server, apiUrl, 'sandbox-full-access').map((each) => [each.assistant, each.text]),
);
const env = { WEMASY_API_URL: apiUrl, WEMASY_API_TOKEN: 'sandbox-full-access' };

function jsonOf(assistant: string): unknown {
  return z
    .string()
    .transform((text) => JSON.parse(text))
    .parse(configurations.get(assistant));
}

describe('a configuration', () => {
  it.each(['Claude Desktop', 'Cursor'])('of %s lists the server under mcpServers', (assistant) => {
    expect(jsonOf(assistant)).toEqual({ mcpServers: { 'wemasy-orders': { ...server, env } } });
  });

  it('of VS Code lists it under servers, with its type', () => {
    expect(jsonOf('VS Code')).toEqual({ servers: { 'wemasy-orders': { type: 'stdio', ...server, env } } });
  });

  it('of Claude Code is a command that quotes spaces and quotes in a path', () => {
    expect(configurations.get('Claude Code')).toBe(
      [
        'claude mcp add wemasy-orders',
        '--env WEMASY_API_URL=http://127.0.0.1:4010/api',
        '--env WEMASY_API_TOKEN=sandbox-full-access',
        `-- node '/home/jan de wit/it'\\''s "here"/main.js'`,
      ].join(' \\\n  '),
    );
  });

  it('of Codex is TOML', () => {
    expect(configurations.get('Codex')).toBe(`[mcp_servers.wemasy-orders]
command = "node"
args = ["/home/jan de wit/it's \\"here\\"/main.js"]

[mcp_servers.wemasy-orders.env]
WEMASY_API_URL = "http://127.0.0.1:4010/api"
WEMASY_API_TOKEN = "sandbox-full-access"`);
  });
});
