// @ts-check
import { checkedKeywords } from '../document/check-schema.js';
import { argumentsSchema } from '../document/names.js';
import { referenceName, withChildren } from '../document/schema.js';

/** @import { OperationDescription } from '../document/operation.js' */
/** @import { ApiDescription } from '../document/read.js' */
/** @import { SchemaNode } from '../document/openapi.js' */

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

/** The keywords of a schema that are checked. @param {ApiDescription} api @param {SchemaNode} node @returns {object} */
function shapeOf(api, node) {
  const { $ref, ...parts } = withChildren(node, (child) => shapeOf(api, child));
  const isOpen = parts.additionalProperties === true;
  const keywords = Object.fromEntries(checkedKeywords.map((keyword) => [keyword, Object(parts)[keyword]]));
  return {
    $ref: $ref && api.identifiers.get(referenceName($ref)),
    ...keywords,
    ...(isOpen ? { additionalProperties: undefined } : {}),
  };
}

/** @param {ApiDescription} api @param {OperationDescription} operation */
function argumentsShape(api, { arguments: own }) {
  const required = own.filter((argument) => argument.required).map(({ name }) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(own.map(({ name, schema }) => [name, shapeOf(api, schema)])),
    required: required.length === 0 ? undefined : required,
    additionalProperties: false,
  };
}

/** @param {ApiDescription} api @param {OperationDescription} operation */
function callData({ identifiers }, { operationId, method, path, rateLimit, tool, ...rest }) {
  const [success, ...others] = rest.successes;
  const constant = (/** @type {string | undefined} */ name) => name && identifiers.get(name);
  return {
    operationId,
    method,
    path,
    rateLimit,
    isSafe: method === 'GET' || tool?.annotations.readOnlyHint === true || undefined,
    arguments: Object.fromEntries(
      rest.arguments.map(({ name, in: place, field }) => [
        name,
        { in: place, field: field === name ? undefined : field, isWhole: field === undefined || undefined },
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
