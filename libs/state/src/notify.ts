/** Calls a listener, if there is one. What it throws is dropped: it must not change the result of the caller's work. */
export function notify<Event>(listener: ((event: Event) => void) | undefined, event: Event): void {
  try {
    listener?.(event);
  } catch {
    // The listener reports its own failures.
  }
}
