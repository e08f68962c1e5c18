import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.js';

/** A real Redis for one test file, on loopback. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Ends it as a crash would. */
  stop(): Promise<void>;
  /** Starts it again at the same address, with the records that it kept on disk. */
  restart(): Promise<void>;
  /** Stops it for as long as it is suspended: connections stay open and nothing is answered. */
  suspend(): void;
  resume(): void;
  /** Sends one command, and resolves to its answer as text. */
  command(...words: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

export interface RedisServerOptions {
  /** Whether records outlive a restart; default true. */
  readonly persistent?: boolean;
  /** Further arguments of `redis-server`, e.g. `['--maxmemory-policy', 'allkeys-lru']`. */
  readonly args?: readonly string[];
  /** The port to use; default: a free one. */
  readonly port?: number;
  /** Starts it as a Sentinel with this configuration. */
  readonly sentinelConfig?: string;
}

/** Whether this machine has `redis-server`. Where it is missing, tests are skipped; in CI they fail. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const { persistent = true, args = [], sentinelConfig } = options;
  const folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-redis-'));
  const port = options.port ?? (await freePort());
  const config = join(folder, 'redis.conf');
  await writeFile(config, sentinelConfig ?? '');
  const start = async () => {
    const flags = [
      config,
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
      ...(sentinelConfig === undefined
        ? [
            '--save',
            '',
            '--appendonly',
            persistent ? 'yes' : 'no',
            '--appendfsync',
            'always',
            '--repl-diskless-sync-delay',
            '0',
            ...args,
          ]
        : ['--sentinel']),
    ];
    const child = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'ignore'] });
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.includes('Ready to accept connections') || line.includes('Sentinel ID is')) break;
    }
    child.stdout.resume();
    return child;
  };
  let server = await start();
  const stop = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    stop,
    restart: async () => {
      await stop();
      server = await start();
    },
    suspend: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    command: (...words) => command(port, words),
    close: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** In the protocol of Redis; the answer comes without its type. */
async function command(port: number, words: readonly string[]): Promise<string> {
  const socket = createConnection(port, '127.0.0.1');
  socket.write(
    `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`,
  );
  const [data] = await once(socket, 'data');
  socket.destroy();
  const text = String(data);
  if (text.startsWith('-')) throw new Error(text.slice(1).trimEnd());
  return (text.startsWith('$') ? text.replace(/^\$\d+\r\n/, '') : text.slice(1)).trimEnd();
}
