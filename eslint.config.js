// @ts-check
import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import * as jsonc from 'jsonc-eslint-parser';
import tseslint from 'typescript-eslint';

/** Imports only ever point down: what each project may import. */
const floors = {
  state: [],
  'browser-testing': [],
  'rate-limit': ['scope:state'],
  client: ['scope:rate-limit', 'scope:state', 'type:document'],
  'order-sync': ['scope:client', 'scope:rate-limit', 'scope:state', 'type:document'],
  presentation: ['scope:order-sync', 'scope:client'],
  runtime: ['scope:order-sync', 'scope:client', 'scope:rate-limit', 'scope:state'],
  'sandbox-server': ['scope:client'],
  sandbox: ['scope:sandbox-server', 'scope:client', 'scope:browser-testing'],
};

export default tseslint.config(
  { ignores: ['**/dist/**', '**/out-tsc/**', '**/test-results/**', '**/generated/**', '.nx/**'] },
  {
    files: ['**/*.ts', '**/*.js'],
    extends: [js.configs.recommended, tseslint.configs.strict],
    plugins: { '@nx': nx },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@nx/enforce-module-boundaries': [
        'error',
        {
          // Scripts of a library use its built files by the name that users import.
          allowCircularSelfDependency: true,
          // Configuration files reach the shared settings by path, before any package is linked.
          allow: ['^.*/tools/bundle/.*\\.js$', '^.*/vitest\\.config\\.js$'],
          // The main entries of state and runtime are small or used by every run, and what is behind their subpaths is loaded
          // lazily; a test loads presentation again for each document.
          checkDynamicDependenciesExceptions: [
            '@wemasy-orders/state',
            '@wemasy-orders/runtime',
            '@wemasy-orders/presentation',
          ],
          depConstraints: [
            { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['type:lib'] },
            { sourceTag: 'type:lib', onlyDependOnLibsWithTags: ['type:lib', 'type:document'] },
            { sourceTag: 'type:tool', onlyDependOnLibsWithTags: ['type:tool', 'type:lib'] },
            { sourceTag: 'type:document', onlyDependOnLibsWithTags: [] },
            ...Object.entries(floors).map(([name, tags]) => ({
              sourceTag: `scope:${name}`,
              onlyDependOnLibsWithTags: tags,
            })),
          ],
        },
      ],
    },
  },
  {
    // stdout belongs to the protocol: a library never prints, and the MCP server logs on stderr.
    files: ['libs/*/src/**/*.ts', 'apps/mcp-server/src/**/*.ts'],
    ignores: ['**/*.test.ts', 'apps/mcp-server/src/main.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': ['error', { object: 'process', property: 'stdout' }],
    },
  },
  {
    // The environment and the clock are handed in at main.ts.
    files: ['libs/*/src/**/*.ts', 'apps/*/src/**/*.ts'],
    ignores: ['**/*.test.ts', 'apps/*/src/main.ts', 'libs/browser-testing/src/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'stdout' },
        { object: 'process', property: 'env' },
      ],
    },
  },
  {
    // Apps are bundled: what they stand on is built in, and installing them brings nothing else along.
    files: ['openapi/package.json', 'libs/*/package.json', 'tools/*/package.json'],
    plugins: { '@nx': nx },
    languageOptions: { parser: jsonc },
    rules: {
      '@nx/dependency-checks': [
        'error',
        {
          ignoredFiles: [
            '{projectRoot}/src/**/*.test.{ts,js}',
            '{projectRoot}/src/testing/openapi-judge.ts',
            '{projectRoot}/e2e/**',
          ],
        },
      ],
    },
  },
);
