import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { type Exploration, exploreAll, runDrawn } from './support/explore.js';
import { apiBehaviours, createInterleavedWorld, type Scenario } from './support/interleaved-world.js';

function behaviours(...names: readonly string[]) {
  return apiBehaviours.filter(({ name }) => names.includes(name));
}

/** The kinds of answer that differ most: done, certainly not done, and lost. */
const mainBehaviours = behaviours('accepts', 'rejects the values', 'books, then the answer is lost');

// Thousands of schedules take a minute on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

/** Two processes send one order, and a person may confirm what became of it. */
const twoSenders: Scenario = {
  senders: [
    { name: 'A', looksGone: true },
    { name: 'B', looksGone: true },
  ],
  verdicts: ['not_synced'],
  api: mainBehaviours,
  disturbances: ['crash', 'cancel', 'store failure', 'time'],
};

function report({ schedules, steps, states }: Exploration): void {
  console.log(`${schedules} schedules, ${steps} steps${states > 0 ? `, ${states} states` : ''}`);
}

it('holds in every order of events, whatever the API answers', async () => {
  const scenario: Scenario = { ...twoSenders, api: apiBehaviours };
  const explored = await exploreAll(() => createInterleavedWorld(scenario), { disturbances: 0 });
  report(explored);
  expect(explored.schedules).toBeGreaterThan(5_000);
});

it('holds in every order of events with one crash, cancel, failed update or lapse of time', async () => {
  const explored = await exploreAll(() => createInterleavedWorld(twoSenders), { disturbances: 1 });
  report(explored);
  expect(explored.schedules).toBeGreaterThan(5_000);
});

it('holds when one of the senders resends', async () => {
  const [first, second] = twoSenders.senders;
  const scenario: Scenario = {
    ...twoSenders,
    senders: [first, { ...second, resend: true }],
    api: behaviours('accepts', 'answers the documented 429', 'books, then the answer is lost'),
  };
  const explored = await exploreAll(() => createInterleavedWorld(scenario), { disturbances: 0 });
  report(explored);
  expect(explored.schedules).toBeGreaterThan(500);
});

it('holds when others cannot see that a sender has crashed', async () => {
  const scenario: Scenario = {
    senders: [{ name: 'A' }, { name: 'B' }],
    verdicts: [],
    api: mainBehaviours,
    disturbances: ['crash'],
  };
  const explored = await exploreAll(() => createInterleavedWorld(scenario), { disturbances: 1 });
  report(explored);
  expect(explored.schedules).toBeGreaterThan(100);
});

it('holds in schedules drawn at random, with any number of disturbances', async () => {
  const scenario: Scenario = { ...twoSenders, api: apiBehaviours, verdicts: ['synced', 'not_synced'] };
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat()), async (draws) => {
      await runDrawn(createInterleavedWorld(scenario), draws);
    }),
    { numRuns: 2_000 },
  );
});
