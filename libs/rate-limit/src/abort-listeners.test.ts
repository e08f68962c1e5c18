import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { onAbort } from './abort-listeners.js';

describe('those who listen to one signal', () => {
  it('are all called when it aborts, but for those who forgot it', () => {
    const controller = new AbortController();
    const called: string[] = [];
    const [forgetFirst] = ['first', 'second', 'third'].map((name) =>
      onAbort(controller.signal, () => called.push(name)),
    );
    forgetFirst?.();
    controller.abort();
    expect(called).toEqual(['second', 'third']);
  });

  it('share one listener, which goes with the last of them', () => {
    const { signal } = new AbortController();
    const forgets = Array.from({ length: 20 }, () => onAbort(signal, () => undefined));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    for (const forget of forgets) forget();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('are called at once when it has aborted', () => {
    let called = false;
    onAbort(AbortSignal.abort(), () => (called = true));
    expect(called).toBe(true);
  });

  it('may have no signal at all', () => {
    expect(onAbort(undefined, () => expect.fail('nothing aborts'))).not.toThrow();
  });
});
