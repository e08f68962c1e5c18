import { execFile } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';
import { type RedisServer, startRedis } from './redis-server.js';

/** A real Redis Cluster for one test, on loopback. */
export interface RedisCluster {
  /** Names one of the servers; the others are found through it. */
  readonly url: string;
  /** Each with a third of the records. */
  readonly servers: readonly RedisServer[];
  close(): Promise<void>;
}

/** Starts three servers and makes a cluster of them. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const servers: RedisServer[] = [];
  for (let node = 0; node < 3; node += 1) {
    // The bus has a port of its own, by default the port and 10000.
    const bus = ['--cluster-port', String(await freePort()), '--cluster-announce-ip', '127.0.0.1'];
    servers.push(await startRedis({ args: ['--cluster-enabled', 'yes', ...bus] }));
  }
  const nodes = servers.map(({ port }) => `127.0.0.1:${port}`);
  await promisify(execFile)('redis-cli', ['--cluster', 'create', ...nodes, '--cluster-yes']);
  for (const server of servers) {
    while (!(await server.command('CLUSTER', 'INFO')).includes('cluster_state:ok')) await setTimeout(50);
  }
  return {
    url: `redis-cluster://${nodes[0]}`,
    servers,
    async close() {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}
