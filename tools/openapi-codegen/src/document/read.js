// @ts-check
import { createHash } from 'node:crypto';
import { bundle } from './bundle.js';
import { checkExamples } from './check-examples.js';
import { checkBuckets } from './check-operation.js';
import { checkRecursion, checkSchema } from './check-schema.js';
import { Issues } from './issues.js';
import { isRecord } from './json.js';
import { checkNames, identifiersOf } from './names.js';
import { normalize } from './normalize.js';
import { describeOperation } from './operation.js';
import { json, parseOpenApi } from './openapi.js';
import { resolve } from './schema.js';
import { parseYaml } from './yaml.js';

/** @import { OperationDescription } from './operation.js' */
/** @import { OpenApiDocument, SchemaNode } from './openapi.js' */

/**
 * @typedef {object} ApiDescription
 * @property {string} hash SHA-256 of the document and the files that it refers to, hex
 * @property {OpenApiDocument} document in its normal form
 * @property {string} serverUrl
 * @property {Readonly<Record<string, SchemaNode>>} schemas
 * @property {ReadonlyMap<string, string>} identifiers component schema → name of its constant
 * @property {readonly OperationDescription[]} operations
 */

/**
 * @typedef {object} ReadOptions
 * @property {string} [documentPath] below the workspace root
 * @property {(path: string) => string | undefined} [readFile] reads a file below the workspace root
 * @property {readonly string[]} [writes] writing operations that have an implementation with a journal
 * @property {readonly string[]} [withoutArguments] operations that the product calls by itself, without arguments
 * @property {readonly string[]} [reserved] names of arguments, settings and flags that the apps call their own
 */

/**
 * Reads an OpenAPI 3.1 document (YAML or JSON).
 *
 * @param {string} text
 * @param {ReadOptions} [options]
 * @returns {ApiDescription}
 * @throws {import('./issues.js').DocumentError} naming every place that is not understood or contradicts another
 */
export function readDocument(
  text,
  {
    documentPath = 'openapi.yaml',
    readFile = () => undefined,
    writes = [],
    withoutArguments = [],
    reserved = [],
  } = {},
) {
  const issues = new Issues();
  // Line ends differ between checkouts; the hash, and so the generated code, must not.
  const normalized = text.replaceAll('\r\n', '\n');
  const parsed = parseYaml(normalized, documentPath, issues);
  issues.throwIfAny();
  if (!isRecord(parsed)) issues.add('', 'the file holds no OpenAPI document', 'write one');
  issues.throwIfAny();
  const { document: bundled, files } = bundle(parsed, { documentPath, readFile, issues });
  const document = normalize(parseOpenApi(bundled, issues), issues);
  const { schemas } = document.components;
  checkRecursion(schemas, issues);
  issues.throwIfAny();
  const renamable = fieldsOfRequests(document);
  for (const [name, schema] of Object.entries(schemas)) {
    checkSchema(schema, `components.schemas.${name}`, { schemas, renamable, issues });
  }
  const identifiers = identifiersOf(Object.keys(schemas), issues);
  const context = { document, identifiers, renamable, writes, withoutArguments, reserved, issues };
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, definition]) =>
      describeOperation(definition, { path, method }, context),
    ),
  );
  checkNames(operations, identifiers, issues);
  checkBuckets(operations, issues);
  issues.throwIfAny();
  checkExamples(document, issues);
  issues.throwIfAny();
  const hash = createHash('sha256').update(normalized);
  for (const file of files) hash.update(file.replaceAll('\r\n', '\n'));
  return {
    hash: hash.digest('hex'),
    document,
    serverUrl: document.servers[0]?.url ?? '',
    schemas,
    identifiers,
    operations,
  };
}

/** The fields of all requests, which may be given another name. @param {OpenApiDocument} document @returns {Set<SchemaNode>} */
function fieldsOfRequests({ paths, components }) {
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  return new Set(
    operations.flatMap(({ requestBody }) => {
      const { schema = {} } = requestBody?.content[json] ?? {};
      return Object.values(resolve(components.schemas, schema).properties ?? {});
    }),
  );
}
