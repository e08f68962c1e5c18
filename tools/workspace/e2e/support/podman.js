// @ts-check
import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const programs = ['podman', 'runc', 'mmdebstrap'];

/** Without these programs tests are skipped, but in CI they fail. */
export const canBuildImages =
  process.env['CI'] !== undefined ||
  programs.every((program) => spawnSync(program, ['--version']).error === undefined);

/** How a container runs here: with nothing that the image does not need. */
const confined = [
  ...['--rm', '--interactive', '--read-only', '--cap-drop=all', '--security-opt=no-new-privileges'],
  // podman has systemd run health checks, which a machine of CI need not have; and it raises these limits as root.
  ...['--no-healthcheck', '--ulimit=nofile=1024:1024', '--ulimit=nproc=1024:1024'],
];

/**
 * Podman with images and containers of its own.
 *
 * @returns {Promise<{
 *   podman: (...args: readonly string[]) => Promise<string>,
 *   command: (...args: readonly string[]) => { command: string, args: string[] },
 *   folder: string,
 *   remove: () => Promise<void>,
 * }>} `command` is how to start a container that is confined
 */
export async function startPodman() {
  const folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-podman-'));
  // Podman takes no more than 50 characters, and the temporary folder may be far down.
  const runFolder = await mkdtemp('/tmp/podman-');
  const settings = [
    ...['--root', join(folder, 'store'), '--runroot', runFolder],
    ...['--cgroup-manager', 'cgroupfs', '--runtime', 'runc', '--events-backend', 'file'],
  ];
  const podman = async (/** @type {readonly string[]} */ ...args) => {
    const { stdout } = await run('podman', [...settings, ...args], { maxBuffer: 2 ** 26 });
    return stdout.trim();
  };
  return {
    podman,
    command: (...args) => ({ command: 'podman', args: [...settings, 'run', ...confined, ...args] }),
    folder,
    async remove() {
      await podman('rm', '--all', '--force');
      for (const path of [folder, runFolder]) await rm(path, { recursive: true, force: true });
    },
  };
}

/**
 * A substitute for the published base image, which not every machine can fetch: Debian, this process's Node, and the
 * user `node`.
 *
 * @param {Awaited<ReturnType<typeof startPodman>>} engine
 * @returns {Promise<string>} its name
 */
export async function makeBase({ podman, folder }) {
  const archive = join(folder, 'base.tar');
  const node = join(folder, 'node-bin');
  await mkdir(node);
  await run('cp', [process.execPath, join(node, 'node')]);
  await run('mmdebstrap', [
    ...['--quiet', '--variant=essential', '--include=libstdc++6,passwd'],
    `--customize-hook=copy-in ${join(node, 'node')} /usr/local/bin`,
    '--customize-hook=chmod 755 "$1/usr/local/bin/node"',
    '--customize-hook=chroot "$1" useradd --create-home --uid 1000 node',
    ...['bookworm', archive],
  ]);
  await podman('import', '--quiet', archive, 'localhost/base');
  await rm(archive);
  return 'localhost/base';
}

/** @param {string} folder @param {string} token @returns {Promise<string>} a file that the container's user can read */
export async function tokenFile(folder, token) {
  const file = join(folder, 'token');
  await writeFile(file, token);
  await chmod(file, 0o444);
  return file;
}
