// @ts-check
import { argumentsSchema } from '../document/read.js';
import { referenceName } from '../document/nodes.js';

/** @import { ApiDescription, OperationDescription } from '../document/read.js' */
/** @import { SchemaNode } from '../document/shape.js' */

/**
 * Emits, as plain data, what a call needs while the program runs: where its arguments go, and the JSON Schemas that arguments
 * and answers are checked against. Texts, privacy marks and zod schemas are left to other files, so that a page which only
 * calls the API does not carry them.
 *
 * @param {ApiDescription} api
 * @returns {string} TypeScript source, not formatted
 */
export function emitCalls(api) {
  const described = {
    ...Object.fromEntries(
      Object.entries(api.schemas).map(([name, node]) => [api.identifiers.get(name), shapeOf(api, node)]),
    ),
    ...Object.fromEntries(
      api.operations.map((operation) => [
        argumentsSchema(operation.operationId),
        argumentsShape(api, operation),
      ]),
    ),
  };
  const calls = Object.fromEntries(
    api.operations.map((operation) => [operation.operationId, callData(api, operation)]),
  );
  const used = new Set();
  for (const { argumentsSchema, responseSchema, otherSuccesses = {} } of Object.values(calls)) {
    for (const name of [argumentsSchema, responseSchema, ...Object.values(otherSuccesses)]) {
      addUsed(name, described, used);
    }
  }
  const shapes = Object.fromEntries(Object.entries(described).filter(([name]) => used.has(name)));
  return `
import type * as description from '../api-description.js';

export type { Argument, ShapeType } from '../api-description.js';

/** A schema that arguments or answers are checked against, by the name of its constant in \`./schemas\`. */
export type ShapeName = ${
    Object.keys(shapes)
      .map((name) => JSON.stringify(name))
      .join(' | ') || 'never'
  };

/** A JSON Schema of the document, with the keywords that are checked. */
export type Shape = description.Shape<ShapeName>;

/** What a call of one operation needs. */
export type Call = description.Call<ShapeName>;

/** Base URL of the vendor's production server. */
export const productionUrl = ${JSON.stringify(api.serverUrl)};

export const shapes: Readonly<Record<ShapeName, Shape>> = ${JSON.stringify(shapes)};

export const calls = ${JSON.stringify(calls)} as const satisfies Record<string, Call>;
`;
}

/**
 * Adds the names of a schema and of those that it refers to.
 *
 * @param {string | null | undefined} name
 * @param {Readonly<Record<string, object>>} shapes
 * @param {Set<string>} used
 */
function addUsed(name, shapes, used) {
  if (name == null || used.has(name)) return;
  used.add(name);
  JSON.stringify(shapes[name], (key, value) => {
    if (key === '$ref' && typeof value === 'string') addUsed(value, shapes, used);
    return value;
  });
}

/** All that `emitZod` understands; the other keywords check nothing. */
const checked = /** @type {const} */ ([
  'anyOf',
  'type',
  'const',
  'enum',
  'minLength',
  'maxLength',
  'pattern',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'items',
  'minItems',
  'maxItems',
  'properties',
  'required',
  'additionalProperties',
]);

/** @param {ApiDescription} api @param {SchemaNode} node @returns {object} */
function shapeOf(api, node) {
  const below = (/** @type {SchemaNode} */ child) => shapeOf(api, child);
  const { anyOf, items, properties, additionalProperties } = node;
  const parts = {
    ...node,
    anyOf: anyOf?.map(below),
    items: items && below(items),
    properties:
      properties &&
      Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, below(child)])),
    additionalProperties:
      typeof additionalProperties === 'object'
        ? below(additionalProperties)
        : additionalProperties === false
          ? false
          : undefined,
  };
  return {
    $ref: node.$ref === undefined ? undefined : api.identifiers.get(referenceName(node.$ref)),
    ...Object.fromEntries(checked.map((keyword) => [keyword, parts[keyword]])),
  };
}

/** @param {ApiDescription} api @param {OperationDescription} operation */
function argumentsShape(api, operation) {
  const required = operation.arguments.filter((argument) => argument.required).map(({ name }) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(
      operation.arguments.map(({ name, schema }) => [name, shapeOf(api, schema)]),
    ),
    required: required.length === 0 ? undefined : required,
    additionalProperties: false,
  };
}

/** @param {ApiDescription} api @param {OperationDescription} operation */
function callData(api, { operationId, method, path, rateLimit, tool, ...rest }) {
  const [success, ...others] = rest.answers.filter(({ status }) => status.startsWith('2'));
  const constant = (/** @type {string | undefined} */ name) =>
    name === undefined ? undefined : api.identifiers.get(name);
  return {
    operationId,
    method,
    path,
    rateLimit,
    isSafe: method === 'GET' || tool?.annotations.readOnlyHint === true || undefined,
    arguments: Object.fromEntries(
      rest.arguments.map(({ name, in: place, field }) => [
        name,
        {
          in: place,
          field: field === name ? undefined : field,
          isWhole: field === undefined || undefined,
        },
      ]),
    ),
    argumentsSchema: argumentsSchema(operationId),
    requestSchema: constant(rest.requestSchema),
    successStatus: Number(success?.status),
    responseSchema: constant(success?.schema),
    responseType: success?.schema === undefined ? success?.contentType : undefined,
    otherSuccesses:
      others.length === 0
        ? undefined
        : Object.fromEntries(others.map(({ status, schema }) => [status, constant(schema) ?? null])),
  };
}
