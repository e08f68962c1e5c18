import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { isGone, thisProcess } from './process-identity.js';
import type { RecordedCaller } from './record.js';

const recorded = (facts: Partial<RecordedCaller>): RecordedCaller => ({
  app: 'tests',
  version: '1.0.0',
  instance: 'a',
  ...thisProcess(),
  ...facts,
});
const { pid: pidOfTheDead } = spawnSync(process.execPath, ['--version']);

describe('a process is gone', () => {
  it('when it runs on this machine no more', () => {
    expect(isGone(recorded({ pid: pidOfTheDead }), undefined)).toBe(true);
    expect(isGone(recorded({ pid: pidOfTheDead, bootId: 'b1' }), 'b1')).toBe(true);
  });

  it('when this machine has restarted since, whichever process has its pid now', () => {
    expect(isGone(recorded({ bootId: 'b1' }), 'b2')).toBe(true);
  });

  it('not while it runs, even if it belongs to another user', () => {
    expect(isGone(recorded({}), undefined)).toBe(false);
    expect(isGone(recorded({ pid: 1 }), undefined)).toBe(false);
  });

  it('not as far as can be seen from another machine, or from a store that does not name the boot', () => {
    expect(isGone(recorded({ pid: pidOfTheDead, host: 'elsewhere' }), undefined)).toBe(false);
    expect(isGone(recorded({ pid: pidOfTheDead, bootId: 'b1' }), undefined)).toBe(false);
  });

  it.runIf(process.platform === 'linux')('not as far as can be seen from another container', () => {
    const there = recorded({ pid: pidOfTheDead, processTable: 'pid:[1] b1' });
    expect(isGone(there, undefined)).toBe(false);
    expect(isGone({ ...there, bootId: 'b1' }, 'b1')).toBe(false);
  });
});
