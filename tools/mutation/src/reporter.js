import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** Prints a mutant as soon as it was tried, so that a run which is stopped has said what it found. */
export const strykerPlugins = [
  declareValuePlugin(PluginKind.Reporter, 'json-lines', {
    /** @param {import('@stryker-mutator/api/core').MutantResult} mutant */
    onMutantTested: ({ status, testsCompleted, mutatorName, location, replacement, statusReason }) => {
      // No test ran, so no test file could be loaded: vitest fails then, which Stryker does not see.
      const isUnloadable = status === 'Survived' && testsCompleted === 0;
      const mutant = {
        status: isUnloadable ? 'Killed' : status,
        mutatorName,
        location,
        replacement,
        statusReason,
      };
      process.stdout.write(`${JSON.stringify(mutant)}\n`);
    },
    /** @param {{ readonly mutantPlans: readonly unknown[] }} plan */
    onMutationTestingPlanReady: ({ mutantPlans }) => {
      process.stdout.write(`${JSON.stringify({ planned: mutantPlans.length })}\n`);
    },
  }),
];
