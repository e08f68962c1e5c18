import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Clock } from '../machine.js';
import { StoreClosedError } from '../errors.js';
import { createAccess } from './files.js';
import { createLockManager } from './lock.js';
import { type FileSystem, type FolderSystem, nodeSystem } from './system.js';

let folder: string;
let place: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'wemasy-lock-'));
  place = join(folder, '3');
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true, force: true });
});

interface Changes extends Partial<Omit<FolderSystem, 'fs'>> {
  readonly files?: Partial<FileSystem>;
  /** How much later it is when a timer ends, where it is not the timer's length. */
  readonly stepMs?: number;
  readonly onTimer?: (elapsedMs: number) => void;
  readonly isClosed?: () => boolean;
}

/** The locks of one process, on a clock of its own; process 8 lives, process 9 is dead. */
function createLocks({ files, stepMs, onTimer, isClosed = () => false, ...changes }: Changes = {}) {
  const system: FolderSystem = {
    ...nodeSystem(),
    pid: 7,
    hostname: 'laptop',
    bootId: 'boot',
    isAlive: (pid) => pid === 7 || pid === 8,
    ...changes,
    fs: { ...nodeSystem().fs, ...files },
  };
  const timers: { readonly ms: number; readonly keepAlive: boolean | undefined }[] = [];
  let elapsedMs = 0;
  const clock: Clock = {
    now: () => elapsedMs,
    monotonic: () => elapsedMs,
    setTimer(fn, ms, options) {
      timers.push({ ms, keepAlive: options?.keepAlive });
      elapsedMs += stepMs ?? ms;
      onTimer?.(elapsedMs);
      const timer = setImmediate(fn);
      return () => clearImmediate(timer);
    },
  };
  const locks = createLockManager({
    locksFolder: folder,
    system,
    access: createAccess(system),
    clock,
    isClosed,
  });
  return {
    locks,
    timers,
    elapsedMs: () => elapsedMs,
    use: () => locks.hold(place, join(folder, 'record'), () => fs.readdirSync(place)),
  };
}

/** The name of a draft, or of a holder, as a process chooses it. */
async function nameIn(changes: Changes): Promise<string> {
  const [name = ''] = await createLocks(changes).use();
  return name.replace(/\.held$/, '');
}

/** Another process takes the lock. */
function take(holder: string): void {
  fs.writeFileSync(join(place, holder), '');
  fs.renameSync(join(place, 'free'), join(place, `${holder}.held`));
}

function fail(code: string): never {
  throw Object.assign(new Error(`${code}: injected`), { code });
}

describe('names', () => {
  test('of locks are the same for every process and every version', () => {
    const { locks } = createLocks();
    expect(['', 'key', '4f1e/window/sync', 'e'].map((name) => locks.placeOf(name))).toEqual(
      ['5', 'c', '8', '0'].map((name) => join(folder, name)),
    );
  });

  test.each([
    ['boot', '1lvgbmd'],
    [undefined, 'ztntfp'],
  ])('of drafts say which process has them, on which machine and boot (%s)', async (bootId, boot) => {
    const { use } = createLocks({ bootId });
    const names = [await use(), await use()].map((files) => files.filter((name) => !name.endsWith('.held')));
    const pattern = new RegExp(`^7-pf4pbh-${boot}-[0-9a-z]+\\.[0-9]+$`);
    for (const name of names) expect(name).toEqual([expect.stringMatching(pattern)]);
    expect(names[0]).not.toEqual(names[1]);
  });
});

describe('a lock that is taken', () => {
  const holders: [string, Changes, respectedMs: number][] = [
    ['a living process', { pid: 8 }, 2_003.5],
    ['a process of another machine', { pid: 9, hostname: 'server' }, 2_003.5],
    ['a dead process', { pid: 9 }, 0],
    ['a process of an earlier boot', { pid: 8, bootId: 'an earlier one' }, 0],
  ];
  test.each(holders)('by %s is respected as long as that may hold it', async (_, process, respectedMs) => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const holder = await nameIn(process);
    take(holder);
    const { use, timers, elapsedMs } = createLocks();
    const files = await use();
    expect(files).toHaveLength(2);
    expect(files).not.toContain(holder);
    expect(elapsedMs()).toBe(respectedMs);
    expect(timers.slice(0, 5)).toEqual(
      respectedMs === 0 ? [] : [0.5, 1, 2, 4, 4].map((ms) => ({ ms, keepAlive: true })),
    );
    expect(fs.readdirSync(place)).toEqual(['free']);
  });

  test.each([
    [0, 0.25],
    [0.75, 0.625],
  ])('is looked at again after a time that is random: %d', async (random, ms) => {
    vi.spyOn(Math, 'random').mockReturnValue(random);
    take(await nameIn({ pid: 8 }));
    const { use, timers } = createLocks();
    await use();
    expect(timers[0]?.ms).toBe(ms);
  });

  test('for two seconds is not held too long', async () => {
    take(await nameIn({ pid: 8 }));
    const { use, elapsedMs } = createLocks({ stepMs: 1_000 });
    await use();
    expect(elapsedMs()).toBe(3_000);
  });

  test('by one process after the other is respected for each', async () => {
    const [first, second] = [await nameIn({ pid: 8 }), await nameIn({ pid: 8 })];
    take(first);
    const { use, elapsedMs } = createLocks({
      stepMs: 500,
      onTimer: (ms) => {
        if (ms !== 1_500) return;
        fs.rmSync(join(place, first));
        fs.writeFileSync(join(place, second), '');
        fs.renameSync(join(place, `${first}.held`), join(place, `${second}.held`));
      },
    });
    await use();
    expect(elapsedMs()).toBe(4_000);
  });

  test.each([200, 5_000])(
    'for good is given up after half a minute of waiting (%d ms a look)',
    async (stepMs) => {
      const holder = await nameIn({ pid: 8 });
      take(holder);
      const unlinkSync: FileSystem['unlinkSync'] = (path) =>
        String(path).endsWith(holder) ? fail('EPERM') : fs.unlinkSync(path);
      const { use, timers } = createLocks({ stepMs, files: { unlinkSync } });
      await expect(use()).rejects.toThrow(`the lock ${place} stayed taken for 30000 ms`);
      // Each is 200 ms of waiting at most: more is the sleep of a machine.
      expect(timers).toHaveLength(151);
      expect(fs.readdirSync(place)).toEqual([holder, `${holder}.held`]);
    },
  );

  test('is not waited for once the store is closed', async () => {
    take(await nameIn({ pid: 8 }));
    const { use, timers } = createLocks({ isClosed: () => true });
    await expect(use()).rejects.toThrow(StoreClosedError);
    expect(timers).toEqual([]);
  });

  test('and loses its token is created again, and no draft of before counts', async () => {
    const holder = await nameIn({ pid: 8 });
    take(holder);
    fs.rmSync(join(place, `${holder}.held`));
    const { use, elapsedMs } = createLocks();
    // Its own draft is from before, too; an update then starts again.
    const files = await use();
    expect(files).toEqual([expect.stringMatching(/^7-.*\.held$/)]);
    expect(fs.readdirSync(place)).toEqual(['free']);
    expect(elapsedMs()).toBeLessThan(2_000);
  });

  test('is released after a failure', async () => {
    const { locks } = createLocks();
    const failing = locks.hold(place, join(folder, 'record'), () => fail('EIO'));
    await expect(failing).rejects.toMatchObject({ code: 'EIO' });
    expect(fs.readdirSync(place)).toEqual(['free']);
  });

  test('and cannot be renamed fails at once, and leaves no draft', async () => {
    await createLocks().use();
    const renameSync: FileSystem['renameSync'] = (from, to) =>
      String(from) === join(place, 'free') ? fail('EIO') : fs.renameSync(from, to);
    const { use, timers } = createLocks({ files: { renameSync } });
    await expect(use()).rejects.toMatchObject({ code: 'EIO' });
    expect(timers).toEqual([]);
    expect(fs.readdirSync(place)).toEqual(['free']);
  });
});

describe.runIf(process.platform !== 'win32')('a link', () => {
  test.each(['the lock', 'the folder of the locks'])('in the place of %s is refused', async (name) => {
    await createLocks().use();
    const [path, moved] = name === 'the lock' ? [place, join(folder, 'moved')] : [folder, `${folder}-moved`];
    fs.renameSync(path, moved);
    fs.symlinkSync(moved, path);
    try {
      await expect(createLocks().use()).rejects.toThrow(`${path} is not a folder`);
    } finally {
      fs.rmSync(path);
      fs.renameSync(moved, path);
    }
  });
});

describe('a lock that is not there', () => {
  test('may be created by another process at the same moment', async () => {
    const renameSync: FileSystem['renameSync'] = (from, to) => {
      if (String(to) === place && !fs.existsSync(place)) {
        fs.mkdirSync(place);
        fs.writeFileSync(join(place, 'free'), '');
      }
      fs.renameSync(from, to);
    };
    await createLocks({ files: { renameSync } }).use();
    expect(fs.readdirSync(folder)).toEqual(['3']);
  });

  test('and cannot be created fails, and leaves nothing behind', async () => {
    const renameSync = () => fail('EIO');
    await expect(createLocks({ files: { renameSync } }).use()).rejects.toMatchObject({ code: 'EIO' });
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  test.each([
    ['linux', false],
    ['win32', true],
  ] as const)('takes the place of an empty folder (%s)', async (platform, isRemoved) => {
    fs.mkdirSync(place);
    const rmdirSync = vi.fn(fs.rmdirSync);
    fs.rmdirSync(place);
    await createLocks({ platform, files: { rmdirSync } }).use();
    expect(rmdirSync.mock.calls.some(([path]) => path === place)).toBe(isRemoved);
  });

  test.each([
    ['ENOENT', 8],
    ['EMFILE', 0],
  ])('for a draft that fails with %s is created %i times', async (code, creations) => {
    await createLocks().use();
    const openSync: FileSystem['openSync'] = (path, ...rest) =>
      String(path).startsWith(join(place, '7-')) ? fail(code) : fs.openSync(path, ...rest);
    const mkdirSync = vi.fn(fs.mkdirSync);
    const { use } = createLocks({ files: { openSync, mkdirSync: Object.assign(mkdirSync) } });
    await expect(use()).rejects.toMatchObject({ code });
    expect(mkdirSync).toHaveBeenCalledTimes(creations);
  });

  test('is created beside that of a process that prepares one, and clears those of dead processes', async () => {
    const [alive, dead] = [await nameIn({ pid: 8 }), await nameIn({ pid: 9 })];
    fs.rmSync(place, { recursive: true });
    for (const name of [alive, dead]) {
      fs.mkdirSync(join(folder, name));
      fs.writeFileSync(join(folder, name, 'free'), '');
    }
    await createLocks().use();
    expect(fs.readdirSync(folder)).toEqual(['3', alive]);
    expect(fs.readdirSync(join(folder, alive))).toEqual(['free']);
  });
});

describe('a lock that is free', () => {
  test('is taken, used and given back without a pause in which other work could come between', async () => {
    await createLocks().use();
    const { locks, timers } = createLocks();
    const record = join(folder, 'record');
    const held = locks.hold(place, record, ({ commit }) => commit('text', false));
    expect(fs.readFileSync(record, 'utf8')).toBe('text');
    expect(fs.readdirSync(place)).toEqual(['free']);
    await held;
    expect(timers).toEqual([]);
  });
});

describe('drafts of dead processes', () => {
  test('are removed at the second use, and only then', async () => {
    const [alive, dead] = [await nameIn({ pid: 8 }), await nameIn({ pid: 9 })];
    fs.writeFileSync(join(place, alive), '');
    const { use } = createLocks();
    const found: boolean[] = [];
    for (let uses = 1; uses <= 3; uses += 1) {
      fs.writeFileSync(join(place, dead), '');
      await use();
      found.push(fs.existsSync(join(place, dead)));
    }
    expect(found).toEqual([true, false, true]);
    expect(fs.existsSync(join(place, alive))).toBe(true);
  });

  test('are removed, but not what says that one has the lock', async () => {
    const dead = await nameIn({ pid: 9 });
    const unlinkSync = vi.fn(fs.unlinkSync);
    const { use } = createLocks({ files: { unlinkSync } });
    await use();
    take(dead);
    await use();
    const removed = unlinkSync.mock.calls.map(([path]) => String(path));
    expect(removed).toContain(join(place, dead));
    expect(removed.filter((path) => path.endsWith('.held'))).toEqual([]);
  });
});
