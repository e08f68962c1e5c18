// @ts-check

/** @import { MemorySample } from './load.js' */

const minuteMs = 60_000;
/** What memory may grow by in a minute and still counts as flat, in MB: 2,000 shops that each left 500 bytes. */
const flatMegabytes = 1;

/**
 * The memory of each replica by minute: the least heap in use, which is what garbage collection leaves, and the resident
 * memory at the end. Its slope leaves out a replica's first minute, in which it compiles and meets its shops.
 *
 * @param {readonly MemorySample[]} samples
 * @returns {{ lines: string[], slopes: number[], isFlat: boolean }}
 */
export function memoryByMinute(samples) {
  const pids = [...new Set(samples.map(({ pid }) => pid))];
  const replicas = pids.map((pid) => {
    const own = samples.filter((sample) => sample.pid === pid);
    const startMs = own[0]?.atMs ?? 0;
    const last = Math.floor(((own.at(-1)?.atMs ?? 0) - startMs) / minuteMs);
    const minutes = Array.from({ length: last + 1 }, (_, minute) =>
      own.filter(({ atMs }) => Math.floor((atMs - startMs) / minuteMs) === minute),
    ).filter((each) => each.length > 0);
    const floors = minutes.map((each) => Math.min(...each.map(({ heap }) => heap)));
    return {
      floors,
      resident: minutes.map((each) => each.at(-1)?.resident ?? 0),
      slope: slopeOf(floors.slice(1)),
      startMs,
    };
  });
  const inMinutes = (/** @type {number[]} */ values) => values.map((each) => each.toFixed(0)).join(', ');
  const slopes = replicas.flatMap(({ slope }) => slope ?? []);
  return {
    lines: replicas.map(
      ({ floors, resident, slope, startMs }, at) =>
        `replica ${at + 1}, from minute ${(startMs / minuteMs).toFixed(1)}: heap ${inMinutes(floors)}; ` +
        `resident ${inMinutes(resident)}${slope === undefined ? '' : `; heap ${slope.toFixed(2)} a minute`}`,
    ),
    slopes,
    isFlat: slopes.every((slope) => slope <= flatMegabytes),
  };
}

/** Least squares, by step; undefined for fewer than three values. @param {readonly number[]} values */
function slopeOf(values) {
  if (values.length < 3) return undefined;
  const mean = (values.length - 1) / 2;
  const average = values.reduce((sum, value) => sum + value, 0) / values.length;
  let above = 0;
  let below = 0;
  for (const [at, value] of values.entries()) {
    above += (at - mean) * (value - average);
    below += (at - mean) ** 2;
  }
  return above / below;
}
