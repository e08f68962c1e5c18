// @ts-check
import { posix } from 'node:path';
import { at, decoded, entriesOf, isRecord, keysOf } from './json.js';
import { parseYaml } from './yaml.js';

/** @import { Issues } from './issues.js' */

/**
 * What a node is, as far as references in it are concerned: a schema, a map or list of schemas, plain data, in which
 * `$ref` means nothing, or any other part of a document, or a map or list of such parts, whose keys are names.
 *
 * @typedef {'schema' | 'schemas' | 'data' | 'other' | 'others'} Kind
 */

/** @type {Readonly<Record<string, Kind>>} */
const insideSchema = {
  ...Object.fromEntries(['properties', 'anyOf', 'oneOf', 'allOf'].map((key) => [key, 'schemas'])),
  ...Object.fromEntries(['items', 'additionalProperties', 'x-extensible-enum'].map((key) => [key, 'schema'])),
};

/** Components that stand where they are used. */
const inlinedSections = ['headers', 'parameters', 'requestBodies', 'responses', 'examples'];

/** The only keys that mean something beside a reference to anything but a schema. */
const besideReference = ['summary', 'description', 'x-source', 'x-argument'];

const isComponent = /^\/components\/schemas\/[^/]+$/;

/** @type {Readonly<Record<string, Kind>>} */
const insideOther = {
  ...Object.fromEntries(
    ['paths', 'parameters', 'requestBodies', 'responses', 'headers', 'content', 'examples'].map((key) => [
      key,
      'others',
    ]),
  ),
  schema: 'schema',
  schemas: 'schemas',
  value: 'data',
  example: 'data',
};

/** @param {Kind} kind @param {string} key @returns {Kind} */
function kindOf(kind, key) {
  if (kind === 'schemas') return 'schema';
  if (kind === 'others') return 'other';
  return (kind === 'schema' ? insideSchema : insideOther)[key] ?? (kind === 'schema' ? 'data' : kind);
}

/**
 * The document without references but those to schemas, which are its components: whatever else it refers to, in itself or
 * in other files, replaces the reference, and a schema of another file becomes a component.
 *
 * @param {unknown} document
 * @param {{ documentPath: string, readFile: (path: string) => string | undefined, issues: Issues }} options
 * @returns {{ document: Record<string, unknown>, files: readonly string[] }} `files`: texts of the other files
 */
export function bundle(document, { documentPath, readFile, issues }) {
  /** @type {Map<string, { text: string, content: unknown }>} */
  const files = new Map();
  /** @type {Map<string, string>} file and pointer → component name */
  const names = new Map();
  /** What a reference to anything but a schema stands for; the same object wherever it is used. @type {Map<string, unknown>} */
  const inlined = new Map();
  /** @type {Record<string, unknown>} */
  const added = {};
  const taken = new Set(entriesOf(at(document, 'components', 'schemas')).map(([name]) => name));

  /** @param {string} path */
  function contentOf(path) {
    const known = files.get(path);
    if (known !== undefined) return known.content;
    const text = path.startsWith('../') ? undefined : readFile(path);
    if (text === undefined) return undefined;
    const content = parseYaml(text, path, issues);
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
    for (const key of Object.keys(node)) {
      if (!(key in Object.prototype)) continue;
      const problem = `nothing can be called ${key}, which every object of JavaScript has`;
      issues.add(place, problem, 'leave it out');
    }
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
    const path = target === '' ? file : posix.join(posix.dirname(file), decoded(target));
    const isOurs = path === documentPath;
    if (isOurs && kind === 'schema' && isComponent.test(pointer)) return { ...node, $ref: `#${pointer}` };
    const id = `${path}#${pointer}`;
    const content = isOurs ? document : /^https?:/.test(target) ? undefined : contentOf(path);
    const found = at(content, ...keysOf(pointer));
    if (found === undefined) {
      const remedy = isOurs
        ? 'name a component of this document'
        : 'name a file beside the document and a place in it';
      issues.add(place, `${$ref} points at nothing`, remedy);
      return siblings;
    }
    if (kind === 'schema') return { ...siblings, $ref: `#/components/schemas/${nameOf(id, found, path)}` };
    if (trail.includes(id)) {
      issues.add(place, `${$ref} refers to itself`, 'write out one of the two');
      return siblings;
    }
    const beside = Object.keys(siblings).filter((key) => !besideReference.includes(key));
    if (beside.length > 0) {
      issues.add(
        place,
        `${beside.join(', ')} beside ${$ref} means nothing`,
        'say it where the reference points',
      );
    }
    if (!inlined.has(id)) inlined.set(id, visit(found, path, place, kind, [...trail, id]));
    const shared = inlined.get(id);
    return Object.keys(siblings).length === 0 ? shared : { ...Object(shared), ...siblings };
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
  const { schemas, ...others } = Object(bundled['components']);
  bundled['components'] = {
    ...Object.fromEntries(Object.entries(others).filter(([section]) => !inlinedSections.includes(section))),
    schemas: names.size > 0 ? { ...schemas, ...added } : (schemas ?? {}),
  };
  return { document: bundled, files: [...files.values()].map(({ text }) => text) };
}
