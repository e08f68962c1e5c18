// @ts-check
import openapiTS, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';
import { readDocument } from './document.js';
import { emitOperations } from './emit-operations.js';
import { emitZod } from './emit-zod.js';

/**
 * Turns an OpenAPI document into the client's generated files. The same text gives the same files, byte for byte.
 *
 * @param {string} text the document, YAML or JSON
 * @param {{ documentPath: string, outputPath: string }} options paths below the workspace root: the first is named
 *   in the header of each file, the second decides which formatting rules apply
 * @returns {Promise<Record<'schema.ts' | 'schemas.ts' | 'operations.ts', string>>} file name → content
 * @throws {import('./document.js').DocumentError} when the document is not understood or contradicts itself
 */
export async function generate(text, { documentPath, outputPath }) {
  const api = readDocument(text);
  const header = [
    `// Generated from ${documentPath}; do not edit: change the document and run \`npm run codegen\`.`,
    `// SHA-256 of the document: ${api.hash}`,
  ].join('\n');
  // Ours come first: they refuse what they do not understand in words that name the place.
  const schemas = emitZod(api);
  const operations = emitOperations(api);
  const types = await openapiTS(JSON.stringify(api.raw), { rootTypes: true, rootTypesNoSchemaPrefix: true });
  const style = (await resolveConfig(`${outputPath}/schema.ts`, { editorconfig: true })) ?? {};
  const finish = (/** @type {string} */ source) =>
    format(`${header}\n\n${source}`, { ...style, parser: 'typescript' });
  return {
    'schema.ts': await finish(astToString(types)),
    'schemas.ts': await finish(schemas),
    'operations.ts': await finish(operations),
  };
}
