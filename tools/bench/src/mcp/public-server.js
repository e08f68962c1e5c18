// @ts-check
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Public servers that start over stdio and list their tools without an account or a network, in the versions that are
 * measured. The first two are the protocol's own reference servers; the third wraps a web API, as ours does.
 */
export const publicServers = [
  {
    name: '@modelcontextprotocol/server-filesystem',
    version: '2026.8.31',
    entry: 'dist/index.js',
    args: [tmpdir()],
  },
  {
    name: '@modelcontextprotocol/server-everything',
    version: '2026.8.31',
    entry: 'dist/index.js',
    args: ['stdio'],
  },
  {
    name: '@notionhq/notion-mcp-server',
    version: '2.5.2',
    entry: 'bin/cli.mjs',
    args: [],
  },
];

/**
 * Fetches a server into a folder of its own outside the workspace, unless an earlier run has.
 *
 * @param {(typeof publicServers)[number]} server
 * @returns how it is started, and what was installed for it
 */
export function install({ name, version, entry, args }) {
  const folder = join(tmpdir(), 'wemasy-orders-bench-mcp', `${name.replace(/\W+/g, '-')}-${version}`);
  const marker = join(folder, 'installed');
  if (!existsSync(marker)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ private: true, dependencies: { [name]: version } }),
    );
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    execFileSync(npm, ['install', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: folder,
      stdio: 'inherit',
    });
    writeFileSync(marker, '');
  }
  const modules = join(folder, 'node_modules');
  return {
    args: [join(modules, name, entry), ...args],
    bytes: bytesIn(modules),
    packages: packagesIn(modules),
  };
}

/**
 * @param {string} folder
 * @returns {number} of all files in it, source maps aside
 */
export function bytesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.map'))
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

/** @param {string} modules a node_modules folder */
function packagesIn(modules) {
  return readdirSync(modules, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /(^|node_modules\/)(@[^/]+\/)?[^/]+\/package\.json$/.test(path.replaceAll('\\', '/')),
  ).length;
}
