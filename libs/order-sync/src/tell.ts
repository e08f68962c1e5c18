/** Tells a listener something. What it throws is its own affair: it must not change what became of an order. */
export function tell<News>(listener: ((news: News) => void) | undefined, news: News): void {
  try {
    listener?.(news);
  } catch {
    // Whoever wants to know of it catches it there.
  }
}
