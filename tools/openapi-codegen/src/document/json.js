// @ts-check

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

/** The value at a path of keys. @param {unknown} node @param {readonly string[]} keys @returns {unknown} */
export function at(node, ...keys) {
  return keys.reduce(
    (/** @type {unknown} */ each, key) =>
      typeof each === 'object' && each !== null && Object.hasOwn(each, key) ? Object(each)[key] : undefined,
    node,
  );
}

/** The keys of a JSON pointer (RFC 6901). @param {string} pointer */
export function keysOf(pointer) {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => decoded(key).replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Without percent-encoding; a text that has none, as it is. @param {string} text */
export function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @template Value, Result @param {Readonly<Record<string, Value>>} object @param {(value: Value, key: string) => Result} change @returns {Record<string, Result>} */
export function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
}
