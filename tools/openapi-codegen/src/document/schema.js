// @ts-check
import { decoded, mapValues } from './json.js';

/** @import { SchemaNode } from './openapi.js' */

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

/** The name of a component schema in a reference. @param {string} ref */
export function referenceName(ref) {
  return decoded(ref.replace(/^#\/components\/schemas\//, ''))
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
}

/** The schemas directly inside a schema, each with what follows its place. @param {SchemaNode} node */
export function childrenOf({ properties = {}, anyOf = [], items, additionalProperties }) {
  /** @type {[end: string, child: SchemaNode][]} */
  const children = Object.entries(properties).map(([name, child]) => [`.${name}`, child]);
  for (const [index, child] of anyOf.entries()) children.push([`.anyOf[${index}]`, child]);
  if (items !== undefined) children.push(['[]', items]);
  if (typeof additionalProperties === 'object') children.push(['.*', additionalProperties]);
  return children;
}

/**
 * A schema with those directly inside it changed.
 *
 * @param {SchemaNode} node
 * @param {(child: SchemaNode, end: string) => SchemaNode} change `end`: what follows the place
 * @returns {SchemaNode}
 */
export function withChildren(node, change) {
  const { properties, anyOf, items, additionalProperties } = node;
  return {
    ...node,
    ...(properties && { properties: mapValues(properties, (child, name) => change(child, `.${name}`)) }),
    ...(anyOf && { anyOf: anyOf.map((child, index) => change(child, `.anyOf[${index}]`)) }),
    ...(items && { items: change(items, '[]') }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: change(additionalProperties, '.*'),
    }),
  };
}

/** What a schema or a reference to one says. @param {Readonly<Record<string, SchemaNode>>} schemas @param {SchemaNode} node @returns {SchemaNode} */
export function resolve(schemas, node) {
  const found = node.$ref === undefined ? node : (schemas[referenceName(node.$ref)] ?? {});
  return found.$ref === undefined || found === node ? found : resolve(schemas, found);
}

/** The names of the component schemas that a schema refers to. @param {SchemaNode} node @returns {string[]} */
export function referencesIn(node) {
  const own = node.$ref === undefined ? [] : [referenceName(node.$ref)];
  return [...own, ...childrenOf(node).flatMap(([, child]) => referencesIn(child))];
}
