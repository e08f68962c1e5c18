// @ts-check
import { argumentsSchema } from '../document/names.js';
import { firstParagraph, referenceName, referencesIn } from '../document/schema.js';

/** @import { ApiDescription } from '../document/read.js' */
/** @import { SchemaNode } from '../document/openapi.js' */

/**
 * Emits one zod schema for each component schema and each group of parameters, tied to its generated type, and one for all
 * arguments of each operation.
 *
 * @param {ApiDescription} api
 * @returns {string} TypeScript source, not formatted
 */
export function emitZod({ schemas: components, identifiers, operations }) {
  const { ordered, recursive } = inDependencyOrder(components);
  /** Constants that can be named already. @type {Map<string, string>} */
  const emitted = new Map();
  const zod = (/** @type {SchemaNode} */ node) => zodOf(node, { identifiers, emitted });
  const schemas = ordered.map(([name, node]) => {
    const declared = `components['schemas'][${quote(name)}]`;
    const constant = identifiers.get(name) ?? name;
    const source = `${zod(node)}${describe(node)}`;
    emitted.set(name, constant);
    // TypeScript cannot infer a type that contains itself, so its type is stated instead of compared.
    return recursive.has(name)
      ? `export const ${constant}: z.ZodType<${declared}> = ${source};`
      : `export const ${constant} = exactly<${declared}>()(${source});`;
  });
  const parameters = operations.flatMap(({ operationId, parameters: groups }) =>
    groups.map(({ in: place, schemaName, parameters: own }) => {
      const declared = `NonNullable<operations[${quote(operationId)}]['parameters'][${quote(place)}]>`;
      const entries = own.map(
        ({ name, required, schema, ...texts }) =>
          `${quote(name)}: ${zod(schema)}${required ? '' : '.exactOptional()'}${describe(texts)}`,
      );
      return `export const ${schemaName} = exactly<${declared}>()(z.object({ ${entries.join(', ')} }));`;
    }),
  );
  const flat = operations.map(({ operationId, arguments: own }) => {
    const entries = own.map(
      ({ name, source, required, field }) =>
        `${quote(name)}: ${source}${field === undefined && !required ? '.exactOptional()' : ''}`,
    );
    return `export const ${argumentsSchema(operationId)} = z.strictObject({ ${entries.join(', ')} });`;
  });
  const isOpen = schemas.some((source) => source.includes('open<'));
  const uses = parameters.length > 0 ? 'components, operations' : 'components';
  return `
import * as z from 'zod';
import type { ${uses} } from './schema.js';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

/** Ties a schema to its generated type: where the two differ, this does not compile. */
function exactly<Declared>() {
  return <Schema extends z.ZodType>(
    schema: Same<z.output<Schema>, Declared> extends true ? Schema : never,
  ): Schema => schema;
}

${isOpen ? open : ''}
${[...schemas, ...parameters, ...flat].join('\n\n')}
`;
}

const open = `
/** Names the known values in the type of a text. Others may come, so none is refused. */
function open<Known extends string>(schema: z.ZodType<string>): z.ZodType<Known | (string & {})> {
  return schema;
}
`;

/** @typedef {{ identifiers: ReadonlyMap<string, string>, emitted: ReadonlyMap<string, string> }} Constants */

/** @param {SchemaNode} node one that `checkSchema` accepts @param {Constants} constants @returns {string} */
function zodOf(node, constants) {
  if (node.$ref !== undefined) {
    const name = referenceName(node.$ref);
    return constants.emitted.get(name) ?? `z.lazy(() => ${constants.identifiers.get(name)})`;
  }
  if (node.anyOf !== undefined) return union(node.anyOf.map((option) => zodOf(option, constants)));
  const values = node.enum ?? (node.const === undefined ? undefined : [node.const]);
  if (values !== undefined) return zodOfValues(values, node.enum !== undefined);
  if (node.type === undefined) return 'z.unknown()';
  return union([node.type].flat().map((type) => zodOfType(type, node, constants)));
}

/** @param {readonly unknown[]} values @param {boolean} isEnum */
function zodOfValues(values, isEnum) {
  const present = values.filter((value) => value !== null);
  if (present.length === 0) return 'z.null()';
  const nullable = present.length < values.length ? '.nullable()' : '';
  const literals = present.map((value) => JSON.stringify(value)).join(', ');
  if (isEnum && present.every((value) => typeof value === 'string'))
    return `z.enum([${literals}])${nullable}`;
  return `z.literal(${present.length === 1 ? literals : `[${literals}]`})${nullable}`;
}

const numeric = {
  minimum: 'min',
  maximum: 'max',
  exclusiveMinimum: 'gt',
  exclusiveMaximum: 'lt',
  multipleOf: 'multipleOf',
};
/** By type: the constructor of zod, and its method for each keyword that is a number. */
const simple = {
  string: { zod: 'string', methods: { minLength: 'min', maxLength: 'max' } },
  integer: { zod: 'int', methods: numeric },
  number: { zod: 'number', methods: numeric },
  boolean: { zod: 'boolean', methods: {} },
  null: { zod: 'null', methods: {} },
  array: { zod: 'array', methods: { minItems: 'min', maxItems: 'max' } },
};

/** @param {keyof typeof simple | 'object'} type @param {SchemaNode} node @param {Constants} constants */
function zodOfType(type, node, constants) {
  if (type === 'object') return zodOfObject(node, constants);
  const { zod, methods } = simple[type];
  const items = type === 'array' ? zodOf(node.items ?? {}, constants) : '';
  const calls = Object.entries(methods).flatMap(([keyword, method]) => {
    const value = node[/** @type {keyof SchemaNode} */ (keyword)];
    return value === undefined ? [] : [`.${method}(${String(value)})`];
  });
  const source = `z.${zod}(${items})${calls.join('')}`;
  return type === 'string' ? zodOfText(node, source) : source;
}

/** @param {SchemaNode} node @param {string} text */
function zodOfText({ pattern, 'x-extensible-enum': known }, text) {
  const source = pattern === undefined ? text : `${text}.regex(new RegExp(${quote(pattern)}, 'u'))`;
  if (known === undefined) return source;
  const values = Array.isArray(known)
    ? known.map(quote).join(' | ')
    : `components['schemas'][${quote(referenceName(known.$ref))}]`;
  return `open<${values}>(${source})`;
}

/** @param {SchemaNode} node @param {Constants} constants */
function zodOfObject({ properties, additionalProperties, required = [] }, constants) {
  if (properties === undefined) {
    const value = typeof additionalProperties === 'object' ? additionalProperties : {};
    return `z.record(z.string(), ${zodOf(value, constants)})`;
  }
  const entries = Object.entries(properties).map(([name, property]) => {
    const optional = required.includes(name) ? '' : '.exactOptional()';
    return `${quote(name)}: ${zodOf(property, constants)}${optional}${describe(property)}`;
  });
  return `z.${additionalProperties === false ? 'strictObject' : 'object'}({ ${entries.join(', ')} })`;
}

/** @param {readonly string[]} options */
function union(options) {
  const values = options.filter((option) => option !== 'z.null()');
  if (values.length === 0) return 'z.null()';
  const value = values.length === 1 ? String(values[0]) : `z.union([${values.join(', ')}])`;
  return values.length < options.length ? `${value}.nullable()` : value;
}

/**
 * Component schemas, each after those that it refers to, and those that contain themselves.
 *
 * @param {Readonly<Record<string, SchemaNode>>} schemas
 */
function inDependencyOrder(schemas) {
  /** @type {Map<string, SchemaNode>} */
  const ordered = new Map();
  /** @type {Set<string>} */
  const recursive = new Set();
  const visit = (/** @type {string} */ name, /** @type {readonly string[]} */ trail) => {
    const node = schemas[name];
    if (node === undefined || ordered.has(name)) return;
    if (trail.includes(name)) for (const each of trail.slice(trail.indexOf(name))) recursive.add(each);
    else {
      for (const reference of referencesIn(node)) visit(reference, [...trail, name]);
      ordered.set(name, node);
    }
  };
  for (const name of Object.keys(schemas)) visit(name, []);
  return { ordered: [...ordered], recursive };
}

/** @param {{ description?: string | undefined, deprecated?: boolean | undefined }} node */
function describe({ description, deprecated }) {
  const text = firstParagraph(description);
  return `${text === undefined ? '' : `.describe(${quote(text)})`}${deprecated ? '.meta({ deprecated: true })' : ''}`;
}

/** @param {string} text */
function quote(text) {
  return JSON.stringify(text);
}
