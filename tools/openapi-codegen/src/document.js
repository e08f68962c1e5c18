// @ts-check
import { createHash } from 'node:crypto';
import { parse } from 'yaml';
import * as z from 'zod';

/**
 * The part of OpenAPI 3.1 and JSON Schema that the generator understands. Every object is strict: a keyword
 * that is not listed stops code generation, because a rule that is silently dropped is a rule that nobody checks.
 */

const source = z.enum(['table', 'prose', 'header-example', 'example', 'inferred']);
const privacy = z.enum(['public', 'name', 'personal', 'secret']);
const typeName = z.enum(['string', 'integer', 'number', 'boolean', 'object', 'array', 'null']);
const reference = z.strictObject({ $ref: z.string() });

const schemaNode = z.strictObject({
  $ref: z.string().optional(),
  type: z.union([typeName, z.array(typeName).min(1)]).optional(),
  description: z.string().optional(),
  examples: z.array(z.unknown()).optional(),
  enum: z.array(z.string()).min(1).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.int().optional(),
  maxLength: z.int().optional(),
  pattern: z.string().optional(),
  maxItems: z.int().min(0).optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), schemaNode).optional();
  },
  get items() {
    return schemaNode.optional();
  },
  get anyOf() {
    return z.array(schemaNode).min(1).optional();
  },
  get additionalProperties() {
    return z.union([z.boolean(), schemaNode]).optional();
  },
  'x-source': source.optional(),
  'x-privacy': privacy.optional(),
  'x-extensible-enum': z.union([z.array(z.string()), reference]).optional(),
});

const parameter = z.strictObject({
  name: z.string(),
  in: z.literal('query'),
  required: z.boolean().optional(),
  description: z.string().optional(),
  'x-source': source.optional(),
  schema: schemaNode,
  example: z.unknown().optional(),
});

const header = z.strictObject({
  description: z.string().optional(),
  'x-source': source.optional(),
  schema: schemaNode,
  example: z.unknown().optional(),
});

const jsonContent = z.strictObject({
  'application/json': z.strictObject({
    schema: reference,
    examples: z.record(z.string(), z.unknown()).optional(),
  }),
});

const response = z.strictObject({
  description: z.string(),
  'x-source': source.optional(),
  headers: z.record(z.string(), z.union([reference, header])).optional(),
  content: jsonContent,
});

const rateLimit = z.strictObject({
  limit: z.int().min(1),
  windowSeconds: z.int().min(1),
  'x-source': source.optional(),
});

const tool = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/),
  title: z.string(),
  description: z.string(),
  annotations: z.strictObject({
    readOnlyHint: z.boolean(),
    destructiveHint: z.boolean(),
    idempotentHint: z.boolean(),
    openWorldHint: z.boolean(),
  }),
});

const operation = z.strictObject({
  operationId: z.string().regex(/^[a-z][A-Za-z0-9]*$/),
  tags: z.array(z.string()).optional(),
  summary: z.string(),
  description: z.string(),
  'x-source': source.optional(),
  'x-rate-limit': rateLimit,
  'x-mcp-tool': tool.optional(),
  parameters: z.array(parameter).optional(),
  requestBody: z
    .strictObject({
      description: z.string().optional(),
      required: z.boolean().optional(),
      content: jsonContent,
    })
    .optional(),
  responses: z.record(z.string().regex(/^[1-5]\d\d$/), z.union([reference, response])),
});

const methodName = z.enum(['get', 'put', 'post', 'delete', 'patch']);

const openApiDocument = z.strictObject({
  openapi: z.string().regex(/^3\.1\./),
  info: z.looseObject({ title: z.string() }),
  servers: z.array(z.looseObject({ url: z.url() })).min(1),
  security: z.unknown(),
  tags: z.unknown(),
  paths: z.record(z.string().startsWith('/'), z.partialRecord(methodName, operation)),
  components: z.strictObject({
    securitySchemes: z.unknown(),
    headers: z.record(z.string(), header).optional(),
    responses: z.record(z.string(), response).optional(),
    schemas: z.record(z.string(), schemaNode),
    examples: z.unknown().optional(),
  }),
});

/** @typedef {z.infer<typeof schemaNode>} SchemaNode */
/** @typedef {z.infer<typeof privacy>} Privacy */
/** @typedef {z.infer<typeof parameter>} Parameter */
/** @typedef {z.infer<typeof openApiDocument>} OpenApiDocument */
/**
 * What one operation of the document means to the generated code.
 *
 * @typedef {object} OperationDescription
 * @property {string} operationId
 * @property {string} method upper case
 * @property {string} path
 * @property {string} summary
 * @property {{ limit: number, windowSeconds: number }} rateLimit
 * @property {z.infer<typeof tool> | undefined} tool
 * @property {readonly Parameter[]} query
 * @property {string | undefined} requestSchema name of a component schema
 * @property {Readonly<Record<string, string>>} responses status → name of a component schema
 */
/**
 * @typedef {object} ApiDescription
 * @property {string} hash SHA-256 of the document's text, hex
 * @property {Record<string, unknown>} raw the parsed document as it is
 * @property {string} serverUrl
 * @property {Readonly<Record<string, SchemaNode>>} schemas
 * @property {readonly OperationDescription[]} operations
 */

/** The document says something that the generator does not understand, or contradicts itself. */
export class DocumentError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'DocumentError';
  }
}

/**
 * Reads an OpenAPI 3.1 document (YAML or JSON).
 *
 * @param {string} text
 * @returns {ApiDescription}
 * @throws {DocumentError} naming every place that is not understood
 */
export function readDocument(text) {
  // Line ends differ between checkouts; the hash, and so the generated code, must not.
  const normalized = text.replaceAll('\r\n', '\n');
  /** @type {unknown} */
  const raw = parse(normalized);
  const parsed = openApiDocument.safeParse(raw);
  if (!parsed.success) throw new DocumentError(z.prettifyError(parsed.error));
  const document = parsed.data;
  return {
    hash: createHash('sha256').update(normalized).digest('hex'),
    raw: z.record(z.string(), z.unknown()).parse(raw),
    serverUrl: document.servers[0]?.url ?? '',
    schemas: document.components.schemas,
    operations: Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, definition]) =>
        describeOperation(document, path, method, definition),
      ),
    ),
  };
}

/**
 * @param {OpenApiDocument} document
 * @param {string} path
 * @param {string} method
 * @param {z.infer<typeof operation>} definition
 * @returns {OperationDescription}
 */
function describeOperation(document, path, method, definition) {
  const { operationId, 'x-rate-limit': limits } = definition;
  const responses = Object.fromEntries(
    Object.entries(definition.responses).map(([status, entry]) => [status, resolveResponse(document, entry)]),
  );
  const success = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  if (success.length !== 1) throw new DocumentError(`${operationId}: exactly one 2xx answer is expected`);
  const documentedLimit = headerExample(document, success[0]?.[1].headers?.['X-RateLimit-Limit']);
  if (documentedLimit !== undefined && documentedLimit !== limits.limit) {
    throw new DocumentError(
      `${operationId}: x-rate-limit says ${limits.limit}, the example of X-RateLimit-Limit says ${String(documentedLimit)}`,
    );
  }
  return {
    operationId,
    method: method.toUpperCase(),
    path,
    summary: definition.summary,
    rateLimit: { limit: limits.limit, windowSeconds: limits.windowSeconds },
    tool: definition['x-mcp-tool'],
    query: definition.parameters ?? [],
    requestSchema: definition.requestBody && schemaName(document, definition.requestBody.content),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, { content }]) => [status, schemaName(document, content)]),
    ),
  };
}

/**
 * @param {OpenApiDocument} document
 * @param {z.infer<typeof operation>['responses'][string]} entry
 */
function resolveResponse(document, entry) {
  if (!('$ref' in entry)) return entry;
  const found = document.components.responses?.[referenceName(entry.$ref, 'responses')];
  if (found === undefined) throw new DocumentError(`${entry.$ref} points at nothing`);
  return found;
}

/**
 * @param {OpenApiDocument} document
 * @param {z.infer<typeof reference> | z.infer<typeof header> | undefined} entry
 * @returns {unknown}
 */
function headerExample(document, entry) {
  if (entry === undefined) return undefined;
  if (!('$ref' in entry)) return entry.example;
  const found = document.components.headers?.[referenceName(entry.$ref, 'headers')];
  if (found === undefined) throw new DocumentError(`${entry.$ref} points at nothing`);
  return found.example;
}

/**
 * @param {OpenApiDocument} document
 * @param {z.infer<typeof jsonContent>} content
 */
function schemaName(document, content) {
  const name = referenceName(content['application/json'].schema.$ref, 'schemas');
  if (!(name in document.components.schemas)) throw new DocumentError(`schema ${name} does not exist`);
  return name;
}

/**
 * The name at the end of a local reference.
 *
 * @param {string} ref e.g. `#/components/schemas/Order`
 * @param {'schemas' | 'headers' | 'responses'} section
 */
export function referenceName(ref, section) {
  const prefix = `#/components/${section}/`;
  if (!ref.startsWith(prefix))
    throw new DocumentError(`${ref}: only references into ${prefix} are understood`);
  return ref.slice(prefix.length);
}

/**
 * The part of a description that tools and assistants are shown: its first paragraph, on one line.
 *
 * @param {string | undefined} description
 */
export function firstParagraph(description) {
  return description
    ?.trim()
    .split(/\n\s*\n/)[0]
    ?.replaceAll(/\s+/g, ' ');
}
