// @ts-check
import { chmodSync, cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressOf } from './manifests.js';

/** @typedef {import('./manifests.js').Manifest} Manifest */

/**
 * Writes what a container image is built from: the Containerfile, with labels made of the manifest, and the built server.
 *
 * @param {string} app folder of the MCP server
 * @param {string} folder to be written
 * @param {Manifest} manifest
 */
export function writeContainerContext(app, folder, manifest) {
  cpSync(join(app, 'container/health-check.js'), join(folder, 'server/health-check.js'));
  copyServer(app, join(folder, 'server'), manifest);
  const recipe = readFileSync(join(app, 'container/Containerfile'), 'utf8');
  writeFileSync(join(folder, 'Containerfile'), `${recipe}${labels(manifest)}`);
}

/**
 * The built server without its source maps, as a package that needs no other.
 *
 * @param {string} app
 * @param {string} folder
 * @param {Manifest} manifest
 */
export function copyServer(app, folder, manifest) {
  mkdirSync(folder, { recursive: true });
  cpSync(join(app, 'dist'), folder, { recursive: true, filter: (path) => !path.endsWith('.map') });
  const { type, version } = manifest;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type, version }));
  makeReadable(folder);
}

/** Files keep their modes in an image and in a bundle, where a user other than the builder reads them. */
function makeReadable(/** @type {string} */ folder) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
}

/**
 * Annotations of the OCI image specification, and the label by which the registry of MCP servers knows whose image it is.
 *
 * @param {Manifest} manifest
 */
function labels(manifest) {
  const address = addressOf(manifest);
  const values = {
    'org.opencontainers.image.title': 'Wemasy Orders',
    'org.opencontainers.image.description': manifest['description'],
    'org.opencontainers.image.version': manifest['version'],
    'org.opencontainers.image.licenses': manifest['license'],
    'org.opencontainers.image.source': address?.href,
    'io.modelcontextprotocol.server.name': manifest['mcpName'],
  };
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `LABEL ${name}=${JSON.stringify(value)}\n`)
    .join('');
}
