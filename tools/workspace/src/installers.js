// @ts-check
import { addressOf } from './manifests.js';

/**
 * What one setting of the server is to a person who installs it.
 *
 * @typedef {{ variable: string, takesValue: boolean, meaning: string }} Setting
 * @typedef {{ name: string, description: string }} Tool
 * @typedef {import('./manifests.js').Manifest} Manifest
 * @typedef {{ manifest: Manifest, settings: readonly Setting[], tools: readonly Tool[] }} Server
 */

const title = 'Wemasy Orders';
const tokenVariable = 'WEMASY_API_TOKEN';
/** Installers keep the token where they keep secrets, so none asks for a file. */
const tokenFileVariable = 'WEMASY_API_TOKEN_FILE';
const tokenMeaning = 'API token of your Wemasy webshop';
const command = { command: 'npx', args: ['-y', 'wemasy-orders-mcp'] };

/**
 * The descriptions by which clients and registries install the server, by path. All of them are made of the package's
 * manifest and the list of settings, so that a new setting reaches each.
 *
 * @param {Server} server
 * @returns {Record<string, unknown>}
 */
export function installers(server) {
  const address = addressOf(server.manifest);
  if (address === undefined) throw new Error('An installer names the public address of the repository.');
  const settings = server.settings.filter(({ variable }) => variable !== tokenFileVariable).map(asked);
  const { version, description, license, keywords, homepage, mcpName } = server.manifest;
  const author = { name: String(server.manifest['author']) };
  const about = { version, description, author, homepage, repository: String(address), license };
  const fromUserConfig = valuesOf(settings, ({ key }) => `\${user_config.${key}}`);
  return {
    'mcpb/manifest.json': {
      manifest_version: '0.3',
      name: 'wemasy-orders-mcp',
      display_name: title,
      ...about,
      repository: { type: 'git', url: String(address) },
      documentation: homepage,
      support: `${address}/issues`,
      privacy_policies: [`${address}/blob/HEAD/docs/privacy.md`],
      icon: 'icon.png',
      keywords,
      tools: server.tools,
      server: {
        type: 'node',
        entry_point: 'server/main.js',
        mcp_config: { command: 'node', args: ['${__dirname}/server/main.js'], env: fromUserConfig },
      },
      compatibility: { platforms: ['darwin', 'win32', 'linux'], runtimes: { node: '>=20.19' } },
      user_config: Object.fromEntries(settings.map(({ key, ...setting }) => [key, userConfig(setting)])),
    },
    'server.json': {
      $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
      name: mcpName,
      title,
      description,
      version,
      websiteUrl: homepage,
      ...(address.hostname === 'github.com' && {
        repository: { url: String(address), source: 'github', subfolder: 'apps/mcp-server' },
      }),
      packages: [
        {
          registryType: 'npm',
          identifier: 'wemasy-orders-mcp',
          version,
          transport: { type: 'stdio' },
          environmentVariables: settings.map(({ variable, meaning, isToken, isSwitch }) => ({
            name: variable,
            description: meaning,
            isRequired: isToken,
            isSecret: isToken,
            format: isSwitch ? 'boolean' : 'string',
          })),
        },
      ],
    },
    'claude-code/.claude-plugin/marketplace.json': {
      name: 'wemasy-orders',
      owner: author,
      metadata: { description },
      plugins: [{ name: 'wemasy-orders', source: './wemasy-orders', description }],
    },
    'claude-code/wemasy-orders/.claude-plugin/plugin.json': {
      name: 'wemasy-orders',
      ...about,
      keywords,
      mcpServers: { 'wemasy-orders': { ...command, env: fromUserConfig } },
      userConfig: Object.fromEntries(settings.map(({ key, ...setting }) => [key, userConfig(setting)])),
    },
    'gemini/gemini-extension.json': {
      name: 'wemasy-orders',
      version,
      description,
      mcpServers: {
        'wemasy-orders': { ...command, env: valuesOf(settings, ({ variable }) => `\${${variable}:-}`) },
      },
      settings: settings.map(({ variable, label, meaning, isToken }) => ({
        name: label,
        description: meaning,
        envVar: variable,
        sensitive: isToken,
      })),
    },
    'buttons.json': buttons(),
  };
}

/**
 * The links behind the install buttons. `cursor` opens the application, `cursorPage` a web page that does, for places
 * that take no links but those of the web.
 */
export function buttons() {
  const inCursor = { ...command, env: { [tokenVariable]: `\${env:${tokenVariable}}` } };
  return {
    cursor: cursorLink('cursor://anysphere.cursor-deeplink/mcp/install', inCursor),
    cursorPage: cursorLink('https://cursor.com/en/install-mcp', inCursor),
    vscode: vsCodeLink({ ...command, env: { [tokenVariable]: '${input:token}' } }),
  };
}

/** @typedef {ReturnType<typeof asked>} Asked */

/** @param {Setting} setting how an installer asks for it */
function asked({ variable, takesValue, meaning }) {
  const name = variable.replace(/^WEMASY_/, '').toLowerCase();
  const isToken = variable === tokenVariable;
  return {
    variable,
    key: name,
    label: `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('_', ' ')}`.replace(/^Api\b/, 'API'),
    meaning: isToken ? tokenMeaning : meaning.replaceAll('`', ''),
    isToken,
    isSwitch: !takesValue,
  };
}

/**
 * A field of a form. Where a person leaves it empty, the server gets the empty text, which is its default.
 *
 * @param {Omit<Asked, 'key'>} setting
 */
function userConfig({ label, meaning, isToken, isSwitch }) {
  return {
    type: isSwitch ? 'boolean' : 'string',
    title: label,
    description: meaning,
    ...(isToken ? { sensitive: true, required: true } : { required: false, default: isSwitch ? false : '' }),
  };
}

/** @param {readonly Asked[]} settings @param {(setting: Asked) => string} value */
function valuesOf(settings, value) {
  return Object.fromEntries(settings.map((setting) => [setting.variable, value(setting)]));
}

/** @param {string} address @param {object} config */
function cursorLink(address, config) {
  const encoded = Buffer.from(JSON.stringify(config)).toString('base64');
  const query = new URLSearchParams({ name: 'wemasy-orders', config: encoded });
  return `${address}?${query}`;
}

/** @param {object} config */
function vsCodeLink(config) {
  const inputs = [{ type: 'promptString', id: 'token', description: tokenMeaning, password: true }];
  const link = `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name: 'wemasy-orders', ...config, inputs }))}`;
  return `https://vscode.dev/redirect?url=${encodeURIComponent(link)}`;
}
