export { freePort } from './free-port.js';
export { type RedisCluster, startRedisCluster } from './redis-cluster.js';
export { hasRedis, type RedisServer, startRedis } from './redis-server.js';
export { seededRandom } from './seeded-random.js';
export { createVirtualClock, type VirtualClock } from './virtual-clock.js';
