// @ts-check
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { zipSync } from 'fflate';
import { copyServer, writeContainerContext } from './container.js';
import { installers } from './installers.js';
import { addressMissing, addressOf, completeManifest, readRoot } from './manifests.js';

// Writes what clients and registries install the server by to dist/installers. The server has been built.
const workspaceRoot = fileURLToPath(new URL('../../..', import.meta.url));
const app = join(workspaceRoot, 'apps/mcp-server');
const out = join(workspaceRoot, 'dist/installers');
const root = await readRoot(workspaceRoot);
if (addressOf(root) === undefined) {
  console.error(addressMissing);
  process.exit(1);
}
const manifest = completeManifest(
  JSON.parse(readFileSync(join(app, 'package.json'), 'utf8')),
  root,
  'apps/mcp-server',
);
rmSync(out, { recursive: true, force: true });
for (const [path, content] of Object.entries(installers({ manifest, ...(await described()) }))) {
  mkdirSync(dirname(join(out, path)), { recursive: true });
  writeFileSync(join(out, path), `${JSON.stringify(content, null, 2)}\n`);
}
cpSync(join(app, 'icon.png'), join(out, 'claude-code/wemasy-orders/.claude-plugin/icon.png'));
writeContainerContext(app, join(out, 'container'), manifest);
writeBundle();

/** Settings and tools as the sources of the server describe them. */
async function described() {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        export { describeSettings } from '@wemasy-orders/runtime';
        export { operations } from '@wemasy-orders/client/operations';`,
      resolveDir: workspaceRoot,
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    conditions: ['@wemasy-orders/source'],
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
  const { describeSettings, operations } = await import(`data:text/javascript;base64,${code}`);
  /** @type {{ tool?: { name: string, description: string } }[]} */
  const all = Object.values(operations);
  return {
    settings: describeSettings(),
    tools: all.flatMap(({ tool }) => (tool ? [{ name: tool.name, description: tool.description }] : [])),
  };
}

/** The bundle for Claude Desktop. The same sources give the same bytes, so it has neither times nor an order of its own. */
function writeBundle() {
  const folder = join(out, 'mcpb');
  cpSync(join(app, 'icon.png'), join(folder, 'icon.png'));
  cpSync(join(workspaceRoot, 'LICENSE'), join(folder, 'LICENSE'));
  copyServer(app, join(folder, 'server'), manifest);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  const archive = Object.fromEntries(
    files.map((path) => [path.replaceAll('\\', '/'), readFileSync(join(folder, path))]),
  );
  // A zip archive knows no earlier day.
  const mtime = new Date(1980, 0, 1);
  writeFileSync(join(out, 'wemasy-orders-mcp.mcpb'), zipSync(archive, { level: 9, mtime }));
}
