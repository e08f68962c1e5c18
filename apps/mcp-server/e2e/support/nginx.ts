import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { generate } from 'selfsigned';

/** Debian puts it where only root's PATH leads. */
const nginx = '/usr/sbin/nginx';
/** Without nginx its suites are skipped, in CI they fail. */
export const hasNginx = spawnSync(nginx, ['-v']).status === 0 || Boolean(process.env['CI']);

/** nginx in front of servers, with the configuration that docs/hosting.md gives. */
export interface Nginx {
  /** As the global `fetch`, but it trusts the certificate. */
  readonly fetch: typeof globalThis.fetch;
  close(): Promise<void>;
}

/** @param upstreams addresses of the two servers behind it, as `host:port` */
export async function startNginx(port: number, upstreams: readonly [string, string]): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-nginx-'));
  const certificate = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  await Promise.all([
    mkdir(join(folder, 'temporary')),
    writeFile(join(folder, 'orders.pem'), certificate.cert),
    writeFile(join(folder, 'orders.key'), certificate.private),
  ]);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path temporary/${name};`)
    .join(' ');
  const file = join(folder, 'nginx.conf');
  await writeFile(
    file,
    `worker_processes 1; pid nginx.pid; daemon off; error_log stderr;
events {}
http { access_log off; ${temporary}
${await documented(port, upstreams)} }
`,
  );
  const child = spawn(nginx, ['-p', folder, '-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (text) => (log += String(text)));
  const exited = once(child, 'exit');
  const ended = exited.then(() => {
    throw new Error(`nginx ended: ${log}`);
  });
  await Promise.race([listens(port), ended]);
  ended.catch(() => undefined);
  return {
    fetch: fetchTrusting(certificate.cert),
    async close() {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}

/** The configuration as users copy it, with other addresses and files. */
async function documented(port: number, upstreams: readonly [string, string]): Promise<string> {
  const page = await readFile(new URL('../../../../docs/hosting.md', import.meta.url), 'utf8');
  const [, text = ''] = /```nginx\n(.*?)```/s.exec(page) ?? [];
  const changes = [
    ['127.0.0.1:4020', upstreams[0]],
    ['127.0.0.1:4021', upstreams[1]],
    ['listen 443 ssl', `listen 127.0.0.1:${port} ssl`],
    ['orders.example.com', 'localhost'],
    ['/etc/ssl/orders.pem', 'orders.pem'],
    ['/etc/ssl/orders.key', 'orders.key'],
  ] as const;
  return changes.reduce((config, [written, here]) => {
    if (!config.includes(written)) throw new Error(`docs/hosting.md has no ${written} for nginx`);
    return config.replace(written, here);
  }, text);
}

async function listens(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await new Promise(setImmediate);
    } finally {
      socket.destroy();
    }
  }
}

function fetchTrusting(ca: string): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const outgoing = httpsRequest(String(input), {
      ca,
      method: init.method ?? 'GET',
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(init.signal && { signal: init.signal }),
    });
    outgoing.end(init.body);
    const [response] = await once(outgoing, 'response');
    // The client of a test may leave when it has what it wants.
    outgoing.on('error', () => undefined);
    const body = [202, 204].includes(response.statusCode) ? null : Readable.toWeb(response);
    return new Response(body, { status: response.statusCode, headers: response.headers });
  };
}
