// @ts-check
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { leftovers } from './tools/workspace/src/own-folders.js';
import { TestReporter } from './tools/workspace/src/test-report.js';

const filesByMode = new Map([
  ['e2e', 'e2e/**/*.test.{ts,js}'],
  ['rehearsal', 'e2e/**/*.rehearsal.{ts,js}'],
  ['pictures', 'e2e/**/*.picture.ts'],
]);

/**
 * The tests of every project: those beside the sources, or with `--mode e2e` those in e2e folders, which need built
 * files. `--mode rehearsal` selects those that take minutes or the network. `--mode pictures` draws the pictures of the
 * documentation from built files. Sources of workspace packages are used as they are, without a build.
 */
export default defineConfig(({ mode }) => {
  const files = filesByMode.get(mode);
  return {
    ssr: { resolve: { conditions: ['@wemasy-orders/source', 'node', 'import', 'default'] } },
    test: {
      include: [files ?? '**/*.test.{ts,js}'],
      exclude: [
        '**/node_modules/**',
        '**/dist/**',
        '**/out-tsc/**',
        ...(files === undefined ? ['e2e/**'] : []),
      ],
      restoreMocks: true,
      globalSetup: fileURLToPath(new URL('tools/workspace/src/own-folders.js', import.meta.url)),
      // Files of e2e folders mostly wait for processes.
      ...(files === undefined ? {} : { maxWorkers: 2 }),
      // Only a test that hangs takes that long; a busy machine must not fail one.
      testTimeout: 60_000,
      hookTimeout: 60_000,
      expect: { poll: { timeout: 50_000 } },
      // .ci/run adds up these files of all projects. Nx, npm and podman, which rehearsals run, leave files of their own.
      reporters: process.env['CI']
        ? [
            'default',
            new TestReporter(
              `test-results/${files === undefined ? 'test' : mode}.json`,
              mode === 'rehearsal' ? undefined : leftovers,
            ),
          ]
        : ['default'],
    },
  };
});
