import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The configuration that adds the MCP server to one assistant. */
export interface AssistantConfiguration {
  readonly assistant: string;
  /** Where to put the text: a file, or a terminal. */
  readonly place: string;
  readonly text: string;
}

/** The command that starts the MCP server. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
}

const name = 'wemasy-orders';

/** The server built in the same checkout, otherwise the published package. */
export function serverCommand(): ServerCommand {
  const built = fileURLToPath(new URL('../../mcp-server/dist/main.js', import.meta.url));
  return existsSync(built)
    ? { command: 'node', args: [built] }
    : { command: 'npx', args: ['-y', 'wemasy-orders-mcp'] };
}

/** Configurations that connect each assistant to this sandbox, in the form of the assistant's documentation. */
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
      // TOML's basic strings are written like JSON strings.
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
