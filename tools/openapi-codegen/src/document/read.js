// @ts-check
import { createHash } from 'node:crypto';
import { parse } from 'yaml';
import { argumentsOf, checkArguments } from './arguments.js';
import { bundle } from './bundle.js';
import { Issues } from './issues.js';
import { pascalCase, referenceName } from './nodes.js';
import { normalize } from './normalize.js';
import { parseShape } from './shape.js';

/** @import { ArgumentDescription, ParameterGroup } from './arguments.js' */
/** @import { OpenApiDocument, OperationDefinition, Response, SchemaNode, Tool } from './shape.js' */

/**
 * What one operation of the document means to the generated code.
 *
 * @typedef {object} OperationDescription
 * @property {string} operationId
 * @property {string} method upper case
 * @property {string} path
 * @property {string} summary
 * @property {{ limit: number, windowSeconds: number, bucket?: string }} rateLimit
 * @property {Tool | undefined} tool
 * @property {boolean} isPublic it needs no token
 * @property {readonly ParameterGroup[]} parameters
 * @property {string | undefined} requestSchema name of a component schema
 * @property {boolean} isBodyRequired
 * @property {readonly ArgumentDescription[]} arguments
 * @property {readonly Answer[]} answers
 */
/**
 * @typedef {object} Answer
 * @property {string} status three digits or `default`
 * @property {string | undefined} schema name of a component schema; undefined when the body is not JSON
 * @property {string | undefined} contentType undefined when there is no body
 */
/**
 * @typedef {object} ApiDescription
 * @property {string} hash SHA-256 of the document and the files that it refers to, hex
 * @property {Record<string, unknown>} document the document as openapi-typescript gets it
 * @property {string} serverUrl
 * @property {Readonly<Record<string, SchemaNode>>} schemas
 * @property {ReadonlyMap<string, string>} identifiers component schema → name of its constant
 * @property {readonly OperationDescription[]} operations
 * @property {Issues} issues
 */

/**
 * @typedef {object} ReadOptions
 * @property {string} [documentPath] below the workspace root
 * @property {(path: string) => string | undefined} [readFile] reads a file below the workspace root
 * @property {readonly string[]} [writes] writing operations that have an implementation with a journal
 * @property {readonly string[]} [reserved] names of arguments, settings and flags that the apps call their own
 */

const json = 'application/json';
const bearer = { type: 'http', scheme: 'bearer' };

/** Names that generated modules use themselves. */
const ownNames = ['z', 'components', 'operations', 'Same', 'exactly'];

/**
 * Reads an OpenAPI 3.1 document (YAML or JSON).
 *
 * @param {string} text
 * @param {ReadOptions} [options]
 * @returns {ApiDescription}
 * @throws {import('./issues.js').DocumentError} naming every place that is not understood
 */
export function readDocument(
  text,
  { documentPath = 'openapi.yaml', readFile = () => undefined, writes = [], reserved = [] } = {},
) {
  const issues = new Issues();
  // Line ends differ between checkouts; the hash, and so the generated code, must not.
  const normalized = text.replaceAll('\r\n', '\n');
  const { document, files } = bundle(parse(normalized), { documentPath, readFile, issues });
  normalize(document, issues);
  const shape = parseShape(document, issues);
  if (shape === undefined) {
    issues.throwIfAny();
    throw new Error('a document without a shape has issues');
  }
  const identifiers = identifiersOf(Object.keys(shape.components.schemas), issues);
  const operations = Object.entries(shape.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, definition]) =>
      describeOperation(shape, { path, method, definition, writes, identifiers, issues }),
    ),
  );
  for (const operation of operations) {
    checkArguments(operation, { schemas: shape.components.schemas, reserved, issues });
  }
  checkNames(operations, identifiers, issues);
  const hash = createHash('sha256').update(normalized);
  for (const file of files) hash.update(file.replaceAll('\r\n', '\n'));
  return {
    hash: hash.digest('hex'),
    document,
    serverUrl: shape.servers[0]?.url ?? '',
    schemas: shape.components.schemas,
    identifiers,
    operations,
    issues,
  };
}

/**
 * @param {OpenApiDocument} document
 * @param {object} found
 * @param {string} found.path
 * @param {string} found.method
 * @param {OperationDefinition} found.definition
 * @param {readonly string[]} found.writes
 * @param {ReadonlyMap<string, string>} found.identifiers
 * @param {Issues} found.issues
 * @returns {OperationDescription}
 */
function describeOperation(document, { path, method, definition, writes, identifiers, issues }) {
  const { operationId, 'x-rate-limit': limits, 'x-mcp-tool': tool, requestBody } = definition;
  const answers = Object.entries(definition.responses).map(([status, answer]) =>
    describeAnswer(answer, status, operationId, issues),
  );
  const success = answers.filter(({ status }) => status.startsWith('2'));
  if (success.length === 0) {
    issues.add(operationId, 'no 2xx answer', 'describe what the API answers to a call that succeeds');
  }
  if (tool !== undefined && !success.some(({ schema }) => schema !== undefined)) {
    const types = success.map(({ contentType }) => contentType ?? 'no body').join(' and ');
    issues.add(operationId, `an answer of ${types} cannot be a tool`, 'remove its x-mcp-tool');
  }
  if (tool !== undefined && !tool.annotations.readOnlyHint && !writes.includes(operationId)) {
    issues.add(
      operationId,
      'a writing operation with x-mcp-tool needs an implementation that keeps the journal',
      'remove its x-mcp-tool, or implement it in libs/order-sync and list it under openapi.writes in libs/client/package.json',
    );
  }
  const documentedLimit = Object.entries(definition.responses).find(([status]) => status.startsWith('2'))?.[1]
    .headers?.['X-RateLimit-Limit']?.example;
  if (documentedLimit !== undefined && documentedLimit !== limits.limit) {
    issues.add(
      operationId,
      `x-rate-limit says ${limits.limit}, the example of X-RateLimit-Limit says ${String(documentedLimit)}`,
      'correct one of them',
    );
  }
  if (requestBody !== undefined && requestBody.content[json] === undefined) {
    const types = Object.keys(requestBody.content).join(', ');
    issues.add(
      operationId,
      `a request of ${types} is not understood`,
      'the client sends JSON: leave the operation out',
    );
  }
  const bodySchema = requestBody?.content[json]?.schema?.$ref;
  const inputs = {
    parameters: groupParameters(definition, path, issues),
    requestSchema:
      bodySchema === undefined ? undefined : schemaName(bodySchema, document, operationId, issues),
    isBodyRequired: requestBody?.required === true,
  };
  return {
    operationId,
    method: method.toUpperCase(),
    path,
    summary: definition.summary,
    rateLimit: {
      limit: limits.limit,
      windowSeconds: limits.windowSeconds,
      ...(limits.bucket === undefined ? {} : { bucket: limits.bucket }),
    },
    tool: tool && withPace(tool, definition, issues),
    isPublic: isPublic(document, definition, issues),
    ...inputs,
    arguments: argumentsOf(inputs, { schemas: document.components.schemas, identifiers }),
    answers: answers.map(({ schema, ...answer }) => ({
      ...answer,
      schema:
        schema === undefined
          ? undefined
          : schemaName(schema, document, `${operationId} ${answer.status}`, issues),
    })),
  };
}

/**
 * The tool with the numbers of the document in its texts: `{pace}` becomes the rate limit, and `{{word}}` a word in braces.
 *
 * @param {Tool} tool
 * @param {OperationDefinition} definition
 * @param {Issues} issues
 */
function withPace(tool, { operationId, 'x-rate-limit': { limit, windowSeconds } }, issues) {
  const pace = windowSeconds === 60 ? `${limit} a minute` : `${limit} in ${windowSeconds} s`;
  const filled = (/** @type {string} */ text) =>
    text.replaceAll(/\{(\{\w*\})\}|\{(\w*)\}/g, (found, literal, name) => {
      if (literal !== undefined) return literal;
      if (name === 'pace') return pace;
      const remedy = `write {pace} for the rate limit, or {${found}} for a word in braces`;
      issues.add(operationId, `${found} in the texts of the tool means nothing`, remedy);
      return found;
    });
  return { ...tool, title: filled(tool.title), description: filled(tool.description) };
}

/** @param {Response} answer @param {string} status @param {string} operationId @param {Issues} issues */
function describeAnswer({ content = {} }, status, operationId, issues) {
  const [contentType, ...others] = Object.keys(content);
  const body = content[json];
  if (body !== undefined && body.schema?.$ref === undefined) {
    issues.add(
      `${operationId} ${status}`,
      'a JSON answer without a schema',
      'describe it, or remove the content',
    );
  }
  if (body === undefined && others.length > 0) {
    const types = Object.keys(content).join(', ');
    issues.add(
      `${operationId} ${status}`,
      `several types (${types}), none of them JSON`,
      'keep the one that is used',
    );
  }
  return { status, schema: body?.schema?.$ref, contentType: body === undefined ? contentType : json };
}

/** @param {OpenApiDocument} document @param {OperationDefinition} definition @param {Issues} issues */
function isPublic(document, { operationId, security = document.security ?? [] }, issues) {
  for (const name of security.flatMap((requirement) => Object.keys(requirement))) {
    const scheme = document.components.securitySchemes?.[name];
    if (scheme?.type !== bearer.type || scheme.scheme?.toLowerCase() !== bearer.scheme) {
      issues.add(
        operationId,
        `the security scheme ${name} is not a bearer token`,
        'the client sends nothing else',
      );
    }
  }
  return security.length === 0 || security.some((requirement) => Object.keys(requirement).length === 0);
}

/** Headers that OpenAPI describes elsewhere and ignores as parameters. */
const ignoredHeaders = ['accept', 'authorization', 'content-type'];

/**
 * @param {OperationDefinition} definition
 * @param {string} path
 * @param {Issues} issues
 * @returns {ParameterGroup[]}
 */
function groupParameters({ operationId, parameters = [] }, path, issues) {
  const places = /** @type {const} */ ([
    ['path', 'Path'],
    ['query', 'Query'],
    ['header', 'Headers'],
  ]);
  const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => String(name));
  for (const { name, in: place, required, style, explode } of parameters) {
    const where = `${operationId}.${name}`;
    if (place === 'path' && !inPath.includes(name)) {
      issues.add(where, `the path has no {${name}}`, 'write it into the path, or remove the parameter');
    }
    if (place === 'path' && required !== true)
      issues.add(where, 'a path parameter is always required', 'write required: true');
    if (style !== undefined && style !== (place === 'query' ? 'form' : 'simple')) {
      issues.add(where, `style ${style} is not understood in ${place}`, 'leave style out');
    }
    if (explode !== undefined && explode !== (place === 'query')) {
      issues.add(where, `explode: ${explode} is not understood in ${place}`, 'leave explode out');
    }
  }
  for (const name of inPath) {
    if (!parameters.some((parameter) => parameter.in === 'path' && parameter.name === name)) {
      issues.add(operationId, `the path parameter ${name} is not described`, 'describe it under parameters');
    }
  }
  return places.flatMap(([place, suffix]) => {
    const own = parameters.filter(
      (parameter) =>
        parameter.in === place &&
        !(place === 'header' && ignoredHeaders.includes(parameter.name.toLowerCase())),
    );
    return own.length === 0
      ? []
      : [{ in: place, schemaName: pascalCase(operationId) + suffix, parameters: own }];
  });
}

/**
 * The name at the end of a local reference to a schema.
 *
 * @param {string} ref e.g. `#/components/schemas/Order`
 * @param {OpenApiDocument} document
 * @param {string} place
 * @param {Issues} issues
 */
function schemaName(ref, document, place, issues) {
  const name = referenceName(ref);
  if (document.components.schemas[name] === undefined) {
    issues.add(place, `${ref} points at nothing`, 'name a schema below #/components/schemas/');
  }
  return name;
}

/** The constant that checks all arguments of an operation. @param {string} operationId */
export function argumentsSchema(operationId) {
  return `${pascalCase(operationId)}Arguments`;
}

/** @param {readonly string[]} names @param {Issues} issues @returns {Map<string, string>} */
function identifiersOf(names, issues) {
  /** @type {Map<string, string>} */
  const identifiers = new Map();
  for (const name of names) {
    const identifier = /^[A-Za-z_$][\w$]*$/.test(name) ? name : pascalCase(name);
    if (!/^[A-Za-z_$]/.test(identifier) || ownNames.includes(identifier)) {
      issues.add(
        `components.schemas.${name}`,
        'its name cannot be a constant',
        'begin it with a letter and rename it',
      );
    }
    identifiers.set(name, identifier);
  }
  return identifiers;
}

/**
 * Names that must differ.
 *
 * @param {readonly OperationDescription[]} operations
 * @param {ReadonlyMap<string, string>} identifiers
 * @param {Issues} issues
 */
function checkNames(operations, identifiers, issues) {
  const differ = (/** @type {readonly (string | undefined)[]} */ names, /** @type {string} */ what) => {
    const seen = new Set();
    for (const name of names) {
      if (name !== undefined && seen.has(name))
        issues.add(name, `${what} of this name exists twice`, 'rename one of them');
      seen.add(name);
    }
  };
  differ(
    operations.map(({ operationId }) => operationId),
    'an operation',
  );
  differ(
    operations.map(({ tool }) => tool?.name),
    'a tool',
  );
  differ(
    [
      ...identifiers.values(),
      ...operations.flatMap(({ operationId, parameters }) => [
        argumentsSchema(operationId),
        ...parameters.map(({ schemaName: name }) => name),
      ]),
    ],
    'a schema',
  );
  /** @type {Map<string, OperationDescription['rateLimit']>} */
  const buckets = new Map();
  for (const { operationId, rateLimit } of operations) {
    if (rateLimit.bucket === undefined) continue;
    const first = buckets.get(rateLimit.bucket) ?? rateLimit;
    buckets.set(rateLimit.bucket, first);
    if (first.limit !== rateLimit.limit || first.windowSeconds !== rateLimit.windowSeconds) {
      issues.add(
        operationId,
        `another limit for the bucket ${rateLimit.bucket}`,
        'operations of one bucket share one limit',
      );
    }
  }
}

/**
 * The part of a description that tools and assistants see: its first paragraph, on one line.
 *
 * @param {string | undefined} description
 */
export function firstParagraph(description) {
  return description
    ?.trim()
    .split(/\n\s*\n/)[0]
    ?.replaceAll(/\s+/g, ' ');
}
