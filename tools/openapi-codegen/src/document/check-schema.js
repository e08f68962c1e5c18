// @ts-check
import { childrenOf, referenceName } from './schema.js';

/** @import { Issues } from './issues.js' */
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
 * Refuses what a schema says and no generated check would hold: constraints of another type, values that do not fit, and
 * references to nothing.
 *
 * @param {SchemaNode} node
 * @param {string} place
 * @param {{ schemas: Readonly<Record<string, SchemaNode>>, issues: Issues }} context
 */
export function checkSchema(node, place, context) {
  const refuse = (/** @type {string} */ problem, /** @type {string} */ remedy) =>
    context.issues.add(place, problem, remedy);
  const { what, keywords } = formOf(node);
  const others = Object.keys(node).filter((key) => !keywords.includes(key) && !isAnnotation(key));
  if (others.length > 0) {
    refuse(
      `${others.join(', ')} does not go with ${what}`,
      'remove it, or move it into an option of its own',
    );
  }
  const target = node.$ref && referenceName(node.$ref);
  if (target !== undefined && context.schemas[target] === undefined) {
    refuse(`schema ${target} does not exist`, 'name a schema below #/components/schemas/');
  }
  const types = node.type === undefined ? undefined : [node.type].flat();
  const values = node.enum ?? (node.const === undefined ? undefined : [node.const]);
  if (types !== undefined && values !== undefined) checkValues(values, types, refuse);
  else if (types?.includes('array') && node.items === undefined) {
    refuse('an array needs items', 'write items: {} if they can be anything');
  } else if (types?.includes('object')) checkObject(node, refuse);
  if (node.pattern !== undefined && !isPattern(node.pattern)) {
    refuse(`${node.pattern} is not a regular expression of JavaScript`, 'correct it');
  }
  for (const [end, child] of childrenOf(node)) checkSchema(child, `${place}${end}`, context);
}

/** @typedef {(problem: string, remedy: string) => void} Refuse */

/** What a schema is, and the keywords that it may have besides annotations. @param {SchemaNode} node */
function formOf({ $ref, anyOf, enum: listed, const: value, type }) {
  if ($ref !== undefined) return { what: 'a reference', keywords: ['$ref'] };
  if (anyOf !== undefined) return { what: 'a choice', keywords: ['anyOf'] };
  if (listed !== undefined || value !== undefined) {
    return { what: 'listed values', keywords: ['type', 'const', 'enum'] };
  }
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

/** @param {string} pattern */
function isPattern(pattern) {
  try {
    return Boolean(new RegExp(pattern, 'u'));
  } catch {
    return false;
  }
}
