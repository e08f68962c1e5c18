// @ts-check
/** A process that makes one update on Redis, and says what came of it. */
import { createRedisStore } from '@wemasy-orders/state/redis';

const store = createRedisStore({ url: process.argv[2] ?? '', timeoutMs: 2_000 });
try {
  await store.update('shop/window', () => ({ record: {}, result: undefined }));
  console.log('updated');
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error));
}
await store.close();
