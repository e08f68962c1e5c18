import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createAccess } from './files.js';
import { createDrafts } from './drafts.js';
import { type FileSystem, type FolderSystem, nodeSystem } from './system.js';

let folder: string;
let place: string;
let record: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'wemasy-drafts-'));
  place = join(folder, 'place');
  record = join(folder, 'record.json');
  fs.mkdirSync(place);
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** The drafts of one process, on Linux if not said otherwise; `did` has each call of a file function that matters. */
function createAll(files: Partial<FileSystem> = {}, changes: Partial<Omit<FolderSystem, 'fs'>> = {}) {
  const did: string[] = [];
  const system: FolderSystem = {
    ...nodeSystem(),
    platform: 'linux',
    ...changes,
    fs: {
      ...nodeSystem().fs,
      closeSync(file) {
        did.push('close');
        fs.closeSync(file);
      },
      fsyncSync(file) {
        did.push('flush');
        fs.fsyncSync(file);
      },
      ftruncateSync(file, size) {
        did.push(`cut to ${size}`);
        fs.ftruncateSync(file, size);
      },
      unlinkSync(path) {
        did.push('remove');
        fs.unlinkSync(path);
      },
      ...files,
    },
  };
  let names = 0;
  const drafts = createDrafts(system, createAccess(system), () => `draft-${(names += 1)}`);
  return {
    drafts,
    did,
    open: () => drafts.open(place, record),
    write(text: string, durable = false) {
      const draft = drafts.open(place, record);
      draft.publish(text, durable);
      draft.discard();
      return draft.name;
    },
  };
}

const read = () => fs.readFileSync(record, 'utf8');

function fail(code: string): never {
  throw Object.assign(new Error(`${code}: injected`), { code });
}

describe('a draft', () => {
  test('has a file of its name, and is gone when it is discarded', () => {
    const { open, did } = createAll();
    const [one, other] = [open(), open()];
    expect(fs.readdirSync(place)).toEqual([one.name, other.name]);
    one.discard();
    expect(fs.readdirSync(place)).toEqual([other.name]);
    expect(did).toEqual(['close', 'remove']);
  });

  test.each([
    [false, ['close']],
    [true, ['flush', 'close']],
  ])('becomes the record when it is published (durable: %j)', (durable, done) => {
    const { write, did } = createAll();
    write('text', durable);
    expect(read()).toBe('text');
    expect(did).toEqual(done);
    expect(fs.readdirSync(place)).toEqual([]);
  });

  test('that was removed meanwhile is not published, and the record stays', () => {
    const { open, write, drafts } = createAll();
    write('before');
    const draft = open();
    fs.rmSync(join(place, draft.name));
    expect(() => draft.publish('after', false)).toThrow('ENOENT');
    draft.discard();
    expect(read()).toBe('before');
    expect(fs.readdirSync(place)).toEqual([]);
    drafts.close();
    expect(read()).toBe('before');
  });

  test('that cannot become the record is removed, with the other name of the record', () => {
    fs.writeFileSync(record, 'before');
    const { open, did } = createAll({ renameSync: () => fail('EIO') });
    const draft = open();
    expect(() => draft.publish('after', false)).toThrow('EIO');
    draft.discard();
    expect(did).toEqual(['close', 'remove', 'remove']);
    expect(fs.readdirSync(place)).toEqual([]);
  });

  test('that cannot become the record removes nothing else where the record has no other name', () => {
    const { open, did } = createAll({ renameSync: () => fail('EIO') });
    expect(() => open().publish('after', false)).toThrow('EIO');
    expect(did).toEqual(['close']);
  });

  test('waits for a virus scanner on Windows', () => {
    let refusals = 2;
    const sleep = vi.fn();
    const renameSync: FileSystem['renameSync'] = (from, to) =>
      (refusals -= 1) >= 0 ? fail('EBUSY') : fs.renameSync(from, to);
    createAll({ renameSync }, { platform: 'win32', sleep }).write('text');
    expect(read()).toBe('text');
    expect(sleep).toHaveBeenCalledTimes(2);
  });
});

describe.runIf(process.platform !== 'win32')('the file that was replaced', () => {
  test('is the next draft of its record, and is cut where the new text is shorter', () => {
    const { write, did } = createAll();
    write('first');
    write('second');
    did.length = 0;
    for (const text of ['new', 'more text', 'short', 'other', 'é']) {
      const [kept] = fs.readdirSync(place);
      expect(write(text)).toBe(kept);
      expect(read()).toBe(text);
    }
    // The texts before were: first, second, new, more text, short.
    expect(did.filter((call) => call !== 'close')).toEqual(['cut to 3', 'cut to 5', 'cut to 2']);
    expect(fs.readdirSync(place)).toHaveLength(1);
  });

  test('is the draft of no other record', () => {
    const { write, drafts } = createAll();
    write('first');
    write('second');
    const kept = fs.readdirSync(place);
    const other = drafts.open(place, join(folder, 'other.json'));
    expect(kept).not.toContain(other.name);
    other.discard();
    expect(fs.readdirSync(place)).toEqual(kept);
  });

  test.each([
    ['the update was durable', true, 'linux'],
    ['another system may not have links', false, 'darwin'],
  ] as const)('is not kept, nor looked for, where %s', (_, durable, platform) => {
    const openSync = vi.fn(fs.openSync);
    const { write } = createAll({ openSync }, { platform });
    write('first', durable);
    write('second', durable);
    expect(openSync.mock.calls.map(([, flags]) => flags)).toEqual(['wx', 'wx']);
    expect(fs.readdirSync(place)).toEqual([]);
  });

  test('is not overwritten where it has a second name', () => {
    const { write, did } = createAll();
    write('first');
    fs.linkSync(record, join(folder, 'backup.json'));
    write('second');
    const [kept] = fs.readdirSync(place);
    did.length = 0;
    expect(write('third')).not.toBe(kept);
    expect(fs.readFileSync(join(folder, 'backup.json'), 'utf8')).toBe('first');
    expect(read()).toBe('third');
    expect(did).toEqual(['close', 'remove', 'close']);
    expect(fs.readdirSync(place)).not.toContain(kept);
  });

  test('may have been removed by another process', () => {
    const { write } = createAll();
    write('first');
    write('second');
    for (const name of fs.readdirSync(place)) fs.rmSync(join(place, name));
    write('third');
    expect(read()).toBe('third');
  });

  test('is removed when the process ends, once, unless it is a draft again', () => {
    const { write, open, drafts, did } = createAll();
    write('first');
    write('second');
    const draft = open();
    did.length = 0;
    drafts.close();
    expect(fs.readdirSync(place)).toEqual([draft.name]);
    draft.publish('third', false);
    drafts.close();
    drafts.close();
    expect(fs.readdirSync(place)).toEqual([]);
    expect(did).toEqual(['close', 'remove']);
  });
});
