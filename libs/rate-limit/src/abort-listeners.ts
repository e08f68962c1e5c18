/**
 * Calls `fn` when the signal aborts and returns a function that forgets it.
 *
 * All who wait for one signal share one listener: a thousand calls under one signal are normal, and Node warns
 * of a leak at the eleventh listener.
 */
export type OnAbort = (signal: AbortSignal, fn: () => void) => () => void;

export function createAbortListeners(): OnAbort {
  const waiting = new Map<AbortSignal, Set<() => void>>();

  function listen(signal: AbortSignal): Set<() => void> {
    const callbacks = new Set<() => void>();
    waiting.set(signal, callbacks);
    signal.addEventListener('abort', onAbort, { once: true });
    return callbacks;
  }

  function onAbort(this: AbortSignal): void {
    const callbacks = waiting.get(this);
    waiting.delete(this);
    for (const callback of callbacks ?? []) callback();
  }

  return (signal, fn) => {
    const callbacks = waiting.get(signal) ?? listen(signal);
    callbacks.add(fn);
    return () => {
      callbacks.delete(fn);
      if (callbacks.size > 0 || waiting.get(signal) !== callbacks) return;
      waiting.delete(signal);
      signal.removeEventListener('abort', onAbort);
    };
  };
}
