// @ts-check
import { readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { createNodesFromFiles } from '@nx/devkit';
import { codegenOf } from './project.js';

/**
 * Infers a cacheable code generation target for every project whose package.json asks for one.
 *
 * @type {import('@nx/devkit').CreateNodesV2<{ targetName?: string }>}
 */
export const createNodesV2 = [
  '{libs,apps}/*/package.json',
  (files, options, context) =>
    createNodesFromFiles(
      (file, config, { workspaceRoot }) => {
        const { targetName = 'codegen' } = config ?? {};
        const root = dirname(file);
        const codegen = codegenOf(readFileSync(join(workspaceRoot, file), 'utf8'), root);
        if (codegen === undefined) return {};
        const { documentPath, outputPath } = codegen;
        const target = {
          command: `node tools/openapi-codegen/src/main.js ${root}`,
          cache: true,
          inputs: [
            '{projectRoot}/package.json',
            // The document and the files that it may refer to.
            `{workspaceRoot}/${posix.dirname(documentPath)}/**/*.yaml`,
            '{workspaceRoot}/tools/openapi-codegen/src/**/*',
            '!{workspaceRoot}/tools/openapi-codegen/src/**/*.test.js',
            '{workspaceRoot}/package.json',
            { externalDependencies: ['ajv', 'openapi-typescript', 'prettier', 'yaml', 'zod'] },
          ],
          outputs: [`{workspaceRoot}/${outputPath}`],
        };
        return { projects: { [root]: { targets: { [targetName]: target } } } };
      },
      files,
      options ?? {},
      context,
    ),
];
