// @ts-check
import { DocumentError, firstParagraph, referenceName } from './document.js';
import { querySchemaName } from './emit-zod.js';

/** @import { ApiDescription, OperationDescription, Privacy, SchemaNode } from './document.js' */

/**
 * @typedef {object} ResponseField
 * @property {Privacy} privacy
 * @property {readonly string[]} types JSON Schema types of the value
 * @property {string | undefined} description
 * @property {readonly string[] | undefined} knownValues values that are known of an open enumeration
 */

/**
 * Emits, as plain data, what the document says of each operation beyond types.
 *
 * @param {ApiDescription} api
 * @returns {string} TypeScript source, not formatted
 */
export function emitOperations(api) {
  const operations = Object.fromEntries(
    api.operations.map((operation) => [operation.operationId, operationData(api, operation)]),
  );
  return `
import type * as schemas from './schemas.js';

/** Who may see a field of an answer. */
export type Privacy = 'public' | 'name' | 'personal' | 'secret';

/** A field of an answer, as the document describes it. */
export interface ResponseField {
  readonly privacy: Privacy;
  /** JSON Schema types of the value. */
  readonly types: readonly string[];
  readonly description?: string;
  /** Values that are known of an open enumeration; others may come. */
  readonly knownValues?: readonly string[];
}

type SchemaName = keyof typeof schemas;

/** What the document says of one operation. */
export interface Operation {
  readonly operationId: string;
  readonly method: string;
  /** Path below the base URL. */
  readonly path: string;
  readonly summary: string;
  /** The server's allowance: \`limit\` requests a window of \`windowSeconds\`. */
  readonly rateLimit: { readonly limit: number; readonly windowSeconds: number };
  /** How the operation is offered to assistants; absent where it is not. */
  readonly tool?: {
    readonly name: string;
    readonly title: string;
    readonly description: string;
    readonly annotations: {
      readonly readOnlyHint: boolean;
      readonly destructiveHint: boolean;
      readonly idempotentHint: boolean;
      readonly openWorldHint: boolean;
    };
  };
  readonly querySchema?: SchemaName;
  readonly requestSchema?: SchemaName;
  /** The one documented 2xx status. */
  readonly successStatus: number;
  /** What it answers with. */
  readonly responseSchema: SchemaName;
  /** Documented answers other than 2xx, by status. */
  readonly errorSchemas: Readonly<Record<string, SchemaName>>;
  /** Every field of the 2xx answer by its path; \`[]\` stands for each element of an array. */
  readonly responseFields: Readonly<Record<string, ResponseField>>;
}

/** Base URL of the vendor's production server. */
export const productionUrl = ${JSON.stringify(api.serverUrl)};

export const operations = ${JSON.stringify(operations)} as const satisfies Record<string, Operation>;
`;
}

/**
 * @param {ApiDescription} api
 * @param {OperationDescription} operation
 */
function operationData(api, { operationId, method, path, summary, rateLimit, tool, query, ...rest }) {
  const [successes, failures] = partition(Object.entries(rest.responses), ([status]) =>
    status.startsWith('2'),
  );
  const [successStatus, responseSchema] = (successes[0] ?? []).map(String);
  if (responseSchema === undefined || !/^2\d\d$/.test(String(successStatus))) {
    throw new DocumentError(`${operationId}: a 2xx answer needs its status, not ${successStatus}`);
  }
  for (const [status, name] of failures) fieldsOf(api, { $ref: refTo(name) }, `${operationId} ${status}`, '');
  return {
    operationId,
    method,
    path,
    summary,
    rateLimit,
    tool,
    querySchema: query.length > 0 ? querySchemaName(operationId) : undefined,
    requestSchema: rest.requestSchema,
    successStatus: Number(successStatus),
    responseSchema,
    errorSchemas: Object.fromEntries(failures),
    responseFields: Object.fromEntries(fieldsOf(api, { $ref: refTo(responseSchema) }, operationId, '')),
  };
}

/**
 * Walks an answer down to its leaves. A leaf is a value, a map, or a union: whatever has no named fields below it. What
 * stands in place of an object that is missing has no fields either, so that the object's own are walked.
 *
 * @param {ApiDescription} api
 * @param {SchemaNode} node
 * @param {string} place where the node stands, for error messages
 * @param {string} path
 * @returns {[string, ResponseField][]}
 * @throws {DocumentError} when a leaf does not say who may see it
 */
function fieldsOf(api, node, place, path) {
  const target = resolve(api, node);
  const present = presentIn(api, target);
  if (present.properties !== undefined) {
    return Object.entries(present.properties).flatMap(([name, property]) =>
      fieldsOf(api, property, place, path === '' ? name : `${path}.${name}`),
    );
  }
  const elements =
    present.type === 'array' && present.items !== undefined ? resolve(api, present.items) : undefined;
  if (elements?.properties !== undefined) return fieldsOf(api, elements, place, `${path}[]`);
  const privacy = node['x-privacy'];
  if (privacy === undefined) throw new DocumentError(`${place}: the field ${path} needs an x-privacy mark`);
  return [
    [
      path,
      {
        privacy,
        types: typesOf(api, target),
        description: firstParagraph(node.description ?? target.description),
        knownValues: knownValues(api, target),
      },
    ],
  ];
}

/**
 * The one option of a union that can hold anything, where the others are null or an empty array.
 *
 * @param {ApiDescription} api
 * @param {SchemaNode} target
 */
function presentIn(api, target) {
  const [only, ...others] = (target.anyOf ?? [])
    .map((option) => resolve(api, option))
    .filter(({ type, maxItems }) => type !== 'null' && maxItems !== 0);
  return only === undefined || others.length > 0 ? target : only;
}

/**
 * @param {ApiDescription} api
 * @param {SchemaNode} node
 * @returns {string[]}
 */
function typesOf(api, node) {
  if (node.anyOf !== undefined) {
    return [...new Set(node.anyOf.flatMap((option) => typesOf(api, resolve(api, option))))];
  }
  return node.type === undefined ? [] : [node.type].flat();
}

/**
 * @param {ApiDescription} api
 * @param {SchemaNode} node
 */
function knownValues(api, node) {
  const values = node['x-extensible-enum'];
  if (values === undefined || Array.isArray(values)) return values;
  const list = resolve(api, values).enum;
  if (list === undefined) throw new DocumentError(`${values.$ref}: x-extensible-enum must name an enum`);
  return list;
}

/**
 * @param {ApiDescription} api
 * @param {SchemaNode} node
 */
function resolve(api, node) {
  if (node.$ref === undefined) return node;
  const found = api.schemas[referenceName(node.$ref, 'schemas')];
  if (found === undefined) throw new DocumentError(`${node.$ref} points at nothing`);
  return found;
}

/** @param {string} name */
function refTo(name) {
  return `#/components/schemas/${name}`;
}

/**
 * @template Item
 * @param {readonly Item[]} items
 * @param {(item: Item) => boolean} belongs
 * @returns {[Item[], Item[]]}
 */
function partition(items, belongs) {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}
