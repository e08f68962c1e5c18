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
