// @ts-check
import { mergeConfig } from 'vitest/config';
import shared from '../../../vitest.config.js';

/** The unit tests of one library as Stryker runs them, from the root of the workspace. */
export default mergeConfig(shared({ mode: 'test', command: 'serve' }), {
  test: {
    // They try every schedule, and damage of every kind, which takes too long for every mutant.
    exclude: ['**/e2e/**', '**/exploration.test.ts', '**/damaged-bytes.test.ts'],
    reporters: [],
  },
});
