import { describe, expect, test } from 'vitest';
import { parseWindowState, type WindowState } from './window-state.js';

/** A record with everything that one can hold. */
const whole: WindowState = {
  version: 2,
  since: 1_000,
  clock: { minElapsed: 1, maxElapsed: 2, wallMs: 3, monotonicMs: 4, bootId: 'b1' },
  issued: 5,
  uncertainty: { reason: 'start', issued: 0 },
  probe: { issued: 5, at: 6, by: 'one' },
  window: { issued: 4, from: 7, openBy: 8 },
  hits: [{ n: 1, from: 9, until: 10 }],
  inFlight: [{ n: 1, policy: 'sync', from: 11, first: 12, last: 13, arrivesBy: 14 }],
  foreign: { n: 2, from: 15, until: 16 },
  limits: { sync: 10 },
  pausedUntil: 0,
  waiting: [
    {
      id: 'two',
      due: 17,
      calls: [
        { policy: 'sync', priority: 'interactive', since: 18, first: 0, n: 1, cost: 1 },
        { policy: 'list', priority: 'background', since: 18.5, first: 0, n: 1, cost: 1 },
      ],
    },
  ],
};

/** Fields that a record can do without. */
const optional =
  /^(uncertainty|probe|window|foreign|limits\.sync|clock\.(monotonicMs|bootId)|window\.openBy|inFlight\.0\.first)$/;
const counts = /\.?(issued|n|cost)$|^limits\.sync$|^waiting.*first$/;

type Path = readonly string[];

/** Every field of a record, by its path. */
function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(Array.isArray(value) ? [] : [[...path, key]]),
    ...pathsIn(inner, [...path, key]),
  ]);
}

/** @param replacement undefined: the field is removed */
function changed(value: unknown, [key, ...rest]: Path, replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const entries = Object.entries(Object(value)).map(
    ([name, inner]) => [name, name === key ? changed(inner, rest, replacement) : inner] as const,
  );
  const kept = entries.filter(([, inner]) => inner !== undefined);
  return Array.isArray(value) ? kept.map(([, inner]) => inner) : Object.fromEntries(kept);
}

describe('a record of a window', () => {
  test('is read with everything that it holds, and with as little as it can hold', () => {
    expect(parseWindowState(whole)).toBe(whole);
    const { uncertainty, probe, window, foreign, ...least } = whole;
    expect([uncertainty, probe, window, foreign]).not.toContain(undefined);
    const empty = { ...least, hits: [], inFlight: [], limits: {}, waiting: [] };
    expect(parseWindowState(empty)).toBe(empty);
  });

  test.each(pathsIn(whole).map((path) => [path.join('.'), path] as const))(
    'is none without %s, unless it may be absent',
    (name, path) => {
      const record = changed(whole, path, undefined);
      expect(parseWindowState(record) !== undefined).toBe(optional.test(name));
    },
  );

  test.each(pathsIn(whole).map((path) => [path.join('.'), path] as const))(
    'is none where %s is of another kind',
    (name, path) => {
      const wrong = [
        null,
        true,
        [true],
        { a: 1 },
        'x',
        -1,
        1.5,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        2 ** 53,
      ];
      const accepted = wrong.filter((value) => parseWindowState(changed(whole, path, value)) !== undefined);
      const found = path.reduce<unknown>((value, key) => Object(value)[key], whole);
      const fits = (value: unknown) => {
        if (name === 'version' || name.endsWith('priority')) return false;
        if (name === 'limits') return JSON.stringify(value) === '{"a":1}';
        if (typeof found === 'string') return value === 'x';
        if (typeof found !== 'number') return false;
        return counts.test(name) ? false : typeof value === 'number' && Number.isFinite(value);
      };
      expect(accepted).toEqual(wrong.filter(fits));
    },
  );

  test.each([
    [undefined],
    [null],
    ['x'],
    [7],
    [[]],
    [{}],
    [{ ...whole, version: 1 }],
    [{ ...whole, version: 3 }],
  ])('is none at all: %j', (record) => {
    expect(parseWindowState(record)).toBeUndefined();
  });
});
