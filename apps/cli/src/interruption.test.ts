import { describe, expect, it } from 'vitest';
import { createInterruption } from './interruption.js';

function interruption() {
  let ended = 0;
  return { ...createInterruption({ end: () => void (ended += 1) }), ended: () => ended };
}

describe('Ctrl-C', () => {
  it('ends the process where no work is running', () => {
    const { interrupt, ended } = interruption();
    interrupt();
    expect(ended()).toBe(1);
  });

  it('asks running work to stop; the second one ends the process', async () => {
    const { interrupt, interruptibly, ended } = interruption();
    await interruptibly(async (signal) => {
      expect(signal.aborted).toBe(false);
      interrupt();
      expect([signal.aborted, ended()]).toEqual([true, 0]);
      interrupt();
      expect(ended()).toBe(1);
    });
  });

  it('ends the process once the work is over, also when it failed', async () => {
    const { interrupt, interruptibly, ended } = interruption();
    await expect(interruptibly(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    interrupt();
    expect(ended()).toBe(1);
  });
});
