// @ts-check
import { referenceName } from '../document/schema.js';

/** @import { OperationDescription } from '../document/operation.js' */
/** @import { ApiDescription } from '../document/read.js' */
/** @import { SchemaNode } from '../document/openapi.js' */

/**
 * Emits what the document shows, as plain data: the answer to each operation's success, and the fields of objects.
 *
 * @param {ApiDescription} api
 * @returns {string} TypeScript source, not formatted
 */
export function emitExamples({ operations, schemas, identifiers }) {
  const answers = Object.fromEntries(
    operations.map((operation) => [operation.operationId, documentedAnswer(operation, schemas)]),
  );
  const fields = Object.fromEntries(
    Object.entries(schemas).flatMap(([name, { properties = {} }]) => {
      const shown = Object.entries(properties).filter(([, { examples = [] }]) => examples.length > 0);
      const examples = shown.map(([field, node]) => [field, node.examples?.[0]]);
      return shown.length === 0 ? [] : [[identifiers.get(name), Object.fromEntries(examples)]];
    }),
  );
  return `
/** The answer that the document shows for a success. */
export interface DocumentedAnswer {
  readonly status: number;
  /** JSON; absent if the answer has no body. */
  readonly body?: unknown;
}

/** By operation; absent where the document shows none. */
export const documentedAnswers: Readonly<Partial<Record<string, DocumentedAnswer>>> = ${JSON.stringify(answers)};

/** By schema of an object: its fields that have an example. */
export const documentedFields: Readonly<Partial<Record<string, Readonly<Record<string, unknown>>>>> = ${JSON.stringify(fields)};
`;
}

/** @typedef {ApiDescription['schemas']} Schemas */

/** The first success with an example: its own, or one put together from those of its fields. @param {OperationDescription} operation @param {Schemas} schemas */
function documentedAnswer({ successes }, schemas) {
  for (const { status, contentType, schema, example } of successes) {
    if (contentType === undefined) return { status: Number(status) };
    const body = example ?? (schema && exampleOf(schemas[schema], schemas, [schema]));
    if (body !== undefined) return { status: Number(status), body };
  }
  return undefined;
}

/**
 * An example of a schema, put together from the examples inside it.
 *
 * @param {SchemaNode | undefined} node
 * @param {Schemas} schemas
 * @param {readonly string[]} trail components that contain this one
 * @returns {unknown} undefined where something that must be there has none
 */
function exampleOf(node, schemas, trail) {
  if (node === undefined) return undefined;
  const [own = node.default ?? node.const ?? node.enum?.[0]] = node.examples ?? [];
  if (own !== undefined) return own;
  if (node.$ref !== undefined) {
    const name = referenceName(node.$ref);
    return trail.includes(name) ? undefined : exampleOf(schemas[name], schemas, [...trail, name]);
  }
  if (node.anyOf !== undefined) {
    const shown = node.anyOf.map((option) => exampleOf(option, schemas, trail));
    return shown.find((each) => each != null) ?? shown.find((each) => each !== undefined);
  }
  if (node.properties !== undefined) {
    const required = node.required ?? [];
    const fields = Object.entries(node.properties).flatMap(([name, property]) => {
      const isEmpty = required.includes(name) && [property.type].flat().includes('null');
      const shown = exampleOf(property, schemas, trail) ?? (isEmpty ? null : undefined);
      return shown === undefined ? [] : [[name, shown]];
    });
    const isWhole = required.every((name) => fields.some(([field]) => field === name));
    return fields.length === 0 || !isWhole ? undefined : Object.fromEntries(fields);
  }
  if (node.items !== undefined) {
    const item = exampleOf(node.items, schemas, trail);
    return item === undefined ? undefined : [item];
  }
  return node.type === 'null' ? null : undefined;
}
