/** Whole seconds, rounded up: `37 s`. */
export function seconds(ms: number): string {
  return `${Math.max(0, Math.ceil(ms / 1_000))} s`;
}

/** A duration for people: `45 s`, `12 min`, `3 h 20 min`. */
export function duration(ms: number): string {
  const wholeSeconds = Math.max(0, Math.ceil(ms / 1_000));
  if (wholeSeconds < 90) return `${wholeSeconds} s`;
  const minutes = Math.round(wholeSeconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
}
