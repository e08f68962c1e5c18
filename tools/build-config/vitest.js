// @ts-check
import { defineConfig } from 'vitest/config';

/**
 * Settings that every test run shares. Source files of workspace packages are used as they are, without a build.
 *
 * @param {'test' | 'e2e'} target `e2e` for tests that need built files, kept in a project's e2e folder
 */
function configFor(target) {
  return defineConfig({
    ssr: { resolve: { conditions: ['@wemasy-orders/source', 'node', 'import', 'default'] } },
    test: {
      include: target === 'e2e' ? ['e2e/**/*.test.{ts,js}'] : ['**/*.test.{ts,js}'],
      exclude: ['**/node_modules/**', '**/dist/**', '**/out-tsc/**', ...(target === 'e2e' ? [] : ['e2e/**'])],
      restoreMocks: true,
      ...(target === 'e2e' ? { testTimeout: 60_000, hookTimeout: 60_000 } : {}),
      // .ci/run adds up the counts of all projects from these files.
      reporters: process.env['CI']
        ? ['default', ['json', { outputFile: `test-results/${target}.json` }]]
        : ['default'],
    },
  });
}

export const e2e = configFor('e2e');

export default configFor('test');
