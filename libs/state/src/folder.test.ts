import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from './machine.js';
import { createFolderStore, type FileSystem, type FolderWarning } from './folder.js';
import { isNetworkDisk, nodeSystem, type FolderSystem } from './folder/system.js';
import type { StateStore } from './state-store.js';
import { count } from './testing/count.js';
import { readRecord } from './testing/read-record.js';

let folder: string;
beforeEach(() => (folder = fs.mkdtempSync(join(tmpdir(), 'wemasy-state-'))));
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** A store on a system that differs from this one. */
function createStore(changes: Partial<FolderSystem> = {}, files: Partial<FileSystem> = {}) {
  const warnings: FolderWarning[] = [];
  const node = nodeSystem();
  const system = { ...node, ...changes, fs: { ...node.fs, ...files } };
  const store = createFolderStore({ folder, system, onWarning: (warning) => warnings.push(warning) });
  return { store, warnings };
}

/** Where the lock of a record is, and what a holder of this machine and boot is called. */
async function lockOf(store: StateStore, key: string): Promise<{ place: string; holder: string }> {
  return store.update(key, (record) => {
    const files = fs.readdirSync(join(folder, '.locks'), { recursive: true }).map(String);
    const token = files.find((name) => name.endsWith('.held')) ?? '';
    const place = join(folder, '.locks', dirname(token));
    return { record: Object(record), result: { place, holder: basename(token, '.held') } };
  });
}

/** Another process takes the lock. */
function take(place: string, holder: string): void {
  fs.writeFileSync(join(place, holder), '');
  fs.renameSync(join(place, 'free'), join(place, `${holder}.held`));
}

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}

function fail(code: string): () => never {
  return () => {
    throw failure(code);
  };
}

describe('files', () => {
  test.skipIf(process.platform !== 'linux')('are refused in a folder that cannot be created', async () => {
    const store = createFolderStore({ folder: '/proc/wemasy/orders' });
    await expect(store.update('a', count)).rejects.toThrow('nothing can be created there');
  });

  test('are JSON for people, and for their owner only', async () => {
    const { store } = createStore();
    await store.update('4f1e/window/listOrders', () => ({ record: { limit: 60 }, result: undefined }));
    const path = join(folder, '4f1e', 'window', 'list%4frders.json');
    expect(fs.readFileSync(path, 'utf8')).toBe('{\n  "limit": 60\n}\n');
    const modes = [path, join(folder, '4f1e'), join(folder, '4f1e', 'window'), join(folder, '.locks')].map(
      (name) => (fs.statSync(name).mode & 0o777).toString(8),
    );
    expect(modes).toEqual(['600', '700', '700', '700']);
  });

  test('work in folders that another process creates at the same moment', async () => {
    const tried = new Set<unknown>();
    const mkdirSync = new Proxy(fs.mkdirSync, {
      apply(target, self, [path, ...rest]: [string, ...unknown[]]) {
        if (tried.has(path)) target(path);
        tried.add(path);
        return Reflect.apply(target, self, [path, ...rest]);
      },
    });
    const { store } = createStore({}, { mkdirSync });
    expect(await store.update('a/b/c', count)).toBe(1);
    expect([...tried].map((path) => relative(folder, String(path)))).toContain(join('a', 'b'));
  });

  test('leave nothing else behind', async () => {
    const { store } = createStore();
    await store.update('a/b', count);
    const left = fs.readdirSync(folder, { recursive: true }).map(String);
    expect(left.filter((name) => !name.startsWith('.locks')).sort()).toEqual(['a', join('a', 'b.json')]);
    expect(left.filter((name) => dirname(dirname(name)) === '.locks').map((name) => basename(name))).toEqual([
      'free',
    ]);
  });

  test('and locks are created again when they were removed', async () => {
    const { store, warnings } = createStore();
    await store.update('a/b', count);
    for (const name of fs.readdirSync(folder)) fs.rmSync(join(folder, name), { recursive: true });
    expect(await store.update('a/b', count)).toBe(1);
    expect(warnings).toEqual([]);
  });

  test('of a folder that is away for a moment are used again when it is back, and nothing is created meanwhile', async () => {
    const { store } = createStore();
    await store.update('a/b', count);
    fs.renameSync(folder, `${folder}-away`);
    for (const durable of [false, true]) {
      await expect(store.update('a/b', count, { durable })).rejects.toThrow('it has disappeared');
    }
    expect(await store.healthCheck()).toBe('it has disappeared');
    expect(fs.existsSync(folder)).toBe(false);
    fs.renameSync(`${folder}-away`, folder);
    expect(await store.update('a/b', count)).toBe(2);
  });

  test('are not created before the first update', () => {
    fs.rmSync(folder, { recursive: true });
    createStore();
    expect(fs.existsSync(folder)).toBe(false);
  });

  test('are not written when nothing changed', async () => {
    const rename = vi.fn(fs.renameSync);
    const { store } = createStore({}, { renameSync: rename });
    await store.update('key', () => ({ record: { n: 1 }, result: undefined }));
    rename.mockClear();
    await readRecord(store, 'key');
    await store.update('key', () => ({ record: { n: 1 }, result: undefined }));
    const records = rename.mock.calls.filter(([, to]) => String(to).endsWith('.json'));
    expect(records).toEqual([]);
  });
});

describe.runIf(process.platform === 'linux')('the file that an update replaced', () => {
  const write = (store: StateStore, text: string) =>
    store.update('key', () => ({ record: { text }, result: undefined }));
  const path = () => join(folder, 'key.json');

  test('is overwritten by the next update, and nothing of its longer text remains', async () => {
    const { store } = createStore();
    await write(store, 'long '.repeat(200));
    const first = fs.statSync(path()).ino;
    await write(store, 'short');
    await write(store, 'shorter');
    expect(fs.statSync(path()).ino).toBe(first);
    expect(fs.readFileSync(path(), 'utf8')).toBe('{\n  "text": "shorter"\n}\n');
  });

  test('is not overwritten if it has another name', async () => {
    const { store } = createStore();
    await write(store, 'one');
    fs.linkSync(path(), join(folder, 'backup.json'));
    await write(store, 'two');
    await write(store, 'three');
    expect(fs.readFileSync(join(folder, 'backup.json'), 'utf8')).toContain('one');
    expect(fs.readFileSync(path(), 'utf8')).toContain('three');
  });

  test('is still the record when its lock was broken before the replacement', async () => {
    const { store } = createStore();
    const { place } = await lockOf(store, 'key');
    await write(store, 'one');
    let isBroken = false;
    await store.update('key', (record) => {
      if (!isBroken) {
        isBroken = true;
        for (const name of fs.readdirSync(place)) {
          if (!name.endsWith('.held')) fs.rmSync(join(place, name));
        }
      }
      return { record: { text: 'two', before: record }, result: undefined };
    });
    await write(store, 'three');
    await store.close();
    expect(fs.readFileSync(path(), 'utf8')).toContain('three');
    expect(fs.readdirSync(place)).toEqual(['free']);
  });

  test('is not kept if updates are durable', async () => {
    const { store } = createStore();
    const { place } = await lockOf(store, 'key');
    await store.update('key', count, { durable: true });
    await store.update('key', count, { durable: true });
    expect(fs.readdirSync(place)).toEqual(['free']);
  });
});

describe('durability', () => {
  test('costs a flush of the file and of its directory, and only if it is requested', async () => {
    const fsync = vi.fn(fs.fsyncSync);
    const { store } = createStore({}, { fsyncSync: fsync });
    await store.update('key', count);
    expect(fsync).not.toHaveBeenCalled();
    await store.update('key', count, { durable: true });
    expect(fsync).toHaveBeenCalledTimes(2);
  });

  test('is that of every guarded update', async () => {
    const fsync = vi.fn(fs.fsyncSync);
    const { store } = createStore({}, { fsyncSync: fsync });
    const expected = await store.openGeneration('journal');
    fsync.mockClear();
    await store.updateGuarded('key', count, { key: 'journal', expected });
    expect(fsync).toHaveBeenCalledTimes(2);
  });

  test('ignores folders that were removed meanwhile, and makes the update once', async () => {
    const { store } = createStore();
    await store.update('b/window/list', count);
    fs.rmSync(join(folder, 'b'), { recursive: true });
    expect(await store.update('a/order/1', count, { durable: true })).toBe(1);
    expect(await readRecord(store, 'a/order/1')).toEqual({ n: 1 });
  });

  test('covers the folders that are created for a record, once', async () => {
    const opened: string[] = [];
    const openSync: FileSystem['openSync'] = (path, flags, mode) => {
      if (flags === 'r') opened.push(String(path));
      return fs.openSync(path, flags, mode);
    };
    const { store } = createStore({}, { openSync });
    await store.update('a/order/1', count, { durable: true });
    expect(new Set(opened)).toEqual(new Set([folder, join(folder, 'a'), join(folder, 'a', 'order')]));
    opened.length = 0;
    await store.update('a/order/2', count, { durable: true });
    expect(opened).toEqual([join(folder, 'a', 'order')]);
  });

  test('is added to a record that was written without it', async () => {
    const fsync = vi.fn(fs.fsyncSync);
    const { store } = createStore({}, { fsyncSync: fsync });
    const same = () => ({ record: { n: 1 }, result: undefined });
    await store.update('key', same);
    await store.update('key', same, { durable: true });
    expect(fsync).toHaveBeenCalled();
  });
});

describe('a damaged record', () => {
  test.each([
    ['cut short', '{"n": 1'],
    ['empty', ''],
    ['of zeros', '\0\0\0\0'],
  ])('that is %s is passed on as text, copied, and replaced', async (_, text) => {
    const { store, warnings } = createStore();
    await store.update('a/b', count);
    fs.writeFileSync(join(folder, 'a', 'b.json'), text);
    const found = await store.update('a/b', (record) => ({ record: { n: 7 }, result: record }));
    expect(found).toBe(text);
    expect(fs.readFileSync(join(folder, 'a', 'b.damaged'), 'utf8')).toBe(text);
    expect(warnings).toMatchObject([{ code: 'damaged-record' }]);
    expect(await readRecord(store, 'a/b')).toEqual({ n: 7 });
  });
});

describe.runIf(process.platform !== 'win32')('what is no regular file', () => {
  const isRoot = process.getuid?.() === 0;
  const kinds: [kind: string, make: (path: string) => void][] = [
    ['a FIFO', (path) => execFileSync('mkfifo', [path])],
    ['a device', (path) => execFileSync('mknod', [path, 'c', '1', '5'])],
    ['a link to a device', (path) => fs.symlinkSync('/dev/zero', path)],
    ['a folder', (path) => fs.mkdirSync(path)],
    ['a dangling link', (path) => fs.symlinkSync('/nowhere/at/all', path)],
    [
      'a link to a record',
      (path) => {
        fs.writeFileSync(join(folder, 'other.json'), '{"n": 5}');
        fs.symlinkSync(join(folder, 'other.json'), path);
      },
    ],
  ];

  describe.each(kinds)('(%s)', (kind, make) => {
    beforeEach(({ skip }) => skip(kind === 'a device' && !isRoot, 'only root can make a device'));

    test('is no record, and stays', async () => {
      const { store, warnings } = createStore();
      await store.update('a/b', count);
      const path = join(folder, 'a', 'c.json');
      make(path);
      const before = fs.lstatSync(path).ino;
      for (const durable of [false, true]) {
        await expect(store.update('a/c', count, { durable })).rejects.toMatchObject({
          name: 'FolderUnusableError',
          code: 'EFTYPE',
          message: `The state folder ${folder} cannot be used: ${path} is not a regular file.`,
        });
      }
      await expect(readRecord(store, 'a/c')).rejects.toMatchObject({ code: 'EFTYPE' });
      expect(fs.lstatSync(path).ino).toBe(before);
      expect(await store.update('a/b', count)).toBe(2);
      expect(warnings).toEqual([]);
    });

    test('is no generation', async () => {
      const { store } = createStore();
      const expected = await store.openGeneration('a/journal');
      const path = join(folder, 'a', 'journal.json');
      fs.rmSync(path);
      make(path);
      await expect(store.openGeneration('a/journal')).rejects.toMatchObject({ code: 'EFTYPE' });
      await expect(store.readGeneration('a/journal')).rejects.toMatchObject({ code: 'EFTYPE' });
      const guard = { key: 'a/journal', expected };
      await expect(store.updateGuarded('a/1', count, guard)).rejects.toMatchObject({ code: 'EFTYPE' });
      expect(await readRecord(store, 'a/1')).toBeUndefined();
    });

    test('is no copy of a damaged record', async () => {
      const { store } = createStore();
      await store.update('b', count);
      fs.writeFileSync(join(folder, 'b.json'), 'damaged');
      make(join(folder, 'b.damaged'));
      expect(await store.update('b', count)).toBe(1);
    });
  });

  test.each(['.locks', 'a', join('a', 'b')])(
    'leads no one astray: a link in the place of the folder %s',
    async (name) => {
      const { store } = createStore();
      await store.update('a/b/c', count);
      const elsewhere = fs.mkdtempSync(join(tmpdir(), 'wemasy-elsewhere-'));
      onTestFinished(() => fs.rmSync(elsewhere, { recursive: true }));
      fs.renameSync(join(folder, name), join(elsewhere, 'moved'));
      fs.symlinkSync(join(elsewhere, 'moved'), join(folder, name));
      const fresh = createStore().store;
      const message = `${join(folder, name)} is not a folder`;
      await expect(fresh.update('a/b/c', count)).rejects.toThrow(message);
      if (name !== '.locks') {
        await expect(store.update('a/b/c', count, { durable: true })).rejects.toThrow(message);
        await expect(fresh.keys(name)).rejects.toThrow(message);
      }
    },
  );

  test('is no lock', async () => {
    const { store } = createStore();
    const { place } = await lockOf(store, 'key');
    fs.renameSync(place, join(folder, 'moved'));
    fs.symlinkSync(join(folder, 'moved'), place);
    await expect(createStore().store.update('key', count)).rejects.toThrow(`${place} is not a folder`);
    fs.rmSync(place);
    execFileSync('mkfifo', [place]);
    await expect(createStore().store.update('key', count)).rejects.toThrow(`${place} is not a folder`);
  });
});

describe('a record that is too large', () => {
  test('is neither read nor written', async () => {
    const { store } = createStore();
    const text = 'x'.repeat(5 * 1024 * 1024);
    const writing = store.update('key', () => ({ record: { text }, result: undefined }));
    await expect(writing).rejects.toThrow(RangeError);
    expect(await readRecord(store, 'key')).toBeUndefined();
    fs.writeFileSync(join(folder, 'key.json'), JSON.stringify({ text }));
    await expect(store.update('key', count)).rejects.toMatchObject({ code: 'EFBIG' });
  });

  test('is not even opened for reading when it has no end', async () => {
    const { store } = createStore();
    await store.update('key', count);
    fs.truncateSync(join(folder, 'key.json'), 2 ** 40);
    await expect(store.update('key', count)).rejects.toMatchObject({ code: 'EFBIG' });
  });
});

describe('a place', () => {
  test('is one, whatever path leads to it', async () => {
    const { store } = createStore();
    await store.openGeneration('a/journal');
    const link = `${folder}-link`;
    fs.symlinkSync(folder, link);
    onTestFinished(() => fs.rmSync(link));
    const linked = createFolderStore({ folder: link });
    const place = await store.place('a/journal');
    expect(place.description).toBe(fs.realpathSync(folder));
    expect(place.file).toMatch(/^\d+:\d+$/);
    expect(await linked.place('a/journal')).toEqual(place);
  });

  test('with a copy of the generation is another one', async () => {
    const { store } = createStore();
    const generation = await store.openGeneration('a/journal');
    const copy = `${folder}-copy`;
    fs.cpSync(folder, copy, { recursive: true });
    onTestFinished(() => fs.rmSync(copy, { recursive: true }));
    const copied = createFolderStore({ folder: copy });
    expect(await copied.readGeneration('a/journal')).toEqual(generation);
    expect((await copied.place('a/journal')).file).not.toBe((await store.place('a/journal')).file);
  });

  test('that was moved is still the one', async () => {
    const { store } = createStore();
    await store.openGeneration('a/journal');
    const { file } = await store.place('a/journal');
    const moved = `${folder}-moved`;
    fs.renameSync(folder, moved);
    onTestFinished(() => fs.rmSync(moved, { recursive: true }));
    expect(await createFolderStore({ folder: moved }).place('a/journal')).toEqual({
      description: fs.realpathSync(moved),
      file,
    });
    expect(await store.place('a/journal')).toEqual({ description: folder });
  });
});

describe('a folder that cannot be used', () => {
  const reasons: [code: string, reason: string, files: Partial<FileSystem>][] = [
    ['EROFS', 'it is on a read-only disk', { mkdirSync: fail('EROFS') }],
    ['EACCES', 'permission denied', { mkdirSync: fail('EACCES') }],
    ['ENOENT', 'nothing can be created there', { mkdirSync: fail('ENOENT') }],
    ['ENOSPC', 'the disk is full', { openSync: fail('ENOSPC') }],
    ['EDQUOT', 'the disk is full', { openSync: fail('EDQUOT') }],
    ['EIO', 'EIO: injected', { renameSync: fail('EIO') }],
  ];

  test.each(reasons)('(%s) refuses updates and says why', async (code, reason, files) => {
    const { store, warnings } = createStore({}, files);
    for (const durable of [false, true]) {
      await expect(store.update('key', count, { durable })).rejects.toMatchObject({
        name: 'FolderUnusableError',
        code,
        message: `The state folder ${folder} cannot be used: ${reason}.`,
      });
    }
    expect(await store.healthCheck()).toBe(reason);
    expect(warnings).toEqual([]);
    expect(await readRecord(createStore().store, 'key')).toBeUndefined();
  });

  test('for a moment works again at the next update', async () => {
    let isBroken = false;
    const openSync: FileSystem['openSync'] = (...open) =>
      isBroken ? fail('EMFILE')() : fs.openSync(...open);
    const { store } = createStore({}, { openSync });
    expect(await store.update('key', count)).toBe(1);
    isBroken = true;
    await expect(store.update('key', count)).rejects.toMatchObject({ code: 'EMFILE' });
    isBroken = false;
    expect(await store.update('key', count)).toBe(2);
  });

  test('is not taken for an empty one', async () => {
    await createStore().store.update('key', count);
    const { store } = createStore({}, { readSync: fail('EACCES') });
    await expect(readRecord(store, 'key')).rejects.toMatchObject({ code: 'EACCES' });
  });

  test('while another program writes a record is read to its end', async () => {
    const { store } = createStore();
    expect(await store.update('key', count)).toBe(1);
    const { store: other } = createStore({}, { readSync: () => 3 });
    expect(await other.update('key', count)).toBe(2);
  });

  test('because a file is in its place says so', async () => {
    fs.rmSync(folder, { recursive: true });
    fs.writeFileSync(folder, 'not a folder');
    const { store } = createStore();
    await expect(store.update('key', count)).rejects.toThrow('there is a file where it should be');
    expect(await store.healthCheck()).toBe('there is a file where it should be');
  });

  test('because the disk is full leaves nothing behind', async () => {
    const { store } = createStore({}, { writeFileSync: fail('ENOSPC') });
    expect(await store.healthCheck()).toBe('the disk is full');
    const full = createStore({}, { fsyncSync: fail('ENOSPC') });
    expect(await full.store.healthCheck()).toBe('the disk is full');
    expect(await createStore().store.healthCheck()).toBeUndefined();
    expect(fs.readdirSync(folder)).toEqual(['.locks']);
  });

  test('because the disk fills up in the middle of a record keeps the old record', async () => {
    await createStore().store.update('key', count);
    const { store } = createStore({}, { writeFileSync: fail('ENOSPC') });
    await expect(store.update('key', count)).rejects.toThrow('the disk is full');
    expect(await readRecord(createStore().store, 'key')).toEqual({ n: 1 });
    const locks = fs.readdirSync(join(folder, '.locks'), { recursive: true }).map(String);
    expect(locks.filter((name) => name.includes(String(process.pid)))).toEqual([]);
  });

  test('passes on what the updater throws, which is not the fault of the disk', async () => {
    const { store, warnings } = createStore();
    await expect(store.update('key', fail('ENOSPC'))).rejects.toThrow('ENOSPC');
    expect(warnings).toEqual([]);
  });
});

describe('a network disk', () => {
  test.each([
    ['NFS', 0x6969],
    ['SMB', 0xfe534d42],
    ['9p', 0x01021997],
  ])('(%s) on Linux is not trusted', async (_, type) => {
    const { store } = createStore({ platform: 'linux', fileSystemType: () => type });
    await expect(store.update('key', count)).rejects.toThrow('network disk');
  });
});

describe('on Windows', () => {
  /** Windows neither replaces a directory, not even an empty one, nor opens one. */
  const windows = (files: Partial<FileSystem> = {}): Partial<FileSystem> => ({
    renameSync(from, to) {
      if (fs.existsSync(to) && fs.statSync(to).isDirectory()) throw failure('EPERM');
      fs.renameSync(from, to);
    },
    openSync(path, ...rest) {
      if (fs.existsSync(path) && fs.statSync(path).isDirectory()) throw failure('EPERM');
      return fs.openSync(path, ...rest);
    },
    ...files,
  });
  const platform = 'win32';

  test('records are written, durable or not, in a folder that is created for them', async () => {
    fs.rmSync(folder, { recursive: true });
    const { store, warnings } = createStore({ platform, bootId: undefined }, windows());
    expect(await store.update('key', count)).toBe(1);
    expect(await store.update('key', count, { durable: true })).toBe(2);
    expect(warnings).toEqual([]);
  });

  test('a lock whose holder is dead, or whose token was removed, is taken', async () => {
    const { store } = createStore({ platform, isAlive: (pid) => pid === process.pid }, windows());
    await store.update('key', count);
    const { place, holder } = await lockOf(store, 'key');
    take(place, holder.replace(/^\d+/, '999'));
    expect(await store.update('key', count)).toBe(2);
    fs.rmSync(join(place, 'free'));
    expect(await store.update('key', count)).toBe(3);
  });

  test.each(['EPERM', 'EACCES', 'EBUSY'])(
    'an update waits for a virus scanner that holds a file (%s)',
    async (code) => {
      let refusals = 3;
      const pauses: number[] = [];
      const rename: FileSystem['renameSync'] = (from, to) => {
        if (String(to).endsWith('.json') && (refusals -= 1) >= 0) throw failure(code);
        fs.renameSync(from, to);
      };
      const { store, warnings } = createStore(
        { platform, sleep: (ms) => pauses.push(ms) },
        windows({ renameSync: rename }),
      );
      expect(await store.update('key', count)).toBe(1);
      expect(pauses).toEqual([1, 2, 4]);
      expect(warnings).toEqual([]);
    },
  );

  test('an update gives up on a folder that stays forbidden', async () => {
    const { store } = createStore(
      { platform, sleep: () => undefined },
      windows({ renameSync: fail('EPERM') }),
    );
    await expect(store.update('key', count)).rejects.toThrow('permission denied');
  });

  test.each([
    ['\\\\server\\share\\state', true],
    ['//server/share', true],
    ['\\\\?\\C:\\state', false],
    ['C:\\Users\\jan', false],
  ])('%s is on a network disk: %s', (path, expected) => {
    expect(isNetworkDisk(path, { ...nodeSystem(), platform })).toBe(expected);
  });
});

describe('a lock', () => {
  const elsewhere = '1-0badcafe-nonce';

  test('of another machine is respected for two seconds, then taken', async () => {
    const first = createStore().store;
    await first.update('key', count);
    take((await lockOf(first, 'key')).place, elsewhere);
    let waitedMs = 0;
    const clock = {
      ...systemClock,
      monotonic: () => waitedMs,
      setTimer: (fn: () => void, ms: number) => {
        waitedMs += ms;
        return systemClock.setTimer(fn, 0, { keepAlive: true });
      },
    };
    const store = createFolderStore({ folder, clock });
    expect(await store.update('key', count)).toBe(2);
    expect(waitedMs).toBeGreaterThan(2_000);
    expect(waitedMs).toBeLessThan(2_020);
  });

  test('whose holder has committed is free, whatever its token says', async () => {
    const { store } = createStore();
    await store.update('key', count);
    const { place } = await lockOf(store, 'key');
    take(place, elsewhere);
    fs.rmSync(join(place, elsewhere));
    expect(await store.update('key', count)).toBe(2);
  });

  test('that was broken while it was held makes the update run again, on the new record', async () => {
    const { store } = createStore();
    await store.update('key', count);
    const { place } = await lockOf(store, 'key');
    let isBroken = false;
    const n = await store.update('key', (record) => {
      if (!isBroken) {
        isBroken = true;
        const draft = fs.readdirSync(place).find((name) => !name.endsWith('.held')) ?? '';
        fs.rmSync(join(place, draft));
        fs.writeFileSync(join(folder, 'key.json'), '{"n": 10}');
      }
      return count(record);
    });
    expect(n).toBe(11);
  });

  test('that was removed while it was held makes the update run again, on the new record', async () => {
    const { store } = createStore();
    await store.update('key', count);
    const { place } = await lockOf(store, 'key');
    let isRemoved = false;
    const n = await store.update('key', (record) => {
      if (!isRemoved) {
        isRemoved = true;
        fs.rmSync(place, { recursive: true });
        fs.writeFileSync(join(folder, 'key.json'), '{"n": 10}');
      }
      return count(record);
    });
    expect(n).toBe(11);
  });

  test('that lost its token is created again, and its old holder no longer has it', async () => {
    const { store } = createStore();
    await store.update('key', count);
    const { place } = await lockOf(store, 'key');
    take(place, elsewhere);
    fs.rmSync(join(place, `${elsewhere}.held`));
    expect(await store.update('key', count)).toBe(2);
    await store.close();
    expect(fs.readdirSync(place)).toEqual(['free']);
  });

  test('is cleared of the drafts of dead processes, of this boot or an earlier one', async () => {
    const { store } = createStore();
    const { place, holder } = await lockOf(store, 'key');
    await store.update('key', count);
    await createStore({ bootId: 'an earlier one' }).store.update('key', count);
    fs.writeFileSync(join(place, holder.replace(/^\d+/, '999999999')), '');
    await store.close();
    expect(fs.readdirSync(place)).toHaveLength(3);
    const last = createStore().store;
    for (let use = 1; use <= 2; use += 1) await last.update('key', count);
    await last.close();
    expect(fs.readdirSync(place)).toEqual(['free']);
  });

  test('is cleared of the folder of a process that died while it created the lock', async () => {
    const { place, holder } = await lockOf(createStore().store, 'key');
    fs.rmSync(place, { recursive: true });
    const dead = holder.replace(/^\d+/, '999999999');
    fs.mkdirSync(join(folder, '.locks', dead));
    fs.writeFileSync(join(folder, '.locks', dead, 'free'), '');
    await createStore().store.update('key', count);
    expect(fs.readdirSync(join(folder, '.locks'))).toEqual([basename(place)]);
  });

  test('ends the wait of an update when the store is closed', async () => {
    const { store } = createStore();
    await store.update('key', count);
    take((await lockOf(store, 'key')).place, elsewhere);
    const waiting = expect(store.update('key', count)).rejects.toThrow('The store is closed');
    await store.close();
    await waiting;
  });
});
