import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { onAbort } from './listeners.js';

describe('subscribers of one signal', () => {
  it('are all called when it aborts, except those that unsubscribed', () => {
    const controller = new AbortController();
    const called: string[] = [];
    const [forgetFirst] = ['first', 'second', 'third'].map((name) =>
      onAbort(controller.signal, () => called.push(name)),
    );
    forgetFirst?.();
    controller.abort();
    expect(called).toEqual(['second', 'third']);
  });

  it('share one listener, which is removed with the last of them', () => {
    const { signal } = new AbortController();
    const forgets = Array.from({ length: 20 }, () => onAbort(signal, () => undefined));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    for (const forget of forgets) forget();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('are called at once if it has already aborted', () => {
    let called = false;
    onAbort(AbortSignal.abort(), () => (called = true));
    expect(called).toBe(true);
  });

  it('need no signal', () => {
    expect(onAbort(undefined, () => expect.fail('nothing aborts'))).not.toThrow();
  });
});
