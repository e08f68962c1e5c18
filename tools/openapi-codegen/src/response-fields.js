// @ts-check
import { firstParagraph, referenceName } from './document.js';

/** @import { ApiDescription } from './document.js' */
/** @import { Privacy, SchemaNode } from './shape.js' */

/**
 * @typedef {object} ResponseField
 * @property {Privacy} privacy
 * @property {readonly string[]} types JSON Schema types of the value
 * @property {string | undefined} description
 * @property {readonly string[] | undefined} knownValues known values of an open enumeration
 */

/** @type {readonly Privacy[]} */
const levels = ['public', 'name', 'personal', 'secret'];

/**
 * The fields of an answer by their path; `[]` stands for each element of an array. A field is a value, a map, a choice
 * between values, or an object that contains itself: anything without named fields below it.
 *
 * @param {ApiDescription} api
 * @param {string} schema name of a component schema
 * @param {string} place for messages
 * @returns {Record<string, ResponseField>}
 */
export function responseFields(api, schema, place) {
  /** @type {Map<string, ResponseField>} */
  const fields = new Map();
  walk({ $ref: `#/components/schemas/${schema}` }, '', []);
  return Object.fromEntries(fields);

  /** @param {SchemaNode} node @param {string} path @param {readonly SchemaNode[]} trail */
  function walk(node, path, trail) {
    const target = resolve(api, node);
    if (trail.includes(target)) return addLeaf(node, target, path);
    const way = [...trail, target];
    const options = presentOptions(api, target);
    if (options.length > 0 && options.every(({ properties }) => properties !== undefined)) {
      if (node['x-privacy'] !== undefined && options.length > 1) return addLeaf(node, target, path);
      for (const option of options) walkProperties(option, path, [...way, option]);
      return;
    }
    const [only] = options.length === 1 ? options : [];
    if (only?.type === 'array' && only.items !== undefined && holdsFields(only.items, way)) {
      walk(only.items, `${path}[]`, way);
      return;
    }
    addLeaf(node, target, path);
  }

  /** @param {SchemaNode} node @param {string} path @param {readonly SchemaNode[]} trail */
  function walkProperties({ properties = {} }, path, trail) {
    for (const [name, property] of Object.entries(properties)) {
      walk(property, path === '' ? name : `${path}.${name}`, trail);
    }
  }

  /**
   * Whether the elements of an array have fields of their own.
   *
   * @param {SchemaNode} node
   * @param {readonly SchemaNode[]} trail
   * @returns {boolean}
   */
  function holdsFields(node, trail) {
    const target = resolve(api, node);
    if (trail.includes(target)) return false;
    const options = presentOptions(api, target);
    return (
      options.length > 0 &&
      options.every(
        ({ properties, type, items }) =>
          properties !== undefined ||
          (type === 'array' && items !== undefined && holdsFields(items, [...trail, target])),
      )
    );
  }

  /** @param {SchemaNode} node @param {SchemaNode} target @param {string} path */
  function addLeaf(node, target, path) {
    const privacy = node['x-privacy'] ?? target['x-privacy'];
    const inside = strictest(api, target);
    if (privacy === undefined) {
      api.issues.add(place, `the field ${path} needs an x-privacy mark`, `write one of ${levels.join(', ')}`);
      return;
    }
    if (inside !== undefined && levels.indexOf(inside) > levels.indexOf(privacy)) {
      api.issues.add(
        place,
        `the field ${path} is ${privacy}, but something inside it is ${inside}`,
        `mark the field ${inside}: it is shown as a whole`,
      );
    }
    const known = fields.get(path);
    const types = typesOf(api, target);
    fields.set(path, {
      privacy:
        known !== undefined && levels.indexOf(known.privacy) > levels.indexOf(privacy)
          ? known.privacy
          : privacy,
      types: known === undefined ? types : [...new Set([...known.types, ...types])],
      description: known?.description ?? firstParagraph(node.description ?? target.description),
      knownValues: known?.knownValues ?? knownValues(api, target, place),
    });
  }
}

/**
 * The options of a choice that can hold something: neither null nor an empty array.
 *
 * @param {ApiDescription} api
 * @param {SchemaNode} target
 * @returns {SchemaNode[]}
 */
function presentOptions(api, target) {
  if (target.anyOf === undefined) return [target];
  return target.anyOf
    .map((option) => resolve(api, option))
    .filter(({ type, maxItems }) => type !== 'null' && maxItems !== 0);
}

/**
 * The strictest mark of what is inside a node.
 *
 * @param {ApiDescription} api
 * @param {SchemaNode} node
 * @param {readonly SchemaNode[]} trail
 * @returns {Privacy | undefined}
 */
function strictest(api, node, trail = []) {
  if (trail.includes(node)) return undefined;
  const way = [...trail, node];
  const inside = [
    ...Object.values(node.properties ?? {}),
    ...(node.anyOf ?? []),
    ...(node.items === undefined ? [] : [node.items]),
    ...(typeof node.additionalProperties === 'object' ? [node.additionalProperties] : []),
  ].flatMap((child) => {
    const target = resolve(api, child);
    return [child['x-privacy'], target['x-privacy'], strictest(api, target, way)];
  });
  return levels.findLast((level) => inside.includes(level));
}

/** @param {ApiDescription} api @param {SchemaNode} node @returns {string[]} */
function typesOf(api, node) {
  if (node.anyOf !== undefined) {
    return [...new Set(node.anyOf.flatMap((option) => typesOf(api, resolve(api, option))))];
  }
  if (node.type !== undefined) return [node.type].flat();
  const values = node.enum ?? (node.const === undefined ? [] : [node.const]);
  return [...new Set(values.map((value) => (value === null ? 'null' : typeof value)))];
}

/** @param {ApiDescription} api @param {SchemaNode} node @param {string} place */
function knownValues(api, node, place) {
  const values = node['x-extensible-enum'];
  if (values === undefined || Array.isArray(values)) return values;
  const list = resolve(api, values).enum?.filter((value) => typeof value === 'string');
  if (list === undefined) {
    api.issues.add(
      place,
      `${values.$ref}: x-extensible-enum must name an enum`,
      'name one, or list the values',
    );
  }
  return list;
}

/** @param {ApiDescription} api @param {SchemaNode} node @returns {SchemaNode} */
function resolve(api, node) {
  if (node.$ref === undefined) return node;
  const found = api.schemas[referenceName(node.$ref)];
  return found === undefined || found === node ? {} : found.$ref === undefined ? found : resolve(api, found);
}
