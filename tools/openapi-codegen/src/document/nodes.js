// @ts-check

/** @import { SchemaNode } from './shape.js' */

/** @param {unknown} value @returns {value is Record<string, unknown>} */
export function isRecord(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The elements of a list; none of anything else. @param {unknown} value @returns {readonly unknown[]} */
export function listOf(value) {
  return Array.isArray(value) ? value : [];
}

/** Keys and values of an object; none of anything else. @param {unknown} value @returns {[string, unknown][]} */
export function entriesOf(value) {
  return isRecord(value) ? Object.entries(value) : [];
}

/** Without what is undefined. @param {Record<string, unknown>} object @returns {Record<string, unknown>} */
export function compact(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** The value at a path of keys. @param {unknown} node @param {readonly string[]} keys */
export function at(node, ...keys) {
  return keys.reduce((/** @type {unknown} */ each, key) => (isRecord(each) ? each[key] : undefined), node);
}

/** The keys of a JSON pointer (RFC 6901). @param {string} pointer */
export function keysOf(pointer) {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** `listOrders` → `ListOrders`, `order-line.v2` → `OrderLineV2`. @param {string} name */
export function pascalCase(name) {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

/** The constant that checks all arguments of an operation. @param {string} operationId */
export function argumentsSchema(operationId) {
  return `${pascalCase(operationId)}Arguments`;
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

/** The name of a component schema in a reference. @param {string} ref */
export function referenceName(ref) {
  return ref
    .replace(/^#\/components\/schemas\//, '')
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
}

/** @template Value, Result @param {Readonly<Record<string, Value>>} object @param {(value: Value, key: string) => Result} change @returns {Record<string, Result>} */
export function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
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
