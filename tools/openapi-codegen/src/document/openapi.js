// @ts-check
import * as z from 'zod';

/** @import { Issues } from './issues.js' */

/**
 * The part of OpenAPI 3.1 and JSON Schema that the generator understands, once `bundle` has put everything in its place. Every
 * object is strict: an unknown keyword stops code generation, because a rule that is silently dropped is never checked.
 */

/** The only media type of JSON, once a document is in its normal form. */
export const json = 'application/json';

const source = z.enum(['table', 'prose', 'header-example', 'example', 'inferred']);
const privacy = z.enum(['public', 'name', 'personal', 'secret']);
const typeName = z.enum(['string', 'integer', 'number', 'boolean', 'object', 'array', 'null']);
const literal = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const reference = z.strictObject({ $ref: z.string() });
/** Another name for a parameter or a field of a request, where its own clashes or is unusual. */
const argumentName = z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/);

const schemaNode = z.strictObject({
  $ref: z.string().optional(),
  type: z.union([typeName, z.array(typeName).min(1)]).optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  deprecated: z.boolean().optional(),
  examples: z.array(z.unknown()).optional(),
  // The API fills a default in; the generated code leaves the field out.
  default: z.unknown().optional(),
  // An annotation in JSON Schema 2020-12: it promises, and checks nothing.
  format: z.string().optional(),
  const: literal.optional(),
  enum: z.array(literal).min(1).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  multipleOf: z.number().positive().optional(),
  minLength: z.int().optional(),
  maxLength: z.int().optional(),
  pattern: z.string().optional(),
  minItems: z.int().min(0).optional(),
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
  get oneOf() {
    return z.array(schemaNode).min(1).optional();
  },
  get allOf() {
    return z.array(schemaNode).min(1).optional();
  },
  discriminator: z
    .strictObject({ propertyName: z.string(), mapping: z.record(z.string(), z.string()).optional() })
    .optional(),
  get additionalProperties() {
    return z.union([z.boolean(), schemaNode]).optional();
  },
  'x-source': source.optional(),
  'x-privacy': privacy.optional(),
  'x-extensible-enum': z.union([z.array(z.string()).min(1), reference]).optional(),
  'x-argument': argumentName.optional(),
});

const examples = {
  example: z.unknown().optional(),
  examples: z
    .record(
      z.string(),
      z.strictObject({
        summary: z.string().optional(),
        description: z.string().optional(),
        'x-source': source.optional(),
        value: z.unknown(),
      }),
    )
    .optional(),
};

const parameter = z.strictObject({
  name: z.string().min(1),
  in: z.enum(['query', 'path', 'header']),
  required: z.boolean().optional(),
  description: z.string().optional(),
  deprecated: z.boolean().optional(),
  // Only the defaults: the client writes parameters that way.
  style: z.enum(['form', 'simple']).optional(),
  explode: z.boolean().optional(),
  'x-source': source.optional(),
  'x-argument': argumentName.optional(),
  schema: schemaNode,
  ...examples,
});

const header = z.strictObject({
  description: z.string().optional(),
  required: z.boolean().optional(),
  deprecated: z.boolean().optional(),
  'x-source': source.optional(),
  schema: schemaNode,
  ...examples,
});

const content = z.record(z.string(), z.strictObject({ schema: schemaNode.optional(), ...examples }));

const response = z.strictObject({
  description: z.string(),
  'x-source': source.optional(),
  headers: z.record(z.string(), header).optional(),
  content: content.optional(),
});

const rateLimit = z.strictObject({
  limit: z.int().min(1),
  windowSeconds: z.int().min(1),
  bucket: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]*$/)
    .optional(),
  'x-source': source.optional(),
});

const tool = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
  title: z.string(),
  description: z.string(),
  annotations: z.strictObject({
    readOnlyHint: z.boolean(),
    destructiveHint: z.boolean(),
    idempotentHint: z.boolean(),
    openWorldHint: z.boolean(),
  }),
});

const security = z.array(z.record(z.string(), z.array(z.string())));

const operation = z.strictObject({
  operationId: z.string().regex(/^[a-z][A-Za-z0-9]*$/),
  tags: z.array(z.string()).optional(),
  summary: z.string(),
  description: z.string(),
  deprecated: z.boolean().optional(),
  security: security.optional(),
  'x-source': source.optional(),
  'x-rate-limit': rateLimit,
  'x-mcp-tool': tool.optional(),
  parameters: z.array(parameter).optional(),
  requestBody: z
    .strictObject({
      description: z.string().optional(),
      required: z.boolean().optional(),
      'x-source': source.optional(),
      content,
    })
    .optional(),
  responses: z.record(
    z.string().regex(/^([1-5]\d\d|default)$/, 'a status has three digits, or is default'),
    response,
  ),
});

/** Headers that OpenAPI describes elsewhere and ignores as parameters. @param {Parameter} parameter */
function isIgnored({ in: place, name }) {
  return place === 'header' && ['accept', 'authorization', 'content-type'].includes(name.toLowerCase());
}

/** Operations by method. Parameters of the path belong to each of them, unless it has one of the same name and place. */
const pathItem = z
  .strictObject({
    parameters: z.array(parameter).default([]),
    get: operation.optional(),
    put: operation.optional(),
    post: operation.optional(),
    delete: operation.optional(),
    patch: operation.optional(),
  })
  .transform(({ parameters: shared, ...operations }) =>
    Object.fromEntries(
      Object.entries(operations).flatMap(([method, each]) => {
        if (each === undefined) return [];
        const own = each.parameters ?? [];
        const others = shared.filter(
          ({ in: place, name }) => !own.some((known) => known.in === place && known.name === name),
        );
        const parameters = [...others, ...own].filter((known) => !isIgnored(known));
        return [[method, { ...each, parameters }]];
      }),
    ),
  );

/** A path whose parts are texts without reserved characters and parameters. */
const pathForm = /^(\/(?!\.{1,2}(\/|$))([\w.~!$&'()*+,;=:@-]|%[0-9A-F]{2}|\{[^{}/?#]+\})+)+\/?$/i;

/** @param {string} text */
function isServer(text) {
  const { protocol, username, search, hash } = URL.canParse(text) ? new URL(text) : { protocol: undefined };
  return protocol === 'https:' && `${username}${search}${hash}` === '' && !/[\s{}]/.test(text);
}

const openApiDocument = z.strictObject({
  openapi: z.string().regex(/^3\.1\.\d/, 'only OpenAPI 3.1 is understood'),
  info: z.looseObject({ title: z.string() }),
  servers: z
    .array(
      z.strictObject({
        url: z.string().refine(isServer, 'not an https URL without user, query, fragment and variables'),
        description: z.string().optional(),
      }),
    )
    .length(1),
  security: security.optional(),
  tags: z.unknown().optional(),
  paths: z
    .record(z.string().regex(pathForm, 'not a path: /, texts of a URL and {parameters}'), pathItem)
    .refine(
      (paths) => Object.values(paths).some((methods) => Object.keys(methods).length > 0),
      'no operation',
    ),
  components: z.strictObject({
    securitySchemes: z
      .record(z.string(), z.looseObject({ type: z.string(), scheme: z.string().optional() }))
      .optional(),
    headers: z.unknown().optional(),
    parameters: z.unknown().optional(),
    requestBodies: z.unknown().optional(),
    responses: z.unknown().optional(),
    schemas: z.record(
      z.string().regex(/^[A-Za-z0-9._-]+$/, 'only letters, digits, ., _ and - make a name'),
      schemaNode,
    ),
    examples: z.unknown().optional(),
  }),
});

/** @typedef {z.infer<typeof schemaNode>} SchemaNode */
/** @typedef {z.infer<typeof privacy>} Privacy */
/** @typedef {z.infer<typeof parameter>} Parameter */
/** @typedef {z.infer<typeof response>} Response */
/** @typedef {z.infer<typeof content>} Content */
/** @typedef {z.infer<typeof tool>} Tool */
/** @typedef {z.infer<typeof pathItem>[string]} OperationDefinition */
/** @typedef {z.infer<typeof typeName>} TypeName */
/** @typedef {z.infer<typeof openApiDocument>} OpenApiDocument */

/** What to write instead of keywords that people expect to work, and of values that are wrong. @type {Readonly<Record<string, string>>} */
const remedies = {
  openapi: 'convert it, and write the version as a text',
  servers: 'keep the one that is used',
  url: 'write the address itself',
  paths: 'describe an operation',
  operationId: 'write it in camelCase',
  in: 'write query, path or header',
  style: 'leave it out',
  type: 'write string, integer, number, boolean, object, array or null',
  const: 'list texts, numbers, booleans and null, and describe objects by their properties',
  enum: 'list texts, numbers, booleans and null, and describe objects by their properties',
  exclusiveMinimum: 'write the bound itself, as OpenAPI 3.1 does',
  exclusiveMaximum: 'write the bound itself, as OpenAPI 3.1 does',
  items: 'write one schema for all elements, or {} for anything',
  examples: 'write a list in a schema, and elsewhere a map of names to values',
  externalValue: 'write the value out',
  required: 'list the required fields beside properties',
  nullable: "add 'null' to the type",
  example: 'write examples, a list',
  uniqueItems: 'say it in the description',
  patternProperties: 'describe the map with additionalProperties',
  propertyNames: 'describe the map with additionalProperties',
  prefixItems: 'describe the elements with items',
  not: 'describe what is allowed',
  if: 'list the cases in a oneOf',
  $defs: 'move the schema to components.schemas',
  readOnly: 'write one schema for the request and one for the answer',
  writeOnly: 'write one schema for the request and one for the answer',
  callbacks: 'leave them out: nothing here receives calls',
  links: 'leave them out',
  xml: 'leave it out: the client speaks JSON only',
  webhooks: 'leave them out: nothing here receives calls',
};

const otherwise = 'see the OpenAPI specification, or teach the generator (openapi.js)';

/**
 * @param {unknown} document
 * @param {Issues} issues
 * @returns {OpenApiDocument}
 * @throws {import('./issues.js').DocumentError} naming every place that is not understood, and the issues so far
 */
export function parseOpenApi(document, issues) {
  const parsed = openApiDocument.safeParse(document);
  if (parsed.success) return parsed.data;
  report(parsed.error.issues, [], issues);
  throw issues.error();
}

/** @param {readonly z.core.$ZodIssue[]} found @param {readonly PropertyKey[]} above @param {Issues} issues */
function report(found, above, issues) {
  for (const issue of found) {
    const path = [...above, ...issue.path];
    const place = path
      .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
      .join('')
      .slice(1);
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        issues.add(
          place,
          `${key} is not understood`,
          remedies[key] ?? 'leave it out, or teach the generator (openapi.js)',
        );
      }
    } else if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      // The option that got furthest says best what is wrong.
      const [best] = issue.errors.toSorted((a, b) => depthOf(b) - depthOf(a));
      report(best ?? [], path, issues);
    } else if (issue.code === 'invalid_key') {
      report(issue.issues, path, issues);
    } else {
      const key = String(path.findLast((each) => typeof each === 'string'));
      const isObject = issue.code === 'invalid_type' && issue.expected === 'object';
      const isMissing = issue.message.endsWith('received undefined');
      const remedy = isMissing
        ? 'it is required: write it'
        : (remedies[key] ?? (isObject ? 'write an object; {} is a schema of anything' : otherwise));
      issues.add(place, issue.message, remedy);
    }
  }
}

/** @param {readonly z.core.$ZodIssue[]} found */
function depthOf(found) {
  return Math.max(...found.map(({ code, path }) => path.length + (code === 'unrecognized_keys' ? 1 : 0)));
}
