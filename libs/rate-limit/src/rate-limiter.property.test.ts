import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createWorld,
  MINUTE_MS,
  type Journey,
  type SimulatedProcess,
  type World,
  type WorldOptions,
} from './testing/world.js';

/** Raise it for a soak: `PROPERTY_RUNS=20000 npx vitest run --root libs/rate-limit property`. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 150);

const MARGIN_MS = 50;
/** The longest time until a process notices the answer to another's probe. */
const LOOK_MS = 250;

/** How bad the network is: percentages of calls that are slow, lost, or answered without proof of a hit. */
interface Weather {
  slow: number;
  lost: number;
  odd: number;
  /** A sleep during which the clock is set back leaves no trace, so a story has only one of both. */
  trouble: 'sleep' | 'clock-step';
}

const weather: fc.Arbitrary<Weather> = fc.record({
  slow: fc.constantFrom(0, 0, 10, 50),
  lost: fc.constantFrom(0, 0, 10),
  odd: fc.constantFrom(0, 0, 20),
  trouble: fc.constantFrom('sleep', 'clock-step'),
});

const delay = ({ slow }: Weather, longestMs: number): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 100 - slow, arbitrary: fc.integer({ min: 1, max: 100 }) },
    { weight: slow, arbitrary: fc.integer({ min: 100, max: 5_000 }) },
    { weight: slow / 2, arbitrary: fc.integer({ min: 5_000, max: longestMs }) },
  );

const journey = (how: Weather, longestMs: number): fc.Arbitrary<Journey> =>
  fc.record(
    {
      up: delay(how, longestMs),
      work: delay(how, longestMs),
      down: delay(how, longestMs),
      lost: fc.oneof(
        { weight: 100 - how.lost, arbitrary: fc.constant(undefined) },
        { weight: how.lost, arbitrary: fc.constantFrom('request' as const, 'answer' as const) },
      ),
      kind: fc.oneof(
        { weight: 100 - how.odd, arbitrary: fc.constant('plain' as const) },
        {
          weight: how.odd,
          arbitrary: fc.constantFrom('bare' as const, 'failing' as const, 'unauthenticated' as const),
        },
      ),
    },
    { noNullPrototype: true },
  );

/** Faults show at boundaries, so half of the events happen around the end of the server's window. */
const moment = fc.oneof(
  fc.record({ afterMs: fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 40_000 })) }),
  fc.record({
    fromWindowEndMs: fc.oneof(fc.integer({ min: -1_200, max: 300 }), fc.constantFrom(-150, 0, 60)),
  }),
);
type Moment = { afterMs: number } | { fromWindowEndMs: number };

type Step = { when: Moment } & (
  | { kind: 'calls'; policy: string; process: number; journeys: Journey[]; background: boolean }
  | { kind: 'clock-step'; ms: number }
  | { kind: 'sleep'; ms: number }
  | { kind: 'kill'; process: number }
  | { kind: 'raise-limit'; by: number }
  | { kind: 'abort'; process: number }
);

interface Scene {
  /** The longest that a request, its handling or its answer takes. */
  longestMs: number;
  policies: string[];
}

const calls = (how: Weather, { longestMs, policies }: Scene): fc.Arbitrary<Step> =>
  fc.record({
    when: moment,
    kind: fc.constant('calls'),
    policy: fc.constantFrom(...policies),
    process: fc.nat(2),
    journeys: fc.array(journey(how, longestMs), { minLength: 1, maxLength: 8, size: 'max' }),
    background: fc.constantFrom(false, false, true),
  });

const trouble = (how: Weather): fc.Arbitrary<Step> =>
  fc.oneof(
    how.trouble === 'sleep'
      ? fc.record({
          when: moment,
          kind: fc.constant('sleep' as const),
          ms: fc.integer({ min: 600, max: 200_000 }),
        })
      : fc.record({
          when: moment,
          kind: fc.constant('clock-step' as const),
          ms: fc.oneof(
            fc.integer({ min: -3_600_000, max: 3_600_000 }),
            fc.integer({ min: -70_000, max: 70_000 }),
          ),
        }),
    fc.record({ when: moment, kind: fc.constant('kill' as const), process: fc.nat(2) }),
    fc.record({
      when: moment,
      kind: fc.constant('raise-limit' as const),
      by: fc.integer({ min: 1, max: 5 }),
    }),
    fc.record({ when: moment, kind: fc.constant('abort' as const), process: fc.nat(2) }),
  );

const server = fc.record({
  limit: fc.integer({ min: 1, max: 7 }),
  expiry: fc.constantFrom('exact' as const, 'floored' as const),
  remaining: fc.constantFrom('at-hit' as const, 'after-controller' as const),
  driftPpm: fc.integer({ min: -500, max: 500 }),
});

const storyOf = (scene: Scene): fc.Arbitrary<Step[]> =>
  weather.chain((how) =>
    fc.array(fc.oneof({ weight: 6, arbitrary: calls(how, scene) }, { weight: 1, arbitrary: trouble(how) }), {
      minLength: 1,
      maxLength: 20,
      size: 'max',
    }),
  );

async function play(options: WorldOptions & { limit: number }, steps: Step[]): Promise<World> {
  const world = createWorld(options);
  let { limit } = options;
  const processes: SimulatedProcess[] = [0, 1, 2].map(() => world.start());
  const aborts = [0, 1, 2].map(() => new AbortController());
  for (const step of steps) {
    const { when } = step;
    const delayMs = 'afterMs' in when ? when.afterMs : world.server.resetInMs + when.fromWindowEndMs;
    await world.clock.advance(Math.max(0, delayMs));
    switch (step.kind) {
      case 'calls': {
        const process = processes[step.process];
        const signal = aborts[step.process]?.signal;
        const priority = step.background ? 'background' : 'interactive';
        for (const each of step.journeys) {
          process?.call(step.policy, each, { signal, priority }).catch(() => undefined);
        }
        break;
      }
      case 'clock-step':
        world.clock.stepWall(step.ms);
        break;
      case 'sleep':
        world.suspend(step.ms);
        break;
      case 'kill':
        processes[step.process]?.kill();
        processes[step.process] = world.start();
        break;
      case 'raise-limit':
        world.server.setLimit((limit += step.by));
        break;
      case 'abort':
        aborts[step.process]?.abort();
        aborts[step.process] = new AbortController();
        break;
    }
  }
  await world.clock.advance(3 * MINUTE_MS);
  return world;
}

test('the server never refuses a call without foreign use, whatever happens to clocks, network and processes', async () => {
  await fc.assert(
    fc.asyncProperty(server, storyOf({ longestMs: 54_000, policies: ['sync'] }), async (options, steps) => {
      const world = await play(options, steps);
      expect(world.server.rejected).toBe(0);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
}, 600_000);

test('the server never refuses a call if its windows are shorter than a call may take', async () => {
  await fc.assert(
    fc.asyncProperty(server, storyOf({ longestMs: 38_000, policies: ['sync'] }), async (options, steps) => {
      const world = await play({ ...options, windowMs: 2_000 }, steps);
      expect(world.server.rejected).toBe(0);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
}, 600_000);

test('the server never refuses a call if different limits share a counter', async () => {
  const story = storyOf({ longestMs: 54_000, policies: ['sync', 'list'] });
  await fc.assert(
    fc.asyncProperty(server, fc.integer({ min: 1, max: 8 }), story, async (options, more, steps) => {
      const shared = { windowMs: MINUTE_MS, bucket: 'user' };
      const policies = [
        { name: 'sync', limit: options.limit, ...shared },
        { name: 'list', limit: options.limit + more, ...shared },
      ];
      const world = await play({ ...options, policies, more: { list: more } }, steps);
      expect(world.server.rejected).toBe(0);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
}, 600_000);

test('the server never refuses a call if calls differ in cost', async () => {
  const call = fc.record({
    afterMs: fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 40_000 })),
    process: fc.nat(2),
    cost: fc.integer({ min: 1, max: 9 }),
    journey: weather.chain((how) => journey({ ...how, lost: 0, odd: 0 }, 54_000)),
  });
  const calls = fc.array(call, { minLength: 1, maxLength: 40, size: 'max' });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 9, max: 20 }), calls, async (limit, story) => {
      const world = createWorld({ limit });
      const processes = [world.start(), world.start(), world.start()];
      const answered: unknown[] = [];
      for (const { afterMs, process, cost, journey: each } of story) {
        await world.clock.advance(afterMs);
        void processes[process]?.call('sync', each, { cost }).then((status) => answered.push(status));
      }
      await world.clock.advance(3 * story.length * MINUTE_MS);
      expect(world.server.rejected).toBe(0);
      // No call starves.
      expect(answered).toHaveLength(story.length);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
}, 600_000);

test('no kind of server refuses a call of a sliding window', async () => {
  const kind = fc.constantFrom('calendar' as const, 'leaky-bucket' as const, 'sliding-log' as const);
  const travel = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 20_000 }));
  const call = fc.record({
    afterMs: fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 40_000 })),
    process: fc.nat(2),
    cost: fc.integer({ min: 1, max: 3 }),
    journey: fc.record({ up: travel, work: travel, down: travel }),
    calls: fc.integer({ min: 1, max: 6 }),
  });
  const calls = fc.array(call, { minLength: 1, maxLength: 30, size: 'max' });
  await fc.assert(
    fc.asyncProperty(kind, fc.integer({ min: 3, max: 9 }), calls, async (of, limit, story) => {
      const world = createWorld({ limit, kind: of });
      const processes = [world.start(), world.start(), world.start()];
      for (const { afterMs, process, cost, journey: each, calls: n } of story) {
        await world.clock.advance(afterMs);
        for (let at = 0; at < n; at += 1) void processes[process]?.call('sync', each, { cost });
      }
      await world.clock.advance(5 * MINUTE_MS);
      expect(world.server.rejected).toBe(0);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
}, 600_000);

test('a saturated limiter loses at most one flight and one margin per window, with any number of processes', async () => {
  const flight = fc.integer({ min: 0, max: 700 });
  const calls = fc.array(fc.record({ up: flight, work: flight, down: flight }), {
    minLength: 20,
    maxLength: 40,
    size: 'max',
  });
  await fc.assert(
    fc.asyncProperty(server, fc.integer({ min: 1, max: 4 }), calls, async (options, processes, journeys) => {
      const world = createWorld({ ...options, driftPpm: 0 });
      const running = Array.from({ length: processes }, () => world.start());
      for (const [at, each] of journeys.entries()) void running[at % processes]?.call('sync', each);
      const longestFlightMs = Math.max(...journeys.map(({ up, work, down }) => up + work + down));
      const windows = Math.ceil(journeys.length / options.limit);
      const timersMs = 2;
      await world.clock.advance(
        (windows - 1) * (MINUTE_MS + MARGIN_MS + longestFlightMs + timersMs) + 2 * longestFlightMs + LOOK_MS,
      );
      expect([world.server.accepted, world.server.rejected]).toEqual([journeys.length, 0]);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
}, 600_000);
