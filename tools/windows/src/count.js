// @ts-check
/** A process that counts in a folder store, and on request ends while it holds the lock. Prints the counts that it saw. */
import { createFolderStore } from '@wemasy-orders/state/folder';

/** @type {{ folder: string, times: number, durable: boolean, dies: boolean }} */
const { folder, times, durable, dies } = JSON.parse(process.argv[2] ?? '');
const store = createFolderStore({ folder });
const seen = [];
for (let time = 0; time < times; time += 1) {
  const n = await store.update(
    'shop/Count',
    (record) => {
      if (dies) process.kill(process.pid, 'SIGKILL');
      const before = typeof record === 'object' && record !== null && 'n' in record ? Number(record.n) : 0;
      return { record: { n: before + 1 }, result: before + 1 };
    },
    { durable },
  );
  seen.push(n);
}
console.log(JSON.stringify(seen));
