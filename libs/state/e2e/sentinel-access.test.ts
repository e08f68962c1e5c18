import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, test } from 'vitest';
import { createRedisStore } from '../src/redis.js';
import { freePort } from '../src/testing/free-port.js';
import { hasRedis, type RedisServerOptions, startRedis } from '../src/testing/redis-server.js';

if (!hasRedis && process.env['CI']) throw new Error('CI needs redis-server: apt-get install redis-server');

const user = fileURLToPath(new URL('support/redis-user.js', import.meta.url));

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(options: RedisServerOptions) {
  const server = await startRedis(options);
  closers.push(() => server.close());
  return server;
}

/** What an update comes to. */
async function update(url: string): Promise<string> {
  const store = createRedisStore({ url, timeoutMs: 2_000 });
  closers.push(() => store.close());
  return await store
    .update('shop/window', () => ({ record: {}, result: 'updated' }))
    .catch((error: Error) => error.message);
}

/** Lines of a configuration that make a Sentinel watch a server with the password `data`. */
const watching = (port: number) => [
  `sentinel monitor shop 127.0.0.1 ${port} 1`,
  'sentinel auth-pass shop data',
];

describe.skipIf(!hasRedis)('Sentinels', () => {
  test('with a password of their own need it in the URL, besides that of the servers', async () => {
    const master = await start({ args: ['--requirepass', 'data'] });
    const { port } = await start({
      sentinelConfig: [...watching(master.port), 'requirepass watch'].join('\n'),
    });
    const sentinels = (query: string) => `redis-sentinel://:data@127.0.0.1:${port}/0${query}#shop`;
    expect(await update(sentinels('?sentinel_password=watch'))).toBe('updated');
    expect(await update(sentinels('?sentinel_password=wrong'))).not.toBe('updated');
    expect(await update(sentinels(''))).not.toBe('updated');
    expect(await update(sentinels('?sentinel_password=watch').replace('data', 'wrong'))).not.toBe('updated');
  });

  test('and their servers are reached over TLS, with a certificate that the process trusts', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-tls-'));
    closers.push(() => rm(folder, { recursive: true }));
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'Redis' }], {
      keyType: 'ec',
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    await writeFile(keyFile, key);
    await writeFile(certFile, cert);
    const tls = (port: number) => [
      ['tls-port', String(port)],
      ['tls-key-file', keyFile],
      ['tls-cert-file', certFile],
      ['tls-ca-cert-file', certFile],
      ['tls-auth-clients', 'no'],
      ['tls-replication', 'yes'],
    ];
    const [masterPort, sentinelPort] = [await freePort(), await freePort()];
    await start({
      args: [
        '--requirepass',
        'data',
        ...tls(masterPort).flatMap(([name, value]) => [`--${name}`, `${value}`]),
      ],
    });
    await start({
      sentinelConfig: [...tls(sentinelPort).map((line) => line.join(' ')), ...watching(masterPort)].join(
        '\n',
      ),
    });
    const url = `rediss-sentinel://:data@127.0.0.1:${sentinelPort}/0#shop`;
    const run = async (environment: Readonly<Record<string, string>>) => {
      const { stdout } = await promisify(execFile)(process.execPath, [user, url], { env: environment });
      return stdout.trim();
    };
    expect(await run({ NODE_EXTRA_CA_CERTS: certFile })).toBe('updated');
    expect(await run({})).not.toBe('updated');
  });
});
