// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { freePort } from '@wemasy-orders/state/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeContainerContext } from '../src/container.js';
import { workspaceRoot } from '../src/workspace-copy.js';
import { canBuildImages, makeBase, startPodman, tokenFile } from './support/podman.js';

const minutes = 60_000;
const image = 'localhost/wemasy-orders-mcp';
const app = join(workspaceRoot, 'apps/mcp-server');

describe.skipIf(!canBuildImages)('the container image (needs podman, runc and mmdebstrap)', () => {
  /** @type {Awaited<ReturnType<typeof startPodman>>} */
  let engine;
  let context = '';

  beforeAll(async () => {
    engine = await startPodman();
    context = join(engine.folder, 'context');
    const manifest = JSON.parse(await readFile(join(app, 'package.json'), 'utf8'));
    writeContainerContext(app, context, manifest);
    const base = await makeBase(engine);
    const options = ['--isolation', 'chroot', '--format', 'docker', '--build-arg', `BASE=${base}`];
    await engine.podman('build', ...options, '--tag', image, context);
  }, 10 * minutes);
  afterAll(() => engine.remove());

  it('adds little to its base: the built server, without source maps', async () => {
    const sizes = await Promise.all(
      ['localhost/base', image].map(async (name) =>
        Number(await engine.podman('image', 'inspect', '--format', '{{.Size}}', name)),
      ),
    );
    expect((sizes[1] ?? Infinity) - (sizes[0] ?? 0)).toBeLessThan(4_000_000);
    expect((await readdir(join(context, 'server'))).filter((name) => name.endsWith('.map'))).toEqual([]);
  });

  it('names a user that is not root, a volume for the state, a health check and what it is', async () => {
    const [{ Config, Healthcheck }] = JSON.parse(await engine.podman('image', 'inspect', image));
    expect(Config).toMatchObject({
      User: '1000:1000',
      Volumes: { '/home/node/.wemasy-orders': {} },
      Entrypoint: ['node', '/app/main.js'],
      Labels: { 'org.opencontainers.image.version': '0.1.0', 'org.opencontainers.image.licenses': 'MIT' },
    });
    expect(Healthcheck).toMatchObject({ Test: ['CMD', 'node', '/app/health-check.js'] });
  });

  it('works over stdio with a read-only file system, without capabilities and without a network', async () => {
    const client = await connect(['--network=none', image, '--sandbox']);
    expect(await textOf(client, 'list_orders', { per_page: 1 })).toContain('500 matching orders');
    expect(await textOf(client, 'sync_order', { order_id: 2502 })).toContain('order 2502: synced');
    await client.close();
  });

  it('keeps the journal in the volume: the next container does not send the order again', async () => {
    const sandbox = await startSandbox();
    const token = await tokenFile(engine.folder, 'sandbox-full-access');
    const options = [
      ...['--network=host', '--volume=journal:/home/node/.wemasy-orders'],
      ...[`--volume=${token}:/run/secrets/token:ro`, '--env=WEMASY_API_TOKEN_FILE=/run/secrets/token'],
      ...[`--env=WEMASY_API_URL=${sandbox.apiUrl}`, image],
    ];
    const first = await connect(options);
    expect(await textOf(first, 'sync_order', { order_id: 2502 })).toContain('order 2502: synced');
    await first.close();
    const second = await connect(options);
    expect(await textOf(second, 'sync_order', { order_id: 2502 })).toContain('already_synced');
    await second.close();
    sandbox.stop();
  });

  it('serves HTTP, is healthy then, and ends well when it is stopped', async () => {
    const { child, line } = await start(
      'http',
      ['--network=host', image, '--sandbox', '--http', String(await freePort())],
      'http://',
    );
    const url = new URL(/http:\S+\/mcp/.exec(line)?.[0] ?? '');
    const client = new Client({ name: 'container', version: '1' });
    // Not called directly: under exactOptionalPropertyTypes the SDK's own transport does not fit its own interface.
    await Reflect.apply(client.connect, client, [new StreamableHTTPClientTransport(url)]);
    expect(await textOf(client, 'list_orders', { per_page: 1 })).toContain('500 matching orders');
    await client.close();
    await engine.podman('exec', 'http', 'node', '/app/health-check.js');
    const ended = once(child, 'exit');
    await engine.podman('stop', '--time', '20', 'http');
    expect(await ended).toEqual([0, null]);
  });

  it('is not healthy where HTTP is not answered', async () => {
    const idle = [
      '-e',
      'console.log("idle"), setInterval(() => {}, 1e6)',
      '--',
      '--http',
      String(await freePort()),
    ];
    const { child } = await start('idle', ['--network=host', '--entrypoint=node', image, ...idle], 'idle');
    await expect(engine.podman('exec', 'idle', 'node', '/app/health-check.js')).rejects.toThrow();
    const ended = once(child, 'exit');
    await engine.podman('kill', 'idle');
    await ended;
  });

  /** @param {readonly string[]} args */
  async function connect(args) {
    const client = new Client({ name: 'container', version: '1' });
    await client.connect(new StdioClientTransport({ ...engine.command(...args), stderr: 'ignore' }));
    return client;
  }

  /** @param {Client} client @param {string} name @param {Record<string, unknown>} args */
  async function textOf(client, name, args) {
    return JSON.stringify((await client.callTool({ name, arguments: args })).content);
  }

  /** @param {string} name @param {readonly string[]} args @param {string} sign of being ready */
  async function start(name, args, sign) {
    const { command, args: all } = engine.command(`--name=${name}`, ...args);
    const child = spawn(command, all, { stdio: ['pipe', 'pipe', 'ignore'] });
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.includes(sign)) return { child, line };
    }
    throw new Error(`${name} ended before it was ready`);
  }
});

async function startSandbox() {
  const file = join(workspaceRoot, 'apps/sandbox/dist/main.js');
  const child = spawn(process.execPath, [file, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const apiUrl = /listening on (http\S+)/.exec(line)?.[1];
    if (apiUrl !== undefined) return { apiUrl, stop: () => child.kill() };
  }
  throw new Error('the sandbox ended before it listened');
}
