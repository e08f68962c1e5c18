// @ts-check
import openapiTS, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';
import { readDocument } from './document.js';
import { emitExamples } from './emit-examples.js';
import { emitOperations } from './emit-operations.js';
import { emitZod } from './emit-zod.js';
import { DocumentError } from './issues.js';

/** @import { ReadOptions } from './document.js' */

/**
 * Turns an OpenAPI document into the client's generated files. The same text gives the same files, byte for byte.
 *
 * @param {string} text the document, YAML or JSON
 * @param {ReadOptions & { documentPath: string, outputPath: string }} options paths below the workspace root: the first
 *   is named in the header of each file, the second decides which formatting rules apply
 * @returns {Promise<Record<'schema.ts' | 'schemas.ts' | 'operations.ts' | 'examples.ts', string>>} file name → content
 * @throws {import('./issues.js').DocumentError} with every place that is not understood or contradicts another
 */
export async function generate(text, { outputPath, ...options }) {
  const api = readDocument(text, options);
  const header = [
    `// Generated from ${options.documentPath}; do not edit: change the document and run \`npm run codegen\`.`,
    `// SHA-256 of the document: ${api.hash}`,
  ].join('\n');
  // Ours come first: they refuse what they do not understand in words that name the place.
  const schemas = emitZod(api);
  const operations = emitOperations(api);
  const examples = emitExamples(api);
  api.issues.throwIfAny();
  const types = await openapiTS(JSON.stringify(api.document), {
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
    // A field with a default may be left out.
    defaultNonNullable: false,
  }).catch((/** @type {unknown} */ error) => {
    // It follows references that ours do not need, those of examples for instance.
    throw new DocumentError(`no types can be made of the document: ${String(error)}`);
  });
  const style = (await resolveConfig(`${outputPath}/schema.ts`, { editorconfig: true })) ?? {};
  const finish = (/** @type {string} */ source) =>
    format(`${header}\n\n${source}`, { ...style, parser: 'typescript' });
  return {
    'schema.ts': await finish(astToString(types)),
    'schemas.ts': await finish(schemas),
    'operations.ts': await finish(operations),
    'examples.ts': await finish(examples),
  };
}
