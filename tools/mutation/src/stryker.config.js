// @ts-check
import { fileURLToPath } from 'node:url';
import shared from '../../../vitest.config.js';

const { test, ...config } = shared({ mode: 'test', command: 'serve' });

/**
 * Unit tests as Stryker runs them, from the root of the workspace. Its own option `testFiles` does not activate mutants of
 * code that runs while a module loads.
 */
export default {
  ...config,
  test: {
    ...test,
    include: JSON.parse(process.env['MUTATION_TESTS'] ?? '[]'),
    globalSetup: [],
    reporters: [],
    setupFiles: [fileURLToPath(new URL('fixed-seed.js', import.meta.url))],
  },
};
