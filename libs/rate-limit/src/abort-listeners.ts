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
