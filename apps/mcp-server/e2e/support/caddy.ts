import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '@wemasy-orders/state/testing';

/** Without Caddy its suites are skipped, in CI they fail. */
export const hasCaddy = spawnSync('caddy', ['version']).status === 0 || Boolean(process.env['CI']);

/** Caddy in front of servers as docs/hosting.md describes it, with TLS by a certificate authority of its own. */
export interface Caddy {
  readonly port: number;
  /** The certificate of its authority. */
  readonly ca: string;
  close(): Promise<void>;
}

/** @param upstreams addresses of the servers behind it, as `host:port` */
export async function startCaddy(port: number, upstreams: readonly string[]): Promise<Caddy> {
  const folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-caddy-'));
  const file = join(folder, 'Caddyfile');
  await writeFile(
    file,
    `{
	admin off
	skip_install_trust
	auto_https disable_redirects
	storage file_system ${folder}
	http_port ${await freePort()}
}
https://localhost:${port} {
	tls internal
	${await documented(upstreams)}
}
`,
  );
  const child: ChildProcess = spawn('caddy', ['run', '--config', file, '--adapter', 'caddyfile'], {
    env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  if (child.stderr === null) throw new TypeError('stderr is piped');
  let log = '';
  const lines = createInterface({ input: child.stderr });
  const serving = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      log += `${line}\n`;
      if (line.includes('serving initial configuration')) resolve();
    });
  });
  const ended = exited.then(() => {
    throw new Error(`Caddy ended: ${log}`);
  });
  await Promise.race([serving, ended]);
  ended.catch(() => undefined);
  return {
    port,
    ca: await readFile(join(folder, 'pki/authorities/local/root.crt'), 'utf8'),
    async close() {
      child.kill();
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}

/** What the hosting page writes for a proxy. */
async function documented(upstreams: readonly string[]): Promise<string> {
  const page = await readFile(new URL('../../../../docs/hosting.md', import.meta.url), 'utf8');
  const proxy = /\treverse_proxy orders:4020 orders-2:4020 (\{.*?\n\t\})/s.exec(page)?.[1];
  if (proxy === undefined) throw new Error('docs/hosting.md has another example of Caddy');
  return `reverse_proxy ${upstreams.join(' ')} ${proxy}`;
}
