// @ts-check
/** A process that counts in a folder store, and on request sends a signal to itself while it holds the lock. */
import { createFolderStore } from '../../dist/folder.js';

/** @type {{ folder: string, times: number, signal?: 'SIGKILL' | 'SIGSTOP' }} */
const { folder, times, signal } = JSON.parse(process.argv[2] ?? '');
const store = createFolderStore({
  folder,
  onWarning: ({ message }) => {
    throw new Error(message);
  },
});
let isSignalled = false;

const seen = [];
for (let time = 0; time < times; time += 1) {
  const n = await store.update('shared/count', (record) => {
    if (signal && !isSignalled) {
      isSignalled = true;
      process.kill(process.pid, signal);
    }
    const before = typeof record === 'object' && record !== null && 'n' in record ? Number(record.n) : 0;
    return { record: { n: before + 1 }, result: before + 1 };
  });
  seen.push(n);
}
process.send?.(seen, () => process.disconnect());
