// @ts-check

/** @import { MemorySample } from './load.js' */

const minuteMs = 60_000;
/** What the heap may grow by in a minute and still counts as flat, in MB: what some ten shops take. */
const flatMegabytes = 1;

/**
 * What each replica held after full collections, and the slope of its heap once it has met its shops: until then,
 * each new shop adds its services.
 *
 * @param {readonly MemorySample[]} samples
 * @param {number} meetMs how long a new replica takes to meet all shops
 */
export function memoryOfReplicas(samples, meetMs) {
  const replicas = [...new Set(samples.map(({ pid }) => pid))].map((pid) => {
    const own = samples.filter((sample) => sample.pid === pid);
    const startMs = own[0]?.atMs ?? 0;
    // Those that there were from the beginning have met their shops before.
    const metMs = startMs < minuteMs / 2 ? minuteMs / 2 : startMs + meetMs;
    return { own, slope: slopeOf(own.filter(({ atMs }) => atMs >= metMs)) };
  });
  const slopes = replicas.flatMap(({ slope }) => slope ?? []);
  return {
    lines: replicas.map(({ own, slope }, at) => {
      const heaps = own.map(({ heap }) => heap);
      const seconds = (/** @type {MemorySample | undefined} */ sample) =>
        ((sample?.atMs ?? 0) / 1_000).toFixed(0);
      return (
        `replica ${at + 1}, ${seconds(own[0])} to ${seconds(own.at(-1))} s: ` +
        `heap ${Math.min(...heaps).toFixed(0)} to ${Math.max(...heaps).toFixed(0)}, ` +
        `resident at most ${Math.max(...own.map(({ resident }) => resident)).toFixed(0)}` +
        (slope === undefined ? '' : `; heap ${slope.toFixed(2)} a minute`)
      );
    }),
    isFlat: slopes.length > 0 && slopes.every((slope) => slope <= flatMegabytes),
  };
}

/** MB a minute, by least squares; undefined for fewer than four looks. @param {readonly MemorySample[]} samples */
function slopeOf(samples) {
  if (samples.length < 4) return undefined;
  const average = (/** @type {number[]} */ values) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanMs = average(samples.map(({ atMs }) => atMs));
  const meanHeap = average(samples.map(({ heap }) => heap));
  let above = 0;
  let below = 0;
  for (const { atMs, heap } of samples) {
    above += (atMs - meanMs) * (heap - meanHeap);
    below += (atMs - meanMs) ** 2;
  }
  return (above / below) * minuteMs;
}
