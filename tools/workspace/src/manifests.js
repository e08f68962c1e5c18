// @ts-check
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders of the packages that are published. */
export const published = [
  'libs/state',
  'libs/rate-limit',
  'libs/client',
  'libs/order-sync',
  'apps/mcp-server',
  'apps/cli',
  'apps/sandbox',
];

export const addressMissing =
  'The public address of the repository is not known, so nothing can be released. Put it into package.json at the root: ' +
  '"repository": { "type": "git", "url": "git+https://github.com/OWNER/NAME.git" }.';

/** @typedef {Record<string, unknown> & { name: string, scripts?: Record<string, string>, repository?: { type: string, url: string, directory?: string } }} Manifest */

/**
 * Brings a package's manifest up to date with what the root's says for all: license, author, engines, and once
 * it is known the repository's address, with all that follows from it.
 *
 * @param {Manifest} manifest
 * @param {Manifest} root
 * @param {string} directory of the package, below the root
 * @returns {Manifest}
 */
export function completeManifest(manifest, root, directory) {
  const { license, author, engines, repository } = root;
  const shared = { license, author, engines };
  const scripts = { ...manifest.scripts, prepack: 'node ../../tools/workspace/src/prepack.js' };
  const complete = { ...manifest, ...shared, scripts };
  const address = addressOf(root);
  if (repository === undefined || address === undefined) return inOrder(complete);
  return inOrder({
    ...complete,
    homepage: `${address}/tree/HEAD/${directory}#readme`,
    bugs: `${address}/issues`,
    repository: { ...repository, directory },
    ...(directory === 'apps/mcp-server' && { mcpName: `${namespaceOf(address)}/wemasy-orders` }),
  });
}

const order = [
  ...[
    'name',
    'version',
    'mcpName',
    'description',
    'keywords',
    'homepage',
    'bugs',
    'repository',
    'license',
    'author',
  ],
  ...['type', 'sideEffects', 'engines', 'exports', 'bin', 'files', 'scripts'],
  ...['dependencies', 'peerDependencies', 'peerDependenciesMeta', 'devDependencies'],
];

/** @param {Manifest} manifest @returns {Manifest} its fields as readers look for them, those of tools last */
function inOrder(manifest) {
  const known = order.filter((field) => field in manifest);
  const fields = [...known, ...Object.keys(manifest).filter((field) => !order.includes(field))];
  const ordered = Object.fromEntries(fields.map((field) => [field, manifest[field]]));
  return { name: manifest.name, ...ordered };
}

/** @param {Manifest} root @returns {URL | undefined} where people see the repository */
export function addressOf({ repository }) {
  return repository && new URL(repository.url.replace(/^git\+/, '').replace(/\.git$/, ''));
}

/**
 * The registry of MCP servers takes names of GitHub accounts, and else of domains that the publisher owns.
 *
 * @param {URL} address
 */
function namespaceOf({ hostname, pathname }) {
  if (hostname === 'github.com') return `io.github.${pathname.split('/')[1]}`;
  return hostname.split('.').reverse().join('.');
}

/** @param {string} workspaceRoot @returns {Promise<Manifest>} */
export const readRoot = (workspaceRoot) => readManifest(join(workspaceRoot, 'package.json'));

/** @param {string} workspaceRoot @returns {Promise<string[]>} the manifests that had to be changed */
export async function completeManifests(workspaceRoot) {
  const root = await readRoot(workspaceRoot);
  /** @type {string[]} */
  const changed = [];
  for (const directory of published) {
    const file = join(workspaceRoot, directory, 'package.json');
    const manifest = await readManifest(file);
    const complete = completeManifest(manifest, root, directory);
    if (JSON.stringify(complete) === JSON.stringify(manifest)) continue;
    await writeFile(file, `${JSON.stringify(complete, null, 2)}\n`);
    changed.push(`${directory}/package.json`);
  }
  return changed;
}

/** @param {string} file @returns {Promise<Manifest>} */
async function readManifest(file) {
  return JSON.parse(await readFile(file, 'utf8'));
}
