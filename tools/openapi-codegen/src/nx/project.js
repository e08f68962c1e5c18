// @ts-check
import { posix } from 'node:path';
import * as z from 'zod';

const manifest = z.looseObject({
  openapi: z
    .strictObject({
      document: z.string(),
      output: z.string(),
      writes: z.array(z.string()).default([]),
      withoutArguments: z.array(z.string()).default([]),
      reserved: z.array(z.string()).default([]),
    })
    .optional(),
});

/**
 * What a project's package.json says about code generation, under `"openapi"`: `document`, a path below the workspace
 * root; `output`, a path below the project; `writes`, the writing operations that have an implementation with a journal;
 * `withoutArguments`, operations that the product calls by itself; `reserved`, the names of arguments, settings and flags that the apps call their own.
 *
 * @param {string} packageJson text of the file
 * @param {string} projectRoot below the workspace root
 * @returns {{ documentPath: string, outputPath: string, writes: readonly string[], withoutArguments: readonly string[], reserved: readonly string[] }
 *   | undefined} undefined where the project generates nothing
 */
export function codegenOf(packageJson, projectRoot) {
  const { openapi } = manifest.parse(JSON.parse(packageJson));
  if (openapi === undefined) return undefined;
  const { document, output, ...names } = openapi;
  return { documentPath: document, outputPath: posix.join(projectRoot, output), ...names };
}
