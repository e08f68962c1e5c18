// @ts-check
import { argumentsSchema, firstParagraph } from '../document/read.js';
import { childrenOf, referenceName } from '../document/nodes.js';

/** @import { ParameterGroup } from '../document/arguments.js' */
/** @import { ApiDescription } from '../document/read.js' */
/** @import { SchemaNode } from '../document/shape.js' */

/**
 * Emits one zod schema for each component schema and each group of parameters, tied to its generated type, and one for all
 * arguments of each operation.
 *
 * @param {ApiDescription} api
 * @returns {string} TypeScript source, not formatted
 */
export function emitZod(api) {
  const { ordered, recursive } = inDependencyOrder(api);
  /** @type {Set<string>} */
  const emitted = new Set();
  const schemas = ordered.map(([name, node]) => {
    const declared = `components['schemas'][${quote(name)}]`;
    const constant = identifier(api, name);
    const place = `components.schemas.${name}`;
    const source = `${zodOf(node, { api, place, emitted })}${describe(node)}`;
    emitted.add(name);
    // TypeScript cannot infer a type that contains itself, so its type is stated instead of compared.
    return recursive.has(name)
      ? `export const ${constant}: z.ZodType<${declared}> = ${source};`
      : `export const ${constant} = exactly<${declared}>()(${source});`;
  });
  const parameters = api.operations.flatMap(({ operationId, parameters: groups }) =>
    groups.map((group) => {
      const declared = `NonNullable<operations[${quote(operationId)}]['parameters'][${quote(group.in)}]>`;
      const source = parametersObject(group, { api, place: operationId, emitted });
      return `export const ${group.schemaName} = exactly<${declared}>()(${source});`;
    }),
  );
  const flat = api.operations.map((operation) => {
    const entries = operation.arguments.map(
      ({ name, source, required, field }) =>
        `${quote(name)}: ${source}${field === undefined && !required ? '.exactOptional()' : ''}`,
    );
    return `export const ${argumentsSchema(operation.operationId)} = z.strictObject({ ${entries.join(', ')} });`;
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

/**
 * Where a node is.
 *
 * @typedef {object} Context
 * @property {ApiDescription} api
 * @property {string} place for messages
 * @property {ReadonlySet<string>} emitted component schemas that are constants already
 */

/** @param {ParameterGroup} group @param {Context} context */
function parametersObject({ parameters }, context) {
  const entries = parameters.map((parameter) => {
    const place = `${context.place}.${parameter.name}`;
    const value = `${zodOf(parameter.schema, { ...context, place })}${parameter.required ? '' : '.exactOptional()'}`;
    return `${quote(parameter.name)}: ${value}${describe(parameter)}`;
  });
  return `z.object({ ${entries.join(', ')} })`;
}

/** @param {SchemaNode} node @param {Context} context @returns {string} */
function zodOf(node, context) {
  const { api, place, emitted } = context;
  if (node.$ref !== undefined) {
    refuseKeywords(node, ['$ref'], 'a reference', context);
    const name = referenceName(node.$ref);
    const constant = identifier(api, name);
    return emitted.has(name) ? constant : `z.lazy(() => ${constant})`;
  }
  if (node.anyOf !== undefined) {
    refuseKeywords(node, ['anyOf'], 'a choice', context);
    return union(
      node.anyOf.map((option, index) => ({
        isNull: option.type === 'null',
        source: zodOf(option, { ...context, place: `${place}.anyOf[${index}]` }),
      })),
    );
  }
  if (node.const !== undefined) return zodOfValues([node.const], node, context);
  if (node.enum !== undefined) return zodOfValues(node.enum, node, context);
  if (node.type === undefined) {
    refuseKeywords(node, [], 'a schema without a type', context);
    return 'z.unknown()';
  }
  const types = [node.type].flat();
  refuseKeywords(
    node,
    ['type', ...types.flatMap((type) => constraintsOf[type])],
    types.join(' and '),
    context,
  );
  return union(types.map((type) => ({ isNull: type === 'null', source: zodOfType(type, node, context) })));
}

const annotations = [
  'title',
  'description',
  'examples',
  'default',
  'deprecated',
  'format',
  'x-source',
  'x-privacy',
  'x-extensible-enum',
  'x-argument',
];

/** The constraints of each type; a constraint of another type would never be checked. */
const constraintsOf = /** @type {const} */ ({
  string: ['minLength', 'maxLength', 'pattern'],
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  boolean: [],
  null: [],
  array: ['items', 'minItems', 'maxItems'],
  object: ['properties', 'required', 'additionalProperties'],
});

/** @param {SchemaNode} node @param {readonly string[]} understood @param {string} what @param {Context} context */
function refuseKeywords(node, understood, what, { api, place }) {
  const known = new Set([...understood, ...annotations]);
  const others = Object.keys(node).filter((key) => !known.has(key));
  if (others.length === 0) return;
  api.issues.add(
    place,
    `${others.join(', ')} does not go with ${what}`,
    'remove it, or move it into an option of its own',
  );
}

/** @param {readonly unknown[]} values @param {SchemaNode} node @param {Context} context */
function zodOfValues(values, node, context) {
  const { api, place } = context;
  refuseKeywords(node, ['type', 'const', 'enum'], 'listed values', context);
  const types = node.type === undefined ? undefined : [node.type].flat();
  if (types?.includes('null') && !values.includes(null)) {
    api.issues.add(
      place,
      'the type allows null, its values do not',
      'add null to them, or write an anyOf with null',
    );
  }
  const wrong = values.filter((value) => types !== undefined && !types.some((type) => isOf(type, value)));
  if (wrong.length > 0) {
    api.issues.add(place, `${JSON.stringify(wrong)} is not of the type`, 'correct the type or the value');
  }
  const present = values.filter((value) => value !== null);
  const nullable = present.length < values.length ? '.nullable()' : '';
  if (present.length === 0) return 'z.null()';
  const texts = present.filter((value) => typeof value === 'string');
  if (node.enum !== undefined && texts.length === present.length) {
    return `z.enum([${texts.map(quote).join(', ')}])${nullable}`;
  }
  const literals = present.map((value) => JSON.stringify(value));
  return `z.literal(${literals.length === 1 ? literals.join() : `[${literals.join(', ')}]`})${nullable}`;
}

/** @param {keyof typeof constraintsOf} type @param {unknown} value */
function isOf(type, value) {
  if (type === 'null') return value === null;
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

/** @param {keyof typeof constraintsOf} type @param {SchemaNode} node @param {Context} context @returns {string} */
function zodOfType(type, node, context) {
  switch (type) {
    case 'string':
      return opened(
        node,
        `z.string()${call('min', node.minLength)}${call('max', node.maxLength)}${
          node.pattern === undefined ? '' : `.regex(new RegExp(${patternOf(node.pattern, context)}, 'u'))`
        }`,
      );
    case 'integer':
    case 'number':
      return `z.${type === 'integer' ? 'int' : 'number'}()${call('min', node.minimum)}${call('max', node.maximum)}${call(
        'gt',
        node.exclusiveMinimum,
      )}${call('lt', node.exclusiveMaximum)}${call('multipleOf', node.multipleOf)}`;
    case 'boolean':
      return 'z.boolean()';
    case 'null':
      return 'z.null()';
    case 'array': {
      if (node.items === undefined) {
        context.api.issues.add(
          context.place,
          'an array needs items',
          'write items: {} if they can be anything',
        );
        return 'z.array(z.unknown())';
      }
      const items = zodOf(node.items, { ...context, place: `${context.place}[]` });
      return `z.array(${items})${call('min', node.minItems)}${call('max', node.maxItems)}`;
    }
    case 'object':
      return zodOfObject(node, context);
  }
}

/** @param {SchemaNode} node @param {string} source */
function opened({ 'x-extensible-enum': known }, source) {
  if (known === undefined) return source;
  const values = Array.isArray(known)
    ? known.map(quote).join(' | ')
    : `components['schemas'][${quote(referenceName(known.$ref))}]`;
  return `open<${values}>(${source})`;
}

/** @param {string} pattern @param {Context} context */
function patternOf(pattern, { api, place }) {
  try {
    new RegExp(pattern, 'u');
  } catch {
    api.issues.add(place, `${pattern} is not a regular expression of JavaScript`, 'correct it');
  }
  return quote(pattern);
}

/** @param {SchemaNode} node @param {Context} context */
function zodOfObject(node, context) {
  const { api, place } = context;
  const { properties, additionalProperties } = node;
  const required = new Set(node.required);
  if (properties === undefined) {
    if (additionalProperties === undefined || additionalProperties === false || required.size > 0) {
      api.issues.add(
        place,
        'an object needs properties or additionalProperties',
        'write additionalProperties: true if it can hold anything',
      );
    }
    const value =
      typeof additionalProperties === 'object'
        ? zodOf(additionalProperties, { ...context, place: `${place}.*` })
        : 'z.unknown()';
    return `z.record(z.string(), ${value})`;
  }
  if (typeof additionalProperties === 'object') {
    api.issues.add(
      place,
      'properties beside additionalProperties with a schema are not understood',
      'describe the map as a property of its own, or write additionalProperties: true',
    );
  }
  const unknown = [...required].filter((name) => !(name in properties));
  if (unknown.length > 0) {
    api.issues.add(
      place,
      `required names no property: ${unknown.join(', ')}`,
      'describe it under properties',
    );
  }
  const entries = Object.entries(properties).map(([name, property]) => {
    const value = zodOf(property, { ...context, place: `${place}.${name}` });
    return `${quote(name)}: ${value}${required.has(name) ? '' : '.exactOptional()'}${describe(property)}`;
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
 * Component schemas, each after those that it refers to, and those that contain themselves.
 *
 * @param {ApiDescription} api
 */
function inDependencyOrder({ schemas, issues }) {
  /** @type {Map<string, SchemaNode>} */
  const ordered = new Map();
  /** @type {Set<string>} */
  const recursive = new Set();
  /** @param {string} name @param {readonly string[]} trail */
  const visit = (name, trail) => {
    if (ordered.has(name)) return;
    if (trail.includes(name)) {
      for (const each of trail.slice(trail.indexOf(name))) recursive.add(each);
      return;
    }
    const node = schemas[name];
    if (node === undefined) {
      const place = `components.schemas.${trail.at(-1)}`;
      issues.add(place, `schema ${name} does not exist`, 'name a schema below #/components/schemas/');
      return;
    }
    for (const reference of referencesIn(node)) visit(reference, [...trail, name]);
    ordered.set(name, node);
  };
  for (const name of Object.keys(schemas)) visit(name, []);
  return { ordered: [...ordered], recursive };
}

/** @param {SchemaNode} node @returns {string[]} */
function referencesIn(node) {
  const own = node.$ref === undefined ? [] : [referenceName(node.$ref)];
  return [...own, ...childrenOf(node).flatMap(referencesIn)];
}

/** @param {ApiDescription} api @param {string} name */
function identifier({ identifiers }, name) {
  return identifiers.get(name) ?? name;
}

/** @param {{ description?: string | undefined, deprecated?: boolean | undefined }} node */
function describe({ description, deprecated }) {
  const text = firstParagraph(description);
  return `${text === undefined ? '' : `.describe(${quote(text)})`}${deprecated ? '.meta({ deprecated: true })' : ''}`;
}

/** @param {string} method @param {number | undefined} value */
function call(method, value) {
  return value === undefined ? '' : `.${method}(${value})`;
}

/** @param {string} text */
function quote(text) {
  return JSON.stringify(text);
}
