import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock, type Clock } from '../src/machine.js';
import { createFolderStore } from '../src/folder.js';
import { count } from '../src/testing/count.js';
import { readRecord } from '../src/testing/read-record.js';
import { seededRandom } from '../src/testing/seeded-random.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'wemasy-state-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Task {
  folder?: string;
  times: number;
  signal?: 'SIGKILL' | 'SIGSTOP';
  durable?: boolean;
  user?: { id: number; group: number };
}

const script = fileURLToPath(new URL('support/folder-user.js', import.meta.url));

function start(task: Task): ChildProcess {
  return fork(script, [JSON.stringify({ folder, ...task })], { execArgv: [] });
}

/** Starts a process that sees the folder at another path as well, by a bind mount of its own. */
function startWithMount(task: Task & { folder: string }): ChildProcess {
  const command = 'mount --bind "$1" "$2" && exec "$3" "$4" "$5"';
  const args = [folder, task.folder, process.execPath, script, JSON.stringify(task)];
  return spawn('unshare', ['--mount', 'sh', '-c', command, 'sh', ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

async function reportOf(child: ChildProcess): Promise<{ seen: unknown; waitedMs: number }> {
  const [{ seen, waitedMs }] = await once(child, 'message');
  return { seen, waitedMs: Number(waitedMs) };
}

/** The counts that a process saw, or why it could not go on. */
async function seenBy(child: ChildProcess): Promise<unknown> {
  return (await reportOf(child)).seen;
}

const isRoot = process.getuid?.() === 0;
if (!isRoot && process.env['CI']) throw new Error('CI needs root, for bind mounts and other users');

test('four processes at once lose no update', async () => {
  const children = Array.from({ length: 4 }, () => start({ times: 150 }));
  const seen = await Promise.all(children.map(seenBy));
  const all: unknown[] = seen.flat();
  expect(new Set(all).size).toBe(600);
  expect(await readRecord(createFolderStore({ folder }), 'shared/count')).toEqual({ n: 600 });
});

test('a process that is killed while it holds the lock delays no other', async () => {
  const child = start({ times: 1, signal: 'SIGKILL' });
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  let waitedMs = 0;
  const clock: Clock = {
    ...systemClock,
    setTimer(fn, ms, options) {
      waitedMs += ms;
      return systemClock.setTimer(fn, ms, options);
    },
  };
  const store = createFolderStore({ folder, clock });
  expect(await store.update('shared/count', count)).toBe(1);
  expect(waitedMs).toBeLessThan(50);
});

test('processes that start at once create one folder', async () => {
  for (let round = 0; round < 10; round += 1) {
    const fresh = join(folder, 'not', 'there', String(round));
    const children = Array.from({ length: 3 }, () => start({ folder: fresh, times: 1 }));
    const seen = await Promise.all(children.map(seenBy));
    expect(seen.flat().sort()).toEqual([1, 2, 3]);
  }
});

test('a process that is suspended while it holds the lock loses it, and makes its update when it wakes', async () => {
  const child = start({ times: 1, signal: 'SIGSTOP' });
  while (readdirSync(folder, { recursive: true }).every((name) => !String(name).endsWith('.held'))) {
    await sleep(5);
  }
  // Two seconds are over in twenty milliseconds.
  const clock: Clock = { ...systemClock, monotonic: () => systemClock.monotonic() * 100 };
  const store = createFolderStore({ folder, clock });
  expect(await store.update('shared/count', count)).toBe(1);
  const answer = seenBy(child);
  child.kill('SIGCONT');
  expect(await answer).toEqual([2]);
  expect(await readRecord(store, 'shared/count')).toEqual({ n: 2 });
});

test('processes that are killed at any moment leave a whole record and nothing else behind', async () => {
  const seed = Number(process.env['KILL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`the same moments again: KILL_SEED=${seed}`);
  const random = seededRandom(seed);
  const store = createFolderStore({ folder, onWarning: ({ message }) => expect.fail(message) });
  for (let round = 0; round < 10; round += 1) {
    const child = start({ times: 1_000_000 });
    const before = await store.update('shared/count', count);
    while ((await store.update('shared/count', count)) < before + 20) await sleep(5);
    await sleep(random() * 5);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const next = createFolderStore({ folder, onWarning: ({ message }) => expect.fail(message) });
  for (let use = 1; use <= 2; use += 1) {
    expect(await next.update('shared/count', count)).toBeGreaterThan(200);
  }
  await Promise.all([store.close(), next.close()]);
  const locks = readdirSync(join(folder, '.locks'), { recursive: true }).map(String);
  expect(locks.filter((name) => name.includes('-'))).toEqual([]);
  expect(readdirSync(join(folder, 'shared'))).toEqual(['count.json']);
});

test.runIf(isRoot)('processes that reach the folder by different paths share its records', async () => {
  const [links, mounts] = [
    mkdtempSync(join(tmpdir(), 'wemasy-links-')),
    mkdtempSync(join(tmpdir(), 'wemasy-mount-')),
  ];
  onTestFinished(() => [links, mounts].forEach((path) => rmSync(path, { recursive: true })));
  symlinkSync(folder, join(links, 'state'));
  symlinkSync(join(links, 'state'), join(links, 'again'));
  const times = 150;
  const children = [
    start({ times }),
    start({ times, folder: join(links, 'state') }),
    start({ times, folder: join(links, 'again') }),
    start({ times, folder: `${folder}/.locks/..//` }),
    startWithMount({ times, folder: mounts }),
  ];
  const seen = (await Promise.all(children.map(seenBy))).flat();
  expect(new Set(seen).size).toBe(children.length * times);
  expect(await readRecord(createFolderStore({ folder }), 'shared/count')).toEqual({
    n: children.length * times,
  });
});

describe.runIf(isRoot)('users of one group', () => {
  const group = 54_000;
  const [anna, ben] = [
    { id: 54_001, group },
    { id: 54_002, group },
  ];

  beforeEach(() => {
    chownSync(folder, anna.id, group);
    chmodSync(folder, 0o2770);
  });

  test('share a folder with chmod g+ws, and no one else can read it', async () => {
    for (const durable of [false, true]) {
      const children = [anna, ben, anna, ben].map((user) => start({ times: 50, user, durable }));
      const seen = (await Promise.all(children.map(seenBy))).flat();
      expect(new Set(seen).size).toBe(200);
    }
    for (const name of readdirSync(folder, { recursive: true }).map(String)) {
      const { mode, gid } = statSync(join(folder, name));
      const isFolder = statSync(join(folder, name)).isDirectory();
      expect([name, (mode & 0o7777).toString(8), gid]).toEqual([name, isFolder ? '2770' : '660', group]);
    }
    const stranger = start({ times: 1, user: { id: 54_003, group: 54_009 } });
    expect(await seenBy(stranger)).toContain('permission denied');
  });

  test('go on at once when a process of another user is killed while it holds the lock', async () => {
    const child = start({ times: 1, user: anna, signal: 'SIGKILL' });
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    const { seen, waitedMs } = await reportOf(start({ times: 1, user: ben }));
    expect(seen).toEqual([1]);
    expect(waitedMs).toBeLessThan(50);
  });

  test('wait for a suspended process of another user: it is alive', async () => {
    const child = start({ times: 1, user: anna, signal: 'SIGSTOP' });
    while (readdirSync(folder, { recursive: true }).every((name) => !String(name).endsWith('.held'))) {
      await sleep(5);
    }
    const startedAt = performance.now();
    expect(await seenBy(start({ times: 1, user: ben }))).toEqual([1]);
    expect(performance.now() - startedAt).toBeGreaterThan(2_000);
    const report = seenBy(child);
    child.kill('SIGCONT');
    expect(await report).toEqual([2]);
  });

  test("do not share a folder that is its owner's alone", async () => {
    const mine = join(folder, 'private');
    mkdirSync(mine, { mode: 0o700 });
    chownSync(mine, anna.id, group);
    chmodSync(mine, 0o700);
    expect(await seenBy(start({ times: 1, user: anna, folder: mine }))).toEqual([1]);
    expect(await seenBy(start({ times: 1, user: ben, folder: mine }))).toContain('permission denied');
    expect(statSync(join(mine, 'shared', 'count.json')).mode & 0o777).toBe(0o600);
  });
});
