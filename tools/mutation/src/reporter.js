import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** Prints a mutant as soon as it was tried, so that a run which is stopped has said what it found. */
export const strykerPlugins = [
  declareValuePlugin(PluginKind.Reporter, 'json-lines', {
    /** @param {import('@stryker-mutator/api/core').MutantResult} mutant */
    onMutantTested: ({ status, location, replacement, statusReason }) => {
      process.stdout.write(`${JSON.stringify({ status, location, replacement, statusReason })}\n`);
    },
    /** @param {{ readonly mutantPlans: readonly unknown[] }} plan */
    onMutationTestingPlanReady: ({ mutantPlans }) => {
      process.stdout.write(`${JSON.stringify({ planned: mutantPlans.length })}\n`);
    },
  }),
];
