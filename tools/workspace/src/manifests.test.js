// @ts-check
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { completeManifest, published, readRoot } from './manifests.js';

const workspaceRoot = fileURLToPath(new URL('../../..', import.meta.url));

describe('completeManifest', () => {
  it.each(published)('has nothing to add to %s', async (directory) => {
    const manifest = JSON.parse(await readFile(join(workspaceRoot, directory, 'package.json'), 'utf8'));
    const complete = completeManifest(manifest, await readRoot(workspaceRoot), directory);
    expect(JSON.stringify(manifest, null, 2)).toBe(JSON.stringify(complete, null, 2));
  });

  it('links a package to its folder in the repository', () => {
    const root = {
      name: 'root',
      license: 'MIT',
      repository: { type: 'git', url: 'git+https://github.com/someone/orders.git' },
    };
    expect(completeManifest({ name: 'box', version: '1.0.0', nx: {} }, root, 'libs/box')).toMatchObject({
      name: 'box',
      license: 'MIT',
      homepage: 'https://github.com/someone/orders/tree/HEAD/libs/box#readme',
      bugs: 'https://github.com/someone/orders/issues',
      repository: { type: 'git', url: 'git+https://github.com/someone/orders.git', directory: 'libs/box' },
    });
  });

  it.each([
    ['https://github.com/someone/orders.git', 'io.github.someone/wemasy-orders'],
    ['https://git.example.com/orders', 'com.example.git/wemasy-orders'],
  ])('names the server at %s %s in the registry of MCP servers', (url, mcpName) => {
    const root = { name: 'root', repository: { type: 'git', url } };
    expect(completeManifest({ name: 'server' }, root, 'apps/mcp-server')).toMatchObject({ mcpName });
  });
});
