// @ts-check
import { posix } from 'node:path';
import { parse } from 'yaml';

/** The media type of parameters and headers as fields. JSON: they have types in the generated code, although they travel as text. */
export const fieldsType = 'application/x-fields+json';

/**
 * An OpenAPI document in the form that oasdiff compares best.
 *
 * @param {string} path of the document, YAML or JSON
 * @param {(path: string) => string} readFile reads it, and each file that it refers to
 * @returns {Record<string, unknown>}
 * @throws when the text is not an OpenAPI document, or a reference to anything but a schema leads nowhere
 */
export function readDocument(path, readFile) {
  return asFields(bundle(path, readFile));
}

/**
 * The document with the files that it refers to inside it, because oasdiff reads one file.
 *
 * @param {string} documentPath
 * @param {(path: string) => string} readFile
 */
function bundle(documentPath, readFile) {
  /** @type {Record<string, unknown>} */
  const files = {};
  const document = relocated(parse(readFile(documentPath)), documentPath);
  if (!isRecord(document)) throw new Error('the text is not an OpenAPI document');
  return { ...document, 'x-files': files };

  /** @param {unknown} node @param {string} file that it is in @returns {unknown} */
  function relocated(node, file) {
    if (Array.isArray(node)) return node.map((each) => relocated(each, file));
    if (!isRecord(node)) return node;
    return mapValues(node, (value, key) =>
      key === '$ref' && typeof value === 'string' ? reference(value, file) : relocated(value, file),
    );
  }

  /** @param {string} ref @param {string} file */
  function reference(ref, file) {
    const [target = '', pointer = ''] = ref.split('#');
    const path = target === '' ? file : posix.join(posix.dirname(file), decodeURIComponent(target));
    if (path === documentPath) return `#${pointer}`;
    if (!Object.hasOwn(files, path)) {
      const text = textOf(path);
      // Data, such as an example, or a file that is not there: oasdiff ignores the one and names the other.
      if (text === undefined) return ref;
      files[path] = {};
      files[path] = relocated(parse(text), path);
    }
    return `#/x-files/${encodeURIComponent(path.replaceAll('~', '~0').replaceAll('/', '~1'))}${pointer}`;
  }

  /** @param {string} path */
  function textOf(path) {
    try {
      return readFile(path);
    } catch {
      return undefined;
    }
  }
}

/**
 * The document with parameters, headers and whole bodies as fields of a body, because oasdiff compares fields in many ways
 * that it does not compare those in. References to them are gone; those to schemas stay.
 *
 * @param {Record<string, unknown>} document
 */
function asFields(document) {
  const resolved = (/** @type {unknown} */ node) => resolve(document, node);
  const membersOf = (/** @type {unknown} */ node) => entriesOf(node).map(([, value]) => resolved(value));
  const bodies = (/** @type {unknown} */ content) =>
    mapValues(recordOf(content), (media) => ({ schema: fieldsOf({ body: recordOf(media) }) }));
  const paths = mapValues(recordOf(document['paths']), (item) => {
    const { parameters: shared, ...methods } = resolved(item);
    return mapValues(methods, (operation) => {
      if (!isRecord(operation)) return operation;
      const { parameters: own, requestBody, responses, ...others } = operation;
      /** @type {Record<string, Record<string, Record<string, unknown>>>} */
      const parameters = { path: {}, query: {}, header: {} };
      // A parameter of an operation replaces the one of its path.
      for (const each of [...membersOf(shared), ...membersOf(own)]) {
        const place = String(each['in']);
        parameters[place] = { ...parameters[place], [String(each['name'])]: each };
      }
      const request = resolved(requestBody);
      const places = mapValues(parameters, (members) => ({ schema: fieldsOf(members) }));
      return {
        ...others,
        requestBody: {
          ...request,
          content: { ...bodies(request['content']), [fieldsType]: { schema: fieldsOf(places) } },
        },
        responses: mapValues(recordOf(responses), (answer) => {
          const { headers, content, ...rest } = resolved(answer);
          const fields = fieldsOf({ headers: { schema: fieldsOf(mapValues(recordOf(headers), resolved)) } });
          return { ...rest, content: { ...bodies(content), [fieldsType]: { schema: fields } } };
        }),
      };
    });
  });
  return { ...document, paths };
}

/** The schema of an object. @param {Record<string, Record<string, unknown>>} members parameters, headers or bodies by their names */
function fieldsOf(members) {
  return {
    type: 'object',
    required: Object.keys(members).filter((name) => members[name]?.['required'] === true),
    properties: mapValues(members, ({ schema, 'x-argument': argument }) =>
      argument === undefined ? schema : { ...recordOf(schema), 'x-argument': argument },
    ),
  };
}

/**
 * What a node stands for, however many references lead there, with what is said beside them.
 *
 * @param {unknown} document
 * @param {unknown} node
 * @param {readonly string[]} followed
 * @returns {Record<string, unknown>}
 * @throws when a reference leads nowhere
 */
export function resolve(document, node, followed = []) {
  const { $ref, ...beside } = recordOf(node);
  if (typeof $ref !== 'string') return recordOf(node);
  if (followed.includes($ref)) throw new Error(`${$ref} refers to itself`);
  return { ...resolve(document, follow(document, $ref), [...followed, $ref]), ...beside };
}

/**
 * What a reference names.
 *
 * @param {unknown} document
 * @param {string} ref
 * @throws when it is nothing, which would pass as what has not changed
 */
export function follow(document, ref) {
  const target = ref.startsWith('#/') ? at(document, ...ref.split('/').slice(1).map(decoded)) : undefined;
  if (target === undefined) throw new Error(`${ref} points at nothing`);
  return target;
}

/** A key of a JSON pointer in a URL (RFC 6901 §6). @param {string} key */
function decoded(key) {
  return decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~');
}

/** @param {unknown} node @param {readonly string[]} keys */
export function at(node, ...keys) {
  return keys.reduce((/** @type {unknown} */ each, key) => (isRecord(each) ? each[key] : undefined), node);
}

/** @template Value, Result @param {Record<string, Value>} object @param {(value: Value, key: string) => Result} change @returns {Record<string, Result>} */
function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
}

/** @param {unknown} value @returns {[string, unknown][]} empty for anything but an object or a list */
export function entriesOf(value) {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
export function isRecord(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object; an empty one for anything else. @param {unknown} value */
export function recordOf(value) {
  return isRecord(value) ? value : {};
}
