// @ts-check
import { childrenOf, resolve } from './schema.js';

/** @import { Issues } from './issues.js' */
/** @import { ParameterGroup } from './parameters.js' */
/** @import { Parameter, SchemaNode, Tool } from './openapi.js' */
/** @typedef {Readonly<Record<string, SchemaNode>>} Schemas */
/**
 * One argument of an operation, wherever it goes.
 *
 * @typedef {object} ArgumentDescription
 * @property {string} name in the flat namespace of all arguments
 * @property {Parameter['in'] | 'body'} in
 * @property {string | undefined} field its name at the API; undefined when it is the whole body
 * @property {boolean} required
 * @property {string} source expression for its check in the generated code
 * @property {SchemaNode} schema
 */
/** @typedef {{ schemas: Schemas, identifiers: ReadonlyMap<string, string> }} Components */

/**
 * The arguments of an operation in one flat namespace, as assistants, the command line and `client.call` give them. A body
 * that is not an object with fields is one argument, `body`.
 *
 * @param {object} operation
 * @param {readonly ParameterGroup[]} operation.parameters
 * @param {string | undefined} operation.requestSchema name of a component schema
 * @param {boolean} operation.isBodyRequired
 * @param {Components} components
 * @returns {ArgumentDescription[]}
 */
export function argumentsOf({ parameters, requestSchema, isBodyRequired }, components) {
  const inPlace = (/** @type {string} */ place) =>
    parameters
      .filter((group) => group.in === place)
      .flatMap((group) =>
        group.parameters.map(({ name, required = false, schema, ...rest }) => ({
          name: rest['x-argument'] ?? name,
          in: group.in,
          field: name,
          required,
          source: `${group.schemaName}.shape${accessor(name)}`,
          schema,
        })),
      );
  return [
    ...inPlace('path'),
    ...(requestSchema === undefined ? [] : bodyArguments(requestSchema, isBodyRequired, components)),
    ...inPlace('query'),
    ...inPlace('header'),
  ];
}

/** @param {string} name @param {boolean} isRequired @param {Components} components @returns {ArgumentDescription[]} */
function bodyArguments(name, isRequired, { schemas, identifiers }) {
  const schema = { $ref: `#/components/schemas/${name}` };
  const node = resolve(schemas, schema);
  const source = identifiers.get(name) ?? name;
  const isObject = (node.type ?? 'object') === 'object' && node.properties !== undefined;
  if (!isObject || childrenOf(node).some(([, child]) => contains(schemas, child, node))) {
    return [{ name: 'body', in: 'body', field: undefined, required: isRequired, source, schema }];
  }
  const required = new Set(node.required);
  return Object.entries(node.properties ?? {}).map(([field, property]) => ({
    name: property['x-argument'] ?? field,
    in: 'body',
    field,
    required: required.has(field),
    source: `${source}.shape${accessor(field)}`,
    schema: property,
  }));
}

/** @param {string} name of a property */
function accessor(name) {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

/** What the APIs of assistants accept as the name of an argument. */
const argumentName = /^[A-Za-z0-9_.-]{1,64}$/;
const rename = 'give it another name with x-argument';

/**
 * Names that clash in the flat namespace, with each other or with what the apps call their own, and values that no URL
 * or header can carry.
 *
 * @param {{ operationId: string, tool: Tool | undefined, arguments: readonly ArgumentDescription[] }} operation
 * @param {{ schemas: Schemas, reserved: readonly string[], issues: Issues }} context
 */
export function checkArguments({ operationId, tool, arguments: found }, { schemas, reserved, issues }) {
  const taken = new Set(reserved.map(flagOf));
  /** @type {Map<string, ArgumentDescription>} */
  const byFlag = new Map();
  for (const argument of found) {
    const { name } = argument;
    const place = `${operationId}.${argument.field ?? name}`;
    const first = byFlag.get(flagOf(name));
    if (first === undefined) byFlag.set(flagOf(name), argument);
    else {
      const other = `${first.field ?? first.name} in ${first.in}`;
      issues.add(place, `in ${argument.in} it has the same name as ${other}`, rename);
    }
    if (tool !== undefined && !argumentName.test(name)) {
      issues.add(place, 'assistants take letters, digits, _, . and - in the name of an argument', rename);
    }
    if (tool !== undefined && taken.has(flagOf(name))) {
      issues.add(place, `${name} is an argument, a setting or a flag of our own`, rename);
    }
    if (argument.in !== 'body' && !isPlain(schemas, argument.schema, true)) {
      const problem = `only texts, numbers, booleans and lists of them go into ${argument.in}`;
      issues.add(place, problem, 'describe the fields of an object as parameters of their own');
    }
    if (name !== argument.field && name in Object.prototype) {
      issues.add(place, `every object of JavaScript has something called ${name}`, rename);
    }
  }
}

/** Whether it is a text, a number, a boolean, or a list of these. @param {Schemas} schemas @param {SchemaNode} node @param {boolean} mayBeList @returns {boolean} */
function isPlain(schemas, node, mayBeList) {
  const target = resolve(schemas, node);
  const types = [target.type ?? []].flat();
  if (target.enum !== undefined || target.const !== undefined) return true;
  if (target.anyOf !== undefined) return target.anyOf.every((each) => isPlain(schemas, each, mayBeList));
  if (types.length === 0 || types.includes('object')) return false;
  if (!types.includes('array')) return true;
  return mayBeList && target.items !== undefined && isPlain(schemas, target.items, false);
}

/**
 * Whether a node is another one, or holds it.
 *
 * @param {Schemas} schemas
 * @param {SchemaNode} node
 * @param {SchemaNode} other
 * @param {readonly SchemaNode[]} trail
 * @returns {boolean}
 */
function contains(schemas, node, other, trail = []) {
  const target = resolve(schemas, node);
  if (target === other) return true;
  if (trail.includes(target)) return false;
  return childrenOf(target).some(([, child]) => contains(schemas, child, other, [...trail, target]));
}

/** The flag of the command line for an argument: `sortKey` and `sort_key` are `sort-key`. @param {string} name */
export function flagOf(name) {
  return name
    .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-')
    .replaceAll('_', '-')
    .toLowerCase();
}
