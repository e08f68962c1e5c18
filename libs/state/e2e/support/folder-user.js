// @ts-check
/**
 * A process that counts in a folder store: on request as another user, and with a signal to itself while it holds the
 * lock. It reports the counts that it saw, or why it could not go on, and how long it waited for timers, in ms.
 */
import { createFolderStore } from '@wemasy-orders/state/folder';
import { systemClock } from '@wemasy-orders/state';

/**
 * @type {{
 *   folder: string,
 *   times: number,
 *   signal?: 'SIGKILL' | 'SIGSTOP',
 *   durable?: boolean,
 *   user?: { id: number, group: number },
 * }}
 */
const { folder, times, signal, durable = false, user } = JSON.parse(process.argv[2] ?? '');
if (user) {
  process.setgroups?.([user.group]);
  process.setgid?.(user.group);
  process.setuid?.(user.id);
}
let waitedMs = 0;
const store = createFolderStore({
  folder,
  clock: {
    ...systemClock,
    setTimer(fn, ms, options) {
      waitedMs += ms;
      return systemClock.setTimer(fn, ms, options);
    },
  },
  onWarning: ({ message }) => {
    throw new Error(message);
  },
});
let isSignalled = false;

async function countAll() {
  const seen = [];
  for (let time = 0; time < times; time += 1) {
    const n = await store.update(
      'shared/count',
      (record) => {
        if (signal && !isSignalled) {
          isSignalled = true;
          process.kill(process.pid, signal);
        }
        const before = typeof record === 'object' && record !== null && 'n' in record ? Number(record.n) : 0;
        return { record: { n: before + 1 }, result: before + 1 };
      },
      { durable },
    );
    seen.push(n);
  }
  return seen;
}

const seen = await countAll().catch(String);
process.send?.({ seen, waitedMs }, () => process.disconnect());
