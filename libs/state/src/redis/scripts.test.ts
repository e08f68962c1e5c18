import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasRedis, type RedisServer, startRedis } from '../testing/redis-server.js';
import { scripts } from './scripts.js';

if (!hasRedis && process.env['CI']) throw new Error('CI needs redis-server: apt-get install redis-server');

/** What changes between the reading of a record and its writing is seen by the script alone. */
describe.skipIf(!hasRedis)(
  'a guarded write of generation g, whose writer knows of 5 writes and its own third',
  () => {
    let server: RedisServer;
    let redis: Redis;

    beforeAll(async () => {
      server = await startRedis();
      redis = new Redis(server.url, { scripts });
    });

    afterAll(async () => {
      redis.disconnect();
      await server.close();
    });

    const write = async (record: string, generation: string | undefined) => {
      await redis.flushall();
      await redis.set('record', record);
      if (generation !== undefined) await redis.set('generation', generation);
      const answer = await redis.swapGuarded('record', 'generation', 'old', 'new', 'g', 5, '0', 'w', 3);
      return { answer, record: await redis.get('record'), generation: await redis.get('generation') };
    };

    it.each([
      ['five writes', '{"id":"g","writes":5,"lastWrites":{"w":3}}', 6],
      ['more writes', '{"id":"g","writes":7,"lastWrites":{"w":3}}', 8],
      ['a later write of its own', '{"id":"g","writes":7,"lastWrites":{"w":6}}', 8],
    ])('is made where there are %s', async (_, generation, writes) => {
      expect(await write('old', generation)).toEqual({
        answer: writes,
        record: 'new',
        generation: `{"id":"g","writes":${writes},"lastWrites":{"w":${writes}}}`,
      });
    });

    it.each([
      ['the record is another one', 'newer', '{"id":"g","writes":5,"lastWrites":{"w":3}}'],
      ['the generation is another one', 'old', '{"id":"h","writes":5,"lastWrites":{"w":3}}'],
      ['writes were lost', 'old', '{"id":"g","writes":4,"lastWrites":{"w":3}}'],
      ['its own write was lost', 'old', '{"id":"g","writes":9,"lastWrites":{"w":2}}'],
      ['no write of its own is left', 'old', '{"id":"g","writes":9}'],
      ['the generation cannot be read', 'old', '{"id":"g"'],
      ['there is no generation', 'old', undefined],
    ])('is not made where %s, and shows what there is', async (_, record, generation) => {
      const after = await write(record, generation);
      expect(after).toMatchObject({ record, generation: generation ?? null });
      expect(after.answer).toEqual([record, generation ?? null, expect.any(Array)]);
    });
  },
);
