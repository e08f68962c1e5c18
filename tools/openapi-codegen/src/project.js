// @ts-check
import { posix } from 'node:path';
import * as z from 'zod';

const manifest = z.looseObject({
  openapi: z.strictObject({ document: z.string(), output: z.string() }).optional(),
});

/**
 * What a project's package.json says of code generation:
 * `"openapi": { "document": "<path below the workspace root>", "output": "<path below the project>" }`.
 *
 * @param {string} packageJson text of the file
 * @param {string} projectRoot below the workspace root
 * @returns {{ documentPath: string, outputPath: string } | undefined} undefined where the project generates nothing
 */
export function codegenOf(packageJson, projectRoot) {
  const { openapi } = manifest.parse(JSON.parse(packageJson));
  if (openapi === undefined) return undefined;
  return { documentPath: openapi.document, outputPath: posix.join(projectRoot, openapi.output) };
}
