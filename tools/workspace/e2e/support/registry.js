// @ts-check
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@wemasy-orders/state/testing';

const require = createRequire(import.meta.url);

/**
 * Starts a package registry on loopback. It has the packages that are published to it, and passes on every other
 * question to the registry that this machine uses.
 */
export async function startRegistry() {
  const folder = await mkdtemp(join(tmpdir(), 'registry-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const upstream = npmSetting('registry');
  const certificates = npmSetting('cafile');
  const ours = { access: '$all', publish: '$anonymous' };
  const config = {
    storage: join(folder, 'storage'),
    // By default it takes 30 s of silence for a failure, and after two of them asks nothing more for five minutes.
    uplinks: {
      upstream: { url: upstream, cache: false, timeout: '5m', max_fails: 100, fail_timeout: '1s' },
    },
    packages: {
      '@wemasy-orders/*': ours,
      'wemasy-orders*': ours,
      '**': { access: '$all', proxy: 'upstream' },
    },
    log: { type: 'stdout', format: 'json', level: 'warn' },
  };
  // JSON is YAML.
  await writeFile(join(folder, 'config.yaml'), JSON.stringify(config));
  const args = [require.resolve('verdaccio/bin/verdaccio'), '--config', join(folder, 'config.yaml')];
  const env = { NODE_EXTRA_CA_CERTS: certificates, ...process.env };
  const server = spawn(process.execPath, [...args, '--listen', `127.0.0.1:${port}`], {
    env,
    stdio: 'ignore',
  });
  const exited = once(server, 'exit');
  const userConfig = join(folder, 'npmrc');
  await writeFile(userConfig, `registry=${url}\n//127.0.0.1:${port}/:_authToken=anonymous\n`);
  await answers(url, server);
  return {
    url,
    /** What npm needs to use this registry alone, and a cache of its own. */
    environment: {
      ...withoutNpm(process.env),
      npm_config_userconfig: userConfig,
      npm_config_cache: join(folder, 'cache'),
      npm_config_update_notifier: 'false',
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_fetch_retries: '5',
    },
    /** @param {string} name @returns {Promise<string>} an empty folder */
    emptyFolder: async (/** @type {string} */ name) => {
      const path = join(folder, name);
      await mkdir(path);
      return path;
    },
    stop: async () => {
      server.kill();
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** @param {string} name @returns {string} */
function npmSetting(name) {
  const value = execFileSync('npm', ['config', 'get', name, '--no-workspaces'], { encoding: 'utf8' }).trim();
  return value === 'null' ? '' : value;
}

/** npm and Nx hand settings of the run that they are part of to their children. @param {NodeJS.ProcessEnv} environment */
function withoutNpm(environment) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(npm_|NX_)/i.test(name)));
}

/** @param {string} url @param {import('node:child_process').ChildProcess} server */
async function answers(url, server) {
  while (server.exitCode === null) {
    const answered = await fetch(`${url}-/ping`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the registry ended with code ${server.exitCode}`);
}
