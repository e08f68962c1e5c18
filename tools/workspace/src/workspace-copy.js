// @ts-check
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

export const workspaceRoot = fileURLToPath(new URL('../../..', import.meta.url));
const tsc = join(workspaceRoot, 'node_modules/@typescript/native/bin/tsc');

/** What is made, not written. */
const derived = new Set(['node_modules', 'dist', 'out-tsc', 'test-results', '.nx', '.git']);

/**
 * Copies the workspace's own files into a new folder, so that a test can change them. Packages of others are linked;
 * packages of the workspace are those of the copy.
 */
export async function copyWorkspace() {
  const root = await mkdtemp(join(tmpdir(), 'wemasy-orders-'));
  await cp(workspaceRoot, root, { recursive: true, filter: (path) => !derived.has(basename(path)) });
  await linkPackages(join(workspaceRoot, 'node_modules'), join(root, 'node_modules'));
  for (const folder of ['apps', 'libs', 'tools']) {
    for (const project of await readdir(join(workspaceRoot, folder))) {
      await linkPackages(
        join(workspaceRoot, folder, project, 'node_modules'),
        join(root, folder, project, 'node_modules'),
      );
    }
  }
  return {
    root,
    remove: () => rm(root, { recursive: true, force: true }),
    /** @param {readonly string[]} args of Nx @returns what it printed; rejects when it fails */
    nx: (/** @type {readonly string[]} */ ...args) => runIn(root, [require.resolve('nx'), ...args]),
    /** Rejects with what the compiler says. */
    typecheck: () => runIn(root, [tsc]),
    /** @param {string} folder @param {readonly string[]} args of Node */
    node: (/** @type {string} */ folder, /** @type {string[]} */ ...args) => runIn(join(root, folder), args),
    /** Files that differ from the workspace's, by their path below the root. */
    changes: () => changesBetween(workspaceRoot, root),
  };
}

/** @param {string} cwd @param {readonly string[]} args */
async function runIn(cwd, args) {
  const env = { ...process.env, NX_DAEMON: 'false', NX_ISOLATE_PLUGINS: 'false', NX_WORKSPACE_ROOT_PATH: '' };
  const { stdout, stderr } = await run(process.execPath, args, { cwd, env });
  return stdout + stderr;
}

/** @param {string} from @param {string} to */
async function linkPackages(from, to) {
  for (const entry of await list(from)) {
    const source = join(from, entry.name);
    await mkdir(to, { recursive: true });
    if (entry.isSymbolicLink()) {
      await symlink(relative(from, resolve(from, await readlink(source))), join(to, entry.name), 'dir');
    } else if (entry.name === '@wemasy-orders') {
      await linkPackages(source, join(to, entry.name));
    } else {
      await symlink(source, join(to, entry.name), 'junction');
    }
  }
}

/** @param {string} before @param {string} after */
async function changesBetween(before, after) {
  /** @type {string[]} */
  const changed = [];
  for (const file of await readdir(after, { recursive: true, withFileTypes: true })) {
    const path = relative(after, join(file.parentPath, file.name));
    if (!file.isFile() || path.split(sep).some((part) => derived.has(part))) continue;
    const [old, now] = await Promise.all(
      [before, after].map((root) => readFile(join(root, path), 'utf8').catch(() => undefined)),
    );
    if (old !== now) changed.push(path.split(sep).join('/'));
  }
  return changed.sort();
}

/** @param {string} folder */
async function list(folder) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
