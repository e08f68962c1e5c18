// @ts-check
import openapiTS, { astToString, NULL, oapiRef, stringToAST, tsLiteral, tsUnion } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';
import { readDocument } from './document/read.js';
import { emitCalls } from './emit/calls.js';
import { emitExamples } from './emit/examples.js';
import { emitOperations } from './emit/operations.js';
import { emitZod } from './emit/zod.js';
import { at, isRecord } from './document/json.js';
import { firstParagraph } from './document/schema.js';
import { DocumentError } from './document/issues.js';

/** @import { ReadOptions } from './document/read.js' */

/**
 * Turns an OpenAPI document into the client's generated files. The same text gives the same files, byte for byte.
 *
 * @param {string} text the document, YAML or JSON
 * @param {ReadOptions & { documentPath: string, outputPath: string }} options paths below the workspace root: the first
 *   is named in the header of each file, the second decides which formatting rules apply
 * @returns {Promise<Record<'schema.ts' | 'schemas.ts' | 'calls.ts' | 'operations.ts' | 'examples.ts', string>>} file name → content
 * @throws {import('./document/issues.js').DocumentError} with every place that is not understood or contradicts another
 */
export async function generate(text, options) {
  try {
    return await generated(text, options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DocumentError('the document: it is nested too deep; move what is inside to components.schemas');
  }
}

/** @type {typeof generate} */
async function generated(text, { outputPath, ...options }) {
  const api = readDocument(text, options);
  const header = [
    `// Generated from ${options.documentPath}; do not edit: change the document and run \`npm run codegen\`.`,
    `// SHA-256 of the document: ${api.hash}`,
  ].join('\n');
  const types = await openapiTS(JSON.stringify(api.document), {
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
    // A field with a default may be left out.
    defaultNonNullable: false,
    transform: openType,
  }).catch((/** @type {unknown} */ error) => {
    // It follows references that ours do not need, those of examples for instance.
    throw new DocumentError(`no types can be made of the document: ${String(error)}`);
  });
  const style = (await resolveConfig(`${outputPath}/schema.ts`, { editorconfig: true })) ?? {};
  const finish = (/** @type {string} */ source) =>
    format(`${header}\n\n${source}`, { ...style, parser: 'typescript' });
  return {
    'schema.ts': await finish(described(astToString(types), api)),
    'schemas.ts': await finish(emitZod(api)),
    'calls.ts': await finish(emitCalls(api)),
    'operations.ts': await finish(emitOperations(api)),
    'examples.ts': await finish(emitExamples(api)),
  };
}

/**
 * The type of an open enumeration, which names the known values to editors and takes any other text.
 *
 * @param {object} schema
 * @returns undefined for any other schema
 */
function openType(schema) {
  if (!('x-extensible-enum' in schema) || !('type' in schema)) return undefined;
  const known = schema['x-extensible-enum'];
  const values = Array.isArray(known)
    ? known.map((value) => tsLiteral(value))
    : [oapiRef(String(at(known, '$ref')))];
  const [text] = stringToAST('type Text = string & {};');
  const isNullable = [schema.type].flat().includes('null');
  if (!isRecord(text)) return undefined;
  return tsUnion([...values, /** @type {typeof NULL} */ (text['type']), ...(isNullable ? [NULL] : [])]);
}

/**
 * Says of each exported type what the document says of its schema.
 *
 * @param {string} source
 * @param {import('./document/read.js').ApiDescription} api
 */
function described(source, { schemas }) {
  return source
    .replace(/^export interface paths /m, '/** The paths of the document. */\n$&')
    .replace(/^export interface components /m, '/** What several operations of the document share. */\n$&')
    .replaceAll(/^export type \w+ = components\['schemas'\]\['([^']+)'\];/gm, (declaration, name) => {
      const text = firstParagraph(schemas[name]?.description) ?? `\`${name}\` of the document.`;
      return `/** ${text.replaceAll('*/', '*\\/')} */\n${declaration}`;
    });
}
