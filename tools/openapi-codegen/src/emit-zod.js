// @ts-check
import { DocumentError, firstParagraph, referenceName } from './document.js';

/** @import { ApiDescription, Parameter, SchemaNode } from './document.js' */

/**
 * Emits one zod schema for each component schema and each operation's query, tied to its generated type.
 *
 * @param {ApiDescription} api
 * @returns {string} TypeScript source, not formatted
 */
export function emitZod(api) {
  const schemas = inDependencyOrder(api.schemas).map(([name, node]) => {
    const declared = `components['schemas'][${quote(name)}]`;
    return `export const ${name} = exactly<${declared}>()(${zodOf(node, name)}${describe(node.description)});`;
  });
  const queries = api.operations
    .filter(({ query }) => query.length > 0)
    .map(({ operationId, query }) => {
      const declared = `NonNullable<operations[${quote(operationId)}]['parameters']['query']>`;
      return `export const ${querySchemaName(operationId)} = exactly<${declared}>()(${queryObject(query, operationId)});`;
    });
  return `
import * as z from 'zod';
import type { components, operations } from './schema.js';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

/** Ties a schema to its generated type: where the two differ, this does not compile. */
function exactly<Declared>() {
  return <Schema extends z.ZodType>(
    schema: Same<z.output<Schema>, Declared> extends true ? Schema : never,
  ): Schema => schema;
}

${[...schemas, ...queries].join('\n\n')}
`;
}

/**
 * Name of the schema that holds an operation's query parameters.
 *
 * @param {string} operationId
 */
export function querySchemaName(operationId) {
  return `${operationId.charAt(0).toUpperCase()}${operationId.slice(1)}Query`;
}

/**
 * @param {readonly Parameter[]} query
 * @param {string} place
 */
function queryObject(query, place) {
  const entries = query.map(({ name, required, description, schema }) => {
    const value = `${zodOf(schema, `${place}.${name}`)}${required ? '' : '.exactOptional()'}`;
    return `${quote(name)}: ${value}${describe(description)}`;
  });
  return `z.object({ ${entries.join(', ')} })`;
}

/**
 * @param {SchemaNode} node
 * @param {string} place where the node stands, for error messages
 * @returns {string}
 */
function zodOf(node, place) {
  if (node.$ref !== undefined) return referenceName(node.$ref, 'schemas');
  if (node.anyOf !== undefined) {
    return union(
      node.anyOf.map((option, index) => ({
        isNull: option.type === 'null',
        source: zodOf(option, `${place}.anyOf[${index}]`),
      })),
    );
  }
  if (node.type === undefined) {
    const constraints = Object.keys(node).filter((key) => !annotations.has(key));
    if (constraints.length > 0) throw new DocumentError(`${place}: ${constraints.join(', ')} without a type`);
    return 'z.unknown()';
  }
  const types = Array.isArray(node.type) ? node.type : [node.type];
  return union(
    types.map((type) => ({
      isNull: type === 'null',
      source: zodOfType(type, node, types.length > 1, place),
    })),
  );
}

const annotations = new Set(['description', 'examples', 'x-source', 'x-privacy', 'x-extensible-enum']);

/** The constraints that each type carries; one that stands beside no type of its own would never be checked. */
const constraintsOf = /** @type {const} */ ({
  string: ['enum', 'minLength', 'maxLength', 'pattern'],
  integer: ['minimum', 'maximum'],
  number: ['minimum', 'maximum'],
  boolean: [],
  null: [],
  array: ['items', 'maxItems'],
  object: ['properties', 'required', 'additionalProperties'],
});

/**
 * @param {keyof typeof constraintsOf} type
 * @param {SchemaNode} node
 * @param {boolean} oneOfSeveral
 * @param {string} place
 * @returns {string}
 */
function zodOfType(type, node, oneOfSeveral, place) {
  const types = Array.isArray(node.type) ? node.type : [type];
  const understood = new Set(['type', ...annotations, ...types.flatMap((each) => constraintsOf[each])]);
  const misplaced = Object.keys(node).filter((key) => !understood.has(key));
  if (misplaced.length > 0)
    throw new DocumentError(`${place}: ${misplaced.join(', ')} does not go with ${type}`);
  if (node.enum !== undefined && oneOfSeveral) {
    throw new DocumentError(`${place}: write a nullable enum as anyOf of the enum and null`);
  }
  switch (type) {
    case 'string':
      return node.enum !== undefined
        ? `z.enum([${node.enum.map(quote).join(', ')}])`
        : `z.string()${call('min', node.minLength)}${call('max', node.maxLength)}${
            node.pattern === undefined ? '' : `.regex(new RegExp(${quote(node.pattern)}, 'u'))`
          }`;
    case 'integer':
    case 'number':
      return `z.${type === 'integer' ? 'int' : 'number'}()${call('min', node.minimum)}${call('max', node.maximum)}`;
    case 'boolean':
      return 'z.boolean()';
    case 'null':
      return 'z.null()';
    case 'array':
      if (node.items === undefined) throw new DocumentError(`${place}: an array needs items`);
      return `z.array(${zodOf(node.items, `${place}[]`)})${call('max', node.maxItems)}`;
    case 'object':
      return zodOfObject(node, place);
  }
}

/**
 * @param {SchemaNode} node
 * @param {string} place
 */
function zodOfObject(node, place) {
  const { properties, additionalProperties } = node;
  const required = new Set(node.required);
  if (properties === undefined) {
    if (additionalProperties === undefined || additionalProperties === false || required.size > 0) {
      throw new DocumentError(`${place}: an object needs properties or additionalProperties`);
    }
    const value = additionalProperties === true ? 'z.unknown()' : zodOf(additionalProperties, `${place}.*`);
    return `z.record(z.string(), ${value})`;
  }
  if (additionalProperties !== undefined && additionalProperties !== false) {
    throw new DocumentError(`${place}: properties beside open additionalProperties are not understood`);
  }
  const unknown = [...required].filter((name) => !(name in properties));
  if (unknown.length > 0)
    throw new DocumentError(`${place}: required names no property: ${unknown.join(', ')}`);
  const entries = Object.entries(properties).map(([name, property]) => {
    const value = zodOf(property, `${place}.${name}`);
    return `${quote(name)}: ${value}${required.has(name) ? '' : '.exactOptional()'}${describe(property.description)}`;
  });
  return `z.${additionalProperties === false ? 'strictObject' : 'object'}({ ${entries.join(', ')} })`;
}

/** @param {readonly { isNull: boolean, source: string }[]} options */
function union(options) {
  const values = options.filter(({ isNull }) => !isNull).map(({ source }) => source);
  const nullable = values.length < options.length;
  if (values.length === 0) return 'z.null()';
  const value = values.length === 1 ? String(values[0]) : `z.union([${values.join(', ')}])`;
  return nullable ? `${value}.nullable()` : value;
}

/**
 * Component schemas, each after those that it refers to.
 *
 * @param {Readonly<Record<string, SchemaNode>>} schemas
 * @returns {[string, SchemaNode][]}
 */
function inDependencyOrder(schemas) {
  /** @type {Map<string, SchemaNode>} */
  const ordered = new Map();
  /** @param {string} name @param {readonly string[]} trail */
  const visit = (name, trail) => {
    if (ordered.has(name)) return;
    if (trail.includes(name))
      throw new DocumentError(`schemas refer in a circle: ${[...trail, name].join(' → ')}`);
    const node = schemas[name];
    if (node === undefined) throw new DocumentError(`schema ${name} does not exist`);
    for (const reference of referencesIn(node)) visit(reference, [...trail, name]);
    ordered.set(name, node);
  };
  for (const name of Object.keys(schemas)) visit(name, []);
  return [...ordered];
}

/**
 * @param {SchemaNode} node
 * @returns {string[]}
 */
function referencesIn(node) {
  const children = [
    ...Object.values(node.properties ?? {}),
    ...(node.anyOf ?? []),
    ...(node.items === undefined ? [] : [node.items]),
    ...(typeof node.additionalProperties === 'object' ? [node.additionalProperties] : []),
  ];
  const own = node.$ref === undefined ? [] : [referenceName(node.$ref, 'schemas')];
  return [...own, ...children.flatMap(referencesIn)];
}

/** @param {string | undefined} description */
function describe(description) {
  const text = firstParagraph(description);
  return text === undefined ? '' : `.describe(${quote(text)})`;
}

/** @param {string} method @param {number | undefined} value */
function call(method, value) {
  return value === undefined ? '' : `.${method}(${value})`;
}

/** @param {string} text */
function quote(text) {
  return JSON.stringify(text);
}
