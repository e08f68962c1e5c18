// @ts-check
import { defineConfig } from 'vitest/config';

/**
 * The tests of every project: those beside the sources, or with `--mode e2e` those in e2e folders, which need built
 * files. Sources of workspace packages are used as they are, without a build.
 */
export default defineConfig(({ mode }) => {
  const e2e = mode === 'e2e';
  return {
    ssr: { resolve: { conditions: ['@wemasy-orders/source', 'node', 'import', 'default'] } },
    test: {
      include: [`${e2e ? 'e2e/' : ''}**/*.test.{ts,js}`],
      exclude: ['**/node_modules/**', '**/dist/**', '**/out-tsc/**', ...(e2e ? [] : ['e2e/**'])],
      restoreMocks: true,
      ...(e2e ? { testTimeout: 60_000, hookTimeout: 60_000 } : {}),
      // .ci/run adds up the counts of all projects from these files.
      reporters: process.env['CI']
        ? ['default', ['json', { outputFile: `test-results/${e2e ? 'e2e' : 'test'}.json` }]]
        : ['default'],
    },
  };
});
