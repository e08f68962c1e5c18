import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@wemasy-orders/state';
import { describe, expect, it } from 'vitest';
import {
  defaultStatePlace,
  describeStatePlace,
  type Machine,
  openStore,
  parseStatePlace,
} from './state-place.js';

const linux: Machine = { platform: 'linux', home: '/home/jan', environment: {} };
const windows: Machine = { platform: 'win32', home: 'C:\\Users\\Jan', environment: {} };

describe('the place of the state', () => {
  it.each([
    ['memory', linux, { kind: 'memory' }],
    ['/var/lib/orders/', linux, { kind: 'folder', folder: '/var/lib/orders/' }],
    ['~/orders', linux, { kind: 'folder', folder: '/home/jan/orders' }],
    ['D:\\state', windows, { kind: 'folder', folder: 'D:\\state' }],
    ['redis://10.0.0.1:6379/2', linux, { kind: 'redis', url: 'redis://10.0.0.1:6379/2' }],
    [
      'rediss://user:secret@redis.example',
      linux,
      { kind: 'redis', url: 'rediss://user:secret@redis.example' },
    ],
    // What cmd.exe leaves of `set WEMASY_STATE=C:\\state && …`.
    ['C:\\state ', windows, { kind: 'folder', folder: 'C:\\state' }],
    ['\tmemory ', linux, { kind: 'memory' }],
    ['state', linux, undefined],
    ['./state', windows, undefined],
    ['redis://', linux, undefined],
    [
      'redis-sentinel://10.0.0.1,10.0.0.2#orders',
      linux,
      { kind: 'redis', url: 'redis-sentinel://10.0.0.1,10.0.0.2#orders' },
    ],
  ])('%s is understood', (text, machine, place) => {
    expect(parseStatePlace(text, machine)).toEqual(place);
  });

  it.each([
    [linux, '/home/jan/.wemasy-orders'],
    [{ ...linux, platform: 'darwin' as const, home: '/Users/jan' }, '/Users/jan/.wemasy-orders'],
    [windows, 'C:\\Users\\Jan\\.wemasy-orders'],
  ])('is by default in the home folder of the user', (machine, folder) => {
    expect(defaultStatePlace(machine)).toEqual({ kind: 'folder', folder });
  });

  it.each(['HOME', 'XDG_STATE_HOME', 'LOCALAPPDATA', 'USERPROFILE'])(
    'does not depend on %s, whatever it says',
    (variable) => {
      for (const value of ['', 'relative', '/elsewhere', '$HOME/.local/state']) {
        for (const machine of [linux, windows]) {
          expect(defaultStatePlace({ ...machine, environment: { [variable]: value } })).toEqual(
            defaultStatePlace(machine),
          );
        }
      }
    },
  );

  it('has no default where the user has no home folder', () => {
    expect(defaultStatePlace({ ...linux, home: undefined })).toBeUndefined();
  });

  it('is described without a password', () => {
    const described = describeStatePlace({ kind: 'redis', url: 'rediss://user:secret@redis.example:6380/1' });
    expect(described).toBe('Redis at redis.example:6380');
  });

  it('keeps records in the folder that was chosen', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-state-'));
    const store = await openStore(
      { kind: 'folder', folder },
      { clock: systemClock, onWarning: ({ message }) => expect.fail(message) },
    );
    await store.update('a/record', () => ({ record: { n: 1 }, result: undefined }));
    await store.close();
    expect(await readdir(folder, { recursive: true })).toContain(join('a', 'record.json'));
    await rm(folder, { recursive: true });
  });
});
