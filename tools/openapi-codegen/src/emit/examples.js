// @ts-check
import { at, entriesOf, isRecord, referenceName } from '../document/nodes.js';

/** @import { ApiDescription, OperationDescription } from '../document/read.js' */
/** @import { SchemaNode } from '../document/shape.js' */

/**
 * Emits what the document shows, as plain data: the answer to each operation's success, and the fields of objects.
 *
 * @param {ApiDescription} api
 * @returns {string} TypeScript source, not formatted
 */
export function emitExamples(api) {
  const answers = Object.fromEntries(
    api.operations.flatMap((operation) => {
      const answer = documentedAnswer(api, operation);
      return answer === undefined ? [] : [[operation.operationId, answer]];
    }),
  );
  const fields = Object.entries(api.schemas).flatMap(([name, { properties = {} }]) => {
    const shown = Object.entries(properties).flatMap(([field, { examples = [] }]) =>
      examples.slice(0, 1).map((example) => [field, example]),
    );
    return shown.length === 0 ? [] : [[api.identifiers.get(name), Object.fromEntries(shown)]];
  });
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
export const documentedFields: Readonly<Partial<Record<string, Readonly<Record<string, unknown>>>>> = ${JSON.stringify(Object.fromEntries(fields))};
`;
}

/** @param {ApiDescription} api @param {OperationDescription} operation */
function documentedAnswer(api, { path, method, answers }) {
  const responses = at(api.document, 'paths', path, method.toLowerCase(), 'responses');
  for (const { status, contentType } of answers.filter((answer) => answer.status.startsWith('2'))) {
    if (contentType === undefined) return { status: Number(status) };
    const media = at(responses, status, 'content', 'application/json');
    const body = exampleOfMedia(api, media);
    if (body !== undefined) return { status: Number(status), body };
  }
  return undefined;
}

/** The example of a body: its own, one of its schema, or one put together from those of its fields. */
function exampleOfMedia(/** @type {ApiDescription} */ api, /** @type {unknown} */ media) {
  if (!isRecord(media)) return undefined;
  const named = entriesOf(media['examples']).map(([, each]) => at(each, 'value'));
  const given = [media['example'], ...named].find((each) => each !== undefined);
  if (given !== undefined) return given;
  const name = referenceName(String(at(media, 'schema', '$ref')));
  return exampleOf(api, api.schemas[name], []);
}

/**
 * An example of a schema, put together from the examples inside it.
 *
 * @param {ApiDescription} api
 * @param {SchemaNode | undefined} node
 * @param {readonly string[]} trail components that contain this one
 * @returns {unknown} undefined where something that must be there has none
 */
function exampleOf(api, node, trail) {
  if (node === undefined) return undefined;
  const [own = node.default ?? node.const ?? node.enum?.[0]] = node.examples ?? [];
  if (own !== undefined) return own;
  if (node.$ref !== undefined) {
    const name = referenceName(node.$ref);
    return trail.includes(name) ? undefined : exampleOf(api, api.schemas[name], [...trail, name]);
  }
  if (node.anyOf !== undefined) {
    const shown = node.anyOf
      .map((option) => exampleOf(api, option, trail))
      .filter((each) => each !== undefined);
    return shown.find((each) => each !== null) ?? shown[0];
  }
  if (node.properties !== undefined) return exampleOfObject(api, node, trail);
  if (node.items !== undefined) {
    const item = exampleOf(api, node.items, trail);
    return item === undefined ? undefined : [item];
  }
  return node.type === 'null' ? null : undefined;
}

/** @param {ApiDescription} api @param {SchemaNode} node @param {readonly string[]} trail */
function exampleOfObject(api, { properties = {}, required = [] }, trail) {
  const fields = Object.entries(properties).flatMap(([name, property]) => {
    const isEmpty = required.includes(name) && [property.type].flat().includes('null');
    const shown = exampleOf(api, property, trail) ?? (isEmpty ? null : undefined);
    return shown === undefined ? [] : [/** @type {const} */ ([name, shown])];
  });
  const isWhole = required.every((name) => fields.some(([field]) => field === name));
  return fields.length === 0 || !isWhole ? undefined : Object.fromEntries(fields);
}
