import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** How to tell one assistant about the MCP server. */
export interface AssistantConfiguration {
  readonly assistant: string;
  /** Where the text goes: a file, or a terminal. */
  readonly place: string;
  readonly text: string;
}

/** How the MCP server is started. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
}

const name = 'wemasy-orders';

/** The server that was built in the same checkout, else the published package. */
export function serverCommand(): ServerCommand {
  const builtBesides = fileURLToPath(new URL('../../mcp-server/dist/main.js', import.meta.url));
  return existsSync(builtBesides)
    ? { command: 'node', args: [builtBesides] }
    : { command: 'npx', args: ['-y', 'wemasy-orders-mcp'] };
}

/** Configurations that point each assistant at this sandbox, as the assistant's own documentation has them. */
export function assistantConfigurations(
  server: ServerCommand,
  apiUrl: string,
  token: string,
): AssistantConfiguration[] {
  const { command, args } = server;
  const env = { WEMASY_API_URL: apiUrl, WEMASY_API_TOKEN: token };
  const mcpServers = json({ mcpServers: { [name]: { command, args, env } } });
  return [
    {
      assistant: 'Claude Code',
      place: 'a terminal',
      text: [
        `claude mcp add ${name}`,
        ...Object.entries(env).map(([variable, value]) => `--env ${shellWord(`${variable}=${value}`)}`),
        `-- ${[command, ...args].map(shellWord).join(' ')}`,
      ].join(' \\\n  '),
    },
    { assistant: 'Claude Desktop', place: 'claude_desktop_config.json', text: mcpServers },
    { assistant: 'Cursor', place: '.cursor/mcp.json', text: mcpServers },
    {
      assistant: 'VS Code',
      place: '.vscode/mcp.json',
      text: json({ servers: { [name]: { type: 'stdio', command, args, env } } }),
    },
    {
      assistant: 'Codex',
      place: '~/.codex/config.toml',
      // A basic string of TOML is written like one of JSON.
      text: [
        `[mcp_servers.${name}]`,
        `command = ${JSON.stringify(command)}`,
        `args = ${JSON.stringify(args)}`,
        '',
        `[mcp_servers.${name}.env]`,
        ...Object.entries(env).map(([variable, value]) => `${variable} = ${JSON.stringify(value)}`),
      ].join('\n'),
    },
  ];
}

function json(value: object): string {
  return JSON.stringify(value, null, 2);
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
