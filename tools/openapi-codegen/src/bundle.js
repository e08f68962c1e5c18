// @ts-check
import { posix } from 'node:path';
import { parse } from 'yaml';
import { at, entriesOf, isRecord, keysOf } from './nodes.js';

/** @import { Issues } from './issues.js' */

/**
 * What a node is, as far as references in it are concerned: a schema, a map or list of schemas, plain data, in which
 * `$ref` means nothing, or any other part of a document.
 *
 * @typedef {'schema' | 'schemas' | 'data' | 'other'} Kind
 */

/** @type {Readonly<Record<string, Kind>>} */
const insideSchema = {
  ...Object.fromEntries(['properties', 'anyOf', 'oneOf', 'allOf'].map((key) => [key, 'schemas'])),
  ...Object.fromEntries(['items', 'additionalProperties', 'x-extensible-enum'].map((key) => [key, 'schema'])),
};

/** @type {Readonly<Record<string, Kind>>} */
const insideOther = { schema: 'schema', schemas: 'schemas', value: 'data', example: 'data' };

/** @param {Kind} kind @param {string} key @returns {Kind} */
function kindOf(kind, key) {
  if (kind === 'schemas') return 'schema';
  return (kind === 'schema' ? insideSchema : insideOther)[key] ?? (kind === 'schema' ? 'data' : kind);
}

/**
 * Brings everything that the document refers to in other files into the document itself: a schema as a component of its
 * own, anything else in the place of the reference.
 *
 * @param {unknown} document
 * @param {{ documentPath: string, readFile: (path: string) => string | undefined, issues: Issues }} options
 * @returns {{ document: unknown, files: readonly string[] }} `files`: texts of the other files
 */
export function bundle(document, { documentPath, readFile, issues }) {
  /** @type {Map<string, { text: string, content: unknown }>} */
  const files = new Map();
  /** @type {Map<string, string>} file and pointer → component name */
  const names = new Map();
  /** @type {Record<string, unknown>} */
  const added = {};
  const taken = new Set(entriesOf(at(document, 'components', 'schemas')).map(([name]) => name));

  /** @param {string} path */
  function contentOf(path) {
    const known = files.get(path);
    if (known !== undefined) return known.content;
    const text = readFile(path);
    if (text === undefined) return undefined;
    const content = /** @type {unknown} */ (parse(text));
    files.set(path, { text, content });
    return content;
  }

  /**
   * @param {unknown} node
   * @param {string} file
   * @param {string} place
   * @param {Kind} kind
   * @param {readonly string[]} trail references on the way here
   * @returns {unknown}
   */
  function visit(node, file, place, kind, trail) {
    if (kind === 'data') return node;
    if (Array.isArray(node)) {
      return node.map((each, index) => visit(each, file, `${place}[${index}]`, kindOf(kind, '0'), trail));
    }
    if (!isRecord(node)) return node;
    const { $ref, ...siblings } = node;
    if (kind === 'schemas' || typeof $ref !== 'string') {
      return Object.fromEntries(
        Object.entries(node).map(([key, value]) => [
          key,
          visit(value, file, place === '' ? key : `${place}.${key}`, kindOf(kind, key), trail),
        ]),
      );
    }
    const [target = '', pointer = ''] = $ref.split('#');
    const path = target === '' ? file : posix.join(posix.dirname(file), target);
    if (path === documentPath) return { ...node, $ref: `#${pointer}` };
    const id = `${path}#${pointer}`;
    const found = /^https?:/.test(target) ? undefined : at(contentOf(path), ...keysOf(pointer));
    if (found === undefined) {
      issues.add(place, `${$ref} points at nothing`, 'name a file beside the document and a place in it');
      return siblings;
    }
    if (kind === 'schema') return { ...siblings, $ref: `#/components/schemas/${nameOf(id, found, path)}` };
    if (trail.includes(id)) {
      issues.add(place, `${$ref} refers to itself`, 'write out one of the two');
      return siblings;
    }
    return { ...Object(visit(found, path, place, kind, [...trail, id])), ...siblings };
  }

  /** @param {string} id @param {unknown} found @param {string} path */
  function nameOf(id, found, path) {
    const known = names.get(id);
    if (known !== undefined) return known;
    const name = keysOf(id.split('#')[1] ?? '').at(-1) ?? posix.basename(path, posix.extname(path));
    if (taken.has(name)) issues.add(id, `a schema ${name} exists already`, 'rename one of the two');
    taken.add(name);
    names.set(id, name);
    added[name] = visit(found, path, `components.schemas.${name}`, 'schema', []);
    return name;
  }

  const visited = visit(document, documentPath, '', 'other', []);
  const bundled = isRecord(visited) ? visited : {};
  if (names.size > 0) {
    const components = Object(bundled['components']);
    bundled['components'] = { ...components, schemas: { ...components.schemas, ...added } };
  }
  return { document: bundled, files: [...files.values()].map(({ text }) => text) };
}
