// @ts-check
import { childrenOf, referenceName } from './schema.js';

/** @import { Issues, Refuse } from './issues.js' */
/** @import { SchemaNode, TypeName } from './openapi.js' */

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
const numeric = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'];
/** The constraints of each type. @type {Readonly<Record<TypeName, readonly string[]>>} */
const constraintsOf = {
  string: ['minLength', 'maxLength', 'pattern'],
  integer: numeric,
  number: numeric,
  boolean: [],
  null: [],
  array: ['items', 'minItems', 'maxItems'],
  object: ['properties', 'required', 'additionalProperties'],
};

/** The keywords that are checked, in the order of the generated code. */
export const checkedKeywords = [
  'anyOf',
  'type',
  'const',
  'enum',
  ...new Set(Object.values(constraintsOf).flat()),
];

/** Whether a keyword checks nothing. @param {string} keyword */
export function isAnnotation(keyword) {
  return annotations.includes(keyword);
}

/**
 * @typedef {object} SchemaContext
 * @property {Readonly<Record<string, SchemaNode>>} schemas
 * @property {ReadonlySet<SchemaNode>} renamable fields of requests
 * @property {Issues} issues
 */

/**
 * Refuses what a schema says and no generated check would hold: constraints of another type, values that do not fit, and
 * references to nothing.
 *
 * @param {SchemaNode} node
 * @param {string} place
 * @param {SchemaContext} context
 */
export function checkSchema(node, place, context) {
  const refuse = context.issues.at(place);
  const { what, keywords } = formOf(node);
  const others = Object.keys(node).filter((key) => !keywords.includes(key) && !isAnnotation(key));
  if (others.length > 0) {
    refuse(
      `${others.join(', ')} does not go with ${what}`,
      'remove it, or move it into an option of its own',
    );
  }
  const target = node.$ref && referenceName(node.$ref);
  if (target !== undefined && !Object.hasOwn(context.schemas, target)) {
    refuse(`schema ${target} does not exist`, 'name a schema below #/components/schemas/');
  }
  const types = node.type === undefined ? undefined : [node.type].flat();
  const values = node.enum ?? (node.const === undefined ? undefined : [node.const]);
  if (values?.some((value) => Number.isInteger(value) && !Number.isSafeInteger(value))) {
    refuse('a number of more than 2^53 is another one in JavaScript', 'write texts');
  }
  if (types !== undefined && values !== undefined) checkValues(values, types, refuse);
  else if (types?.includes('array') && node.items === undefined) {
    refuse('an array needs items', 'write items: {} if they can be anything');
  } else if (types?.includes('object')) checkObject(node, refuse);
  checkBounds(node, refuse);
  const fault = node.pattern === undefined ? undefined : faultOfPattern(node.pattern);
  if (fault !== undefined) refuse(fault, 'write a regular expression of JavaScript, with the flag u');
  checkKnownValues(node, context.schemas, refuse);
  if (node['x-argument'] !== undefined && !context.renamable.has(node)) {
    refuse('x-argument has no effect here', 'write it beside a parameter, or in a field of a request');
  }
  for (const [end, child] of childrenOf(node)) checkSchema(child, `${place}${end}`, context);
}

/** What a schema is, and the keywords that it may have besides annotations. @param {SchemaNode} node */
function formOf({ $ref, anyOf, enum: listed, const: value, type }) {
  if ($ref !== undefined) return { what: 'a reference', keywords: ['$ref'] };
  if (anyOf !== undefined) return { what: 'a choice', keywords: ['anyOf'] };
  if (listed !== undefined) return { what: 'an enum', keywords: ['type', 'enum'] };
  if (value !== undefined) return { what: 'a const', keywords: ['type', 'const'] };
  if (type === undefined) return { what: 'a schema without a type', keywords: [] };
  const types = [type].flat();
  return { what: types.join(' and '), keywords: ['type', ...types.flatMap((each) => constraintsOf[each])] };
}

/** @param {readonly unknown[]} values @param {readonly TypeName[]} types @param {Refuse} refuse */
function checkValues(values, types, refuse) {
  const isOf = (/** @type {unknown} */ value, /** @type {TypeName} */ type) =>
    type === 'null'
      ? value === null
      : type === 'integer'
        ? Number.isInteger(value)
        : typeof value === type && value !== null;
  if (types.includes('null') && !values.includes(null)) {
    refuse('the type allows null, its values do not', 'add null to them, or write an anyOf with null');
  }
  const wrong = values.filter((value) => !types.some((type) => isOf(value, type)));
  if (wrong.length > 0)
    refuse(`${JSON.stringify(wrong)} is not of the type`, 'correct the type or the value');
}

/** @param {SchemaNode} node @param {Refuse} refuse */
function checkObject({ properties, additionalProperties, required = [] }, refuse) {
  if (properties === undefined) {
    if (!additionalProperties || required.length > 0) {
      refuse(
        'an object needs properties or additionalProperties',
        'write additionalProperties: true if it can hold anything',
      );
    }
    return;
  }
  if (typeof additionalProperties === 'object') {
    refuse(
      'properties beside additionalProperties with a schema are not understood',
      'describe the map as a property of its own, or write additionalProperties: true',
    );
  }
  const unknown = required.filter((name) => !Object.hasOwn(properties, name));
  if (unknown.length > 0) {
    refuse(`required names no property: ${unknown.join(', ')}`, 'describe it under properties');
  }
}

/** Pairs of bounds; where one of them is exclusive, nothing fits two that are equal either. @type {readonly (readonly [keyof SchemaNode, keyof SchemaNode])[]} */
const bounds = [
  ['minimum', 'maximum'],
  ['exclusiveMinimum', 'maximum'],
  ['minimum', 'exclusiveMaximum'],
  ['exclusiveMinimum', 'exclusiveMaximum'],
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
];

/** @param {SchemaNode} node @param {Refuse} refuse */
function checkBounds(node, refuse) {
  for (const [least, most] of bounds) {
    const from = Number(node[least]);
    const to = Number(node[most]);
    const isExclusive = `${least} ${most}`.includes('exclusive');
    if (from > to || (isExclusive && from === to)) {
      refuse(`nothing fits ${least} ${from} and ${most} ${to}`, 'correct one of them');
    }
  }
}

/** @param {string} pattern */
function faultOfPattern(pattern) {
  try {
    new RegExp(pattern, 'u');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** @param {SchemaNode} node @param {Readonly<Record<string, SchemaNode>>} schemas @param {Refuse} refuse */
function checkKnownValues({ 'x-extensible-enum': known, type, enum: listed, const: value }, schemas, refuse) {
  if (known === undefined) return;
  const isText = [type].flat().every((each) => each === 'string' || each === 'null');
  if (!isText || listed !== undefined || value !== undefined) {
    refuse('x-extensible-enum goes with a text alone', 'write type: string beside it, and nothing else');
  }
  if (Array.isArray(known)) return;
  const name = referenceName(known.$ref);
  const values = Object.hasOwn(schemas, name) ? schemas[name]?.enum : undefined;
  if (!values?.every((each) => typeof each === 'string')) {
    refuse(`${known.$ref}: x-extensible-enum must name an enum of texts`, 'name one, or list the values');
  }
}

/**
 * Refuses schemas that contain themselves without an object between: no type can be made of them.
 *
 * @param {Readonly<Record<string, SchemaNode>>} schemas
 * @param {Issues} issues
 */
export function checkRecursion(schemas, issues) {
  /** @param {SchemaNode} node @returns {string[]} */
  const directly = ({ $ref, anyOf = [], items }) => [
    ...($ref === undefined ? [] : [referenceName($ref)]),
    ...[...anyOf, ...(items === undefined ? [] : [items])].flatMap(directly),
  ];
  for (const [name, schema] of Object.entries(schemas)) {
    const reached = new Set(directly(schema));
    for (const each of reached) for (const next of directly(schemas[each] ?? {})) reached.add(next);
    if (reached.has(name)) {
      const remedy = 'put a field of an object between';
      issues.add(`components.schemas.${name}`, 'it contains itself with no object between', remedy);
    }
  }
}
