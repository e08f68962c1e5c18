/**
 * Calls a listener, if there is one. What it throws, or rejects with, is dropped: it must not change the result of the
 * caller's work, and a rejection without a listener would end the process.
 */
export function notify<Event>(listener: ((event: Event) => unknown) | undefined, event: Event): void {
  try {
    const returned = listener?.(event);
    if (returned instanceof Promise) returned.catch(() => undefined);
  } catch {
    // The listener reports its own failures.
  }
}

const listening = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `fn` when the signal aborts, or at once if it already has. Returns a function that unsubscribes.
 *
 * All subscribers of a signal share one listener, because Node warns of a leak at the eleventh. `AbortSignal.any`
 * would leave a reference on the signal for every call.
 */
export function onAbort(signal: AbortSignal | undefined, fn: () => void): () => void {
  if (signal?.aborted) fn();
  if (signal === undefined || signal.aborted) return () => undefined;
  const fns = listening.get(signal) ?? listenTo(signal);
  fns.add(fn);
  return () => {
    fns.delete(fn);
    if (fns.size > 0 || listening.get(signal) !== fns) return;
    listening.delete(signal);
    signal.removeEventListener('abort', callAll);
  };
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const fns = new Set<() => void>();
  listening.set(signal, fns);
  signal.addEventListener('abort', callAll);
  return fns;
}

function callAll(this: AbortSignal): void {
  for (const fn of listening.get(this) ?? []) fn();
}
