// @ts-check
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { published } from '../src/manifests.js';
import { copyWorkspace, workspaceRoot } from '../src/workspace-copy.js';
import { startRegistry } from './support/registry.js';

const run = promisify(execFile);
const minutes = 60_000;
const bin = (/** @type {string} */ name) => join(workspaceRoot, 'node_modules/.bin', name);

/** A release of a copy of this workspace to a registry on loopback, from the first version to a mixture of two. */
describe('a release', () => {
  /** @type {Awaited<ReturnType<typeof startRegistry>>} */
  let registry;
  /** @type {Awaited<ReturnType<typeof copyWorkspace>>} */
  let copy;

  beforeAll(async () => {
    [registry, copy] = await Promise.all([startRegistry(), copyWorkspace()]);
    await git('init', '--quiet', '--initial-branch', 'main');
    await git('config', 'user.name', 'Maintainer');
    await git('config', 'user.email', 'maintainer@example.com');
    await commit('Begin');
  }, 5 * minutes);

  afterAll(async () => {
    await registry.stop();
    await copy.remove();
  });

  it('refuses to start without the public address of the repository, and says where to put it', async () => {
    await expect(release('0.1.0', '--first-release')).rejects.toMatchObject({
      stderr: expect.stringContaining('Put it into package.json at the root: "repository"'),
    });
    const publishing = inFolder(join(copy.root, 'libs/state'), 'npm', 'publish', '--dry-run');
    await expect(publishing).rejects.toMatchObject({
      stderr: expect.stringContaining('Put it into package.json'),
    });
    expect((await git('tag')).stdout).toBe('');
  });

  it('publishes every package', { timeout: 10 * minutes }, async () => {
    const file = join(copy.root, 'package.json');
    const root = JSON.parse(await readFile(file, 'utf8'));
    root.repository = { type: 'git', url: 'git+https://github.com/example/wemasy-orders.git' };
    await writeFile(file, `${JSON.stringify(root, null, 2)}\n`);
    await commit('Say where the repository is');
    await release('0.1.0', '--first-release');
    expect(await versions()).toEqual(published.map(() => ['0.1.0']));
    expect((await git('tag')).stdout.trim()).toBe('v0.1.0');
    expect((await git('status', '--porcelain')).stdout).toBe('');
  });

  it('builds a package that is packed by hand', async () => {
    const directory = join(copy.root, 'libs/state');
    await rm(join(directory, 'dist'), { recursive: true });
    const { stdout } = await inFolder(directory, 'npm', 'pack', '--dry-run', '--json');
    const [{ files }] = JSON.parse(stdout);
    expect(files).toContainEqual(expect.objectContaining({ path: 'dist/index.js' }));
  });

  it('says in each package where it comes from, and under which licences', async () => {
    for (const directory of published) {
      const { name } = await manifestOf(directory);
      const { stdout } = await npm('view', name, '--json');
      expect(JSON.parse(stdout)).toMatchObject({
        license: 'MIT',
        homepage: `https://github.com/example/wemasy-orders/tree/HEAD/${directory}#readme`,
        repository: { directory },
        ...(name === 'wemasy-orders-mcp' && { mcpName: 'io.github.example/wemasy-orders' }),
      });
    }
  });

  it('passes the checks of publint and attw', { timeout: 5 * minutes }, async () => {
    const cwd = await registry.emptyFolder('tarballs');
    for (const directory of published) {
      const { name, exports } = await manifestOf(directory);
      const [{ filename, files, size }] = JSON.parse(
        (await inFolder(cwd, 'npm', 'pack', name, '--json')).stdout,
      );
      const paths = files.map((/** @type {{ path: string }} */ { path }) => path);
      expect(paths).toContain('LICENSE');
      if (directory.startsWith('apps/')) {
        expect(paths).toContain('dist/licenses.txt');
        expect(paths.filter((/** @type {string} */ path) => path.endsWith('.map'))).toEqual([]);
      }
      if (name === 'wemasy-orders-mcp') expect(size).toBeLessThanOrEqual(1_000_000);
      const { buffer } = new Uint8Array(await readFile(join(cwd, filename)));
      const { messages } = await publint({ pack: { tarball: buffer }, strict: true });
      // A script that a page loads has no module format.
      const faults = messages.filter(({ args }) => !JSON.stringify(args).includes('/assets/scalar.js'));
      expect(faults, name).toEqual([]);
      if (exports === undefined) continue;
      await inFolder(cwd, process.execPath, bin('attw'), filename, '--profile', 'esm-only');
    }
  });

  it('lets an assistant start the server from an empty folder', { timeout: 5 * minutes }, async () => {
    const cwd = await registry.emptyFolder('assistant');
    const env = registry.environment;
    const transport = new StdioClientTransport({
      command: 'npx',
      args: ['-y', 'wemasy-orders-mcp', '--sandbox'],
      env,
      cwd,
      stderr: 'ignore',
    });
    const client = new Client({ name: 'rehearsal', version: '1.0.0' });
    await client.connect(transport, { timeout: 3 * minutes });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['list_orders', 'sync_order']));
    const result = await client.callTool({ name: 'list_orders', arguments: { per_page: 2 } });
    expect(result.structuredContent).toMatchObject({ page: 1, per_page: 2 });
    await client.close();
  });

  it('lets a person list orders from an empty folder', { timeout: 5 * minutes }, async () => {
    const cwd = await registry.emptyFolder('person');
    const { stdout } = await inFolder(
      cwd,
      'npx',
      '-y',
      'wemasy-orders',
      'list',
      '--sandbox',
      '--format',
      'csv',
    );
    expect(stdout.trim().split('\n').length).toBeGreaterThan(2);
    expect(stdout).toMatch(/^id,order_number,/);
  });

  it('gives an app a client that compiles and runs', { timeout: 5 * minutes }, async () => {
    const cwd = await registry.emptyFolder('app');
    await writeFile(join(cwd, 'package.json'), '{ "type": "module", "private": true }');
    await inFolder(
      cwd,
      'npm',
      'install',
      '@wemasy-orders/client',
      '@wemasy-orders/order-sync',
      '@types/node@20',
    );
    const code = [
      `import { createOrdersClient, isOrdersError } from '@wemasy-orders/client';`,
      `const client = createOrdersClient({ token: 'none', baseUrl: 'http://127.0.0.1:9/api' });`,
      `const total: Promise<number> = client.list({ status: 'paid' }).then(({ data }) => data.length);`,
      `total.catch((error: unknown) => console.log(isOrdersError(error) ? error.code : 'unknown'));`,
    ];
    await writeFile(join(cwd, 'app.ts'), code.join('\n'));
    const tsc = join(workspaceRoot, 'node_modules/@typescript/native/bin/tsc');
    // A tsconfig.json in a folder above would end the compiler otherwise.
    const flags = [
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--strict',
      '--types',
      'node',
      '--ignoreConfig',
    ];
    await inFolder(cwd, process.execPath, tsc, ...flags, 'app.ts');
    expect((await inFolder(cwd, process.execPath, 'app.js')).stdout.trim()).toBe('network_error');
  });

  it(
    'takes the next version from the commits, and says in the changelog what is new',
    { timeout: 10 * minutes },
    async () => {
      await writeFile(join(copy.root, 'libs/client/NOTES.md'), 'One more sentence.\n');
      await commit('fix: Say one thing more');
      await writeFile(join(copy.root, 'libs/client/NOTES.md'), 'Two more sentences.\n');
      await commit('Say it better, which no user notices');
      await release();
      expect(await versions()).toEqual(published.map(() => ['0.1.0', '0.1.1']));
      const changelog = await readFile(join(copy.root, 'CHANGELOG.md'), 'utf8');
      expect(changelog).toMatch(/## 0\.1\.1 .*Say one thing more.*## 0\.1\.0/s);
      expect(changelog).not.toContain('no user notices');
    },
  );

  it('lets two versions work together with one client', { timeout: 5 * minutes }, async () => {
    const cwd = await registry.emptyFolder('mixture');
    await writeFile(join(cwd, 'package.json'), '{ "type": "module", "private": true }');
    const older = ['@wemasy-orders/order-sync@0.1.0', '@wemasy-orders/state@0.1.0'];
    await inFolder(
      cwd,
      'npm',
      'install',
      ...older,
      '@wemasy-orders/client@0.1.1',
      '@wemasy-orders/sandbox@0.1.1',
    );
    const installed = await readdir(join(cwd, 'node_modules'), { recursive: true });
    expect(installed.filter((path) => /@wemasy-orders.client$/.test(path))).toHaveLength(1);
    const program = 'node_modules/.bin/wemasy-orders-sandbox';
    expect((await inFolder(cwd, process.execPath, program, '--version')).stdout).toBe('0.1.1\n');

    const code = [
      `import { createOrdersClient } from '@wemasy-orders/client';`,
      `import { createOrderSync, journalAt } from '@wemasy-orders/order-sync';`,
      `import { createMemoryStore } from '@wemasy-orders/state';`,
      `const store = createMemoryStore();`,
      `const client = createOrdersClient({ token: 'sandbox-full-access', baseUrl: process.argv[2] });`,
      `const caller = { app: 'mixture', version: '1.0.0' };`,
      `const orderSync = createOrderSync({ client, store, journal: journalAt(store, 'shop'), caller });`,
      `await orderSync.sync(999_999_999).catch(({ code }) => console.log(code));`,
      `process.exit();`,
    ];
    await writeFile(join(cwd, 'mixture.js'), code.join('\n'));
    const sandbox = spawn(process.execPath, [program, '--port', '0'], { cwd });
    try {
      const [line] = await once(createInterface({ input: sandbox.stdout }), 'line');
      const url = /http\S+/.exec(String(line))?.[0] ?? '';
      const { stdout } = await inFolder(cwd, process.execPath, 'mixture.js', url);
      expect(stdout.trim()).toBe('validation_failed');
    } finally {
      sandbox.kill();
    }
  });

  /** What docs/releasing.md says. @param {...string} args of `nx release` */
  async function release(...args) {
    const firstRelease = args.filter((arg) => arg === '--first-release');
    await nx('release', ...args, '--dry-run');
    expect((await git('status', '--porcelain')).stdout).toBe('');
    await nx('release', ...args, '--skip-publish');
    await nx('release', 'publish', ...firstRelease);
  }

  /** @param {...string} args */
  async function nx(...args) {
    return inFolder(copy.root, 'npx', 'nx', ...args).catch((error) => {
      // Nx tells on stdout why a task failed.
      throw Object.assign(error, { message: `${error.message}\n${String(error.stdout).slice(-4_000)}` });
    });
  }

  /** @returns {Promise<string[][]>} the versions of each package in the registry */
  async function versions() {
    return Promise.all(
      published.map(async (directory) => {
        const { name } = await manifestOf(directory);
        return [JSON.parse((await npm('view', name, 'versions', '--json')).stdout)].flat();
      }),
    );
  }

  /** @param {string} directory */
  async function manifestOf(directory) {
    return JSON.parse(await readFile(join(copy.root, directory, 'package.json'), 'utf8'));
  }

  /** @param {...string} args */
  const npm = (...args) => inFolder(copy.root, 'npm', ...args);

  /** @param {...string} args */
  const git = (...args) => inFolder(copy.root, 'git', ...args);

  /** @param {string} message */
  async function commit(message) {
    await git('add', '--all');
    await git('commit', '--quiet', '--message', message);
  }

  /** @param {string} cwd @param {string} command @param {...string} args */
  async function inFolder(cwd, command, ...args) {
    const env = { ...registry.environment, NX_DAEMON: 'false', NX_ISOLATE_PLUGINS: 'false', CI: 'true' };
    return run(command, args, { cwd, env, maxBuffer: 2 ** 26 });
  }
});
