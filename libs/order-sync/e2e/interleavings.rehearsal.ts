/**
 * Explores every schedule of two senders, a person and the API up to a number of disturbances, and drawn schedules beyond
 * it. `npm run bench -- interleavings` explores more of them and writes the figures down.
 */
import fc from 'fast-check';
import { expect, it, type TestContext, vi } from 'vitest';
import { type Exploration, exploreAll, runDrawn } from './support/explore.js';
import { apiBehaviours, createInterleavedWorld, type Scenario } from './support/interleaved-world.js';

function behaviours(...names: readonly string[]) {
  return apiBehaviours.filter(({ name }) => names.includes(name));
}

/** The kinds of answer that differ most: done, certainly not done, and lost. */
const mainBehaviours = behaviours('accepts', 'rejects the values', 'books, then the answer is lost');

const explores = process.env['EXPLORE'] === 'more' ? 'more' : 'usual';
// Thousands of schedules take a minute on a busy machine, millions some hours.
vi.setConfig({ testTimeout: explores === 'usual' ? 300_000 : 4 * 3_600_000 });

declare module 'vitest' {
  interface TaskMeta {
    /** What a test explored, for the page of `npm run bench -- interleavings`. */
    explored?: Exploration & { readonly disturbances: number | 'any' };
  }
}

/** Two processes send one order, and a person may confirm its outcome. */
const twoSenders: Scenario = {
  senders: [
    { name: 'A', looksGone: true },
    { name: 'B', looksGone: true },
  ],
  verdicts: ['not_synced'],
  api: mainBehaviours,
  disturbances: ['crash', 'cancel', 'store failure', 'time'],
};

/** @param disturbances the most in one schedule */
async function exploreAndReport(
  { task }: TestContext,
  scenario: Scenario,
  disturbances: Readonly<Record<typeof explores, number>>,
): Promise<number> {
  const limit = { disturbances: disturbances[explores] };
  const explored = await exploreAll(() => createInterleavedWorld(scenario), limit);
  const { schedules, steps, states } = explored;
  task.meta.explored = { ...explored, ...limit };
  console.log(`${schedules} schedules, ${steps} steps, ${states} states, ${limit.disturbances} disturbances`);
  return schedules;
}

it('holds in every order of events, whatever the API answers', async (context) => {
  const scenario: Scenario = { ...twoSenders, api: apiBehaviours };
  expect(await exploreAndReport(context, scenario, { usual: 0, more: 0 })).toBeGreaterThan(5_000);
});

it('holds in every order of events with a crash, cancel, failed update or lapse of time', async (context) => {
  expect(await exploreAndReport(context, twoSenders, { usual: 1, more: 1 })).toBeGreaterThan(5_000);
});

it('holds when one of the senders resends', async (context) => {
  const [first, second] = twoSenders.senders;
  const scenario: Scenario = {
    ...twoSenders,
    senders: [first, { ...second, resend: true }],
    api: behaviours('accepts', 'answers the documented 429', 'books, then the answer is lost'),
  };
  expect(await exploreAndReport(context, scenario, { usual: 0, more: 1 })).toBeGreaterThan(500);
});

it('holds when both senders resend', async (context) => {
  const scenario: Scenario = {
    ...twoSenders,
    senders: [
      { name: 'A', resend: true },
      { name: 'B', resend: true },
    ],
    api: behaviours('accepts', 'answers the documented 429', 'books, then the answer is lost'),
    disturbances: ['crash', 'cancel', 'store failure'],
  };
  expect(await exploreAndReport(context, scenario, { usual: 0, more: 1 })).toBeGreaterThan(500);
});

it('holds when the store is emptied at any moment', async (context) => {
  const scenario: Scenario = { ...twoSenders, disturbances: ['store emptied', 'store failure', 'cancel'] };
  expect(await exploreAndReport(context, scenario, { usual: 1, more: 2 })).toBeGreaterThan(500);
});

it('holds when others cannot see that a sender has crashed', async (context) => {
  const scenario: Scenario = {
    senders: [{ name: 'A' }, { name: 'B' }],
    verdicts: [],
    api: mainBehaviours,
    disturbances: ['crash'],
  };
  expect(await exploreAndReport(context, scenario, { usual: 1, more: 2 })).toBeGreaterThan(100);
});

it('holds in schedules drawn at random, with any number of disturbances', async ({ task }) => {
  const scenario: Scenario = { ...twoSenders, api: apiBehaviours, verdicts: ['synced', 'not_synced'] };
  const schedules = { usual: 2_000, more: 20_000 }[explores];
  let steps = 0;
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat()), async (draws) => {
      steps += await runDrawn(createInterleavedWorld(scenario), draws);
    }),
    { numRuns: schedules },
  );
  task.meta.explored = { schedules, steps, states: 0, disturbances: 'any' };
});
