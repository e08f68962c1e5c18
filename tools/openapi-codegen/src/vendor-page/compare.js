// @ts-check
import { draftOperation } from './draft.js';
import { at, entriesOf, isRecord, keysOf, listOf } from '../document/json.js';
import { firstParagraph } from '../document/schema.js';

/** @import { Page } from './page.js' */
/**
 * What a document says about one operation: statements by what they are about. Types are a list, anything else is text.
 *
 * @typedef {Map<string, string | readonly string[]>} Facts
 */

/**
 * Compares a page with the document, by way of the operation that the page would be drafted as.
 *
 * @param {Page} page
 * @param {unknown} document the parsed OpenAPI document
 * @returns {{ differences: readonly string[], added: readonly string[] }} `differences`: what the page says and the
 *   document does not; `added`: what the document says beyond the page
 */
export function comparePage(page, document) {
  const { path, method, operation } = draftOperation(page);
  const described = at(document, 'paths', path, method);
  if (!isRecord(described)) {
    return { differences: [`${method.toUpperCase()} ${path}: the document does not describe it`], added: [] };
  }
  const drafted = factsOf(operation, document);
  const known = factsOf(described, document);
  /** @type {string[]} */
  const differences = [];
  /** @type {string[]} */
  const added = [];
  for (const [what, value] of drafted) {
    const now = known.get(what);
    if (now === undefined) differences.push(`${what}: the page says ${inWords(value)}, the document nothing`);
    else if (Array.isArray(value) && Array.isArray(now)) {
      if (value.some((type) => !now.includes(type))) {
        differences.push(`${what}: the page says ${inWords(value)}, the document ${inWords(now)}`);
      }
      const more = now.filter((type) => !value.includes(type));
      if (more.length > 0) added.push(`${what}: also ${inWords(more)}`);
    } else if (value !== now) {
      differences.push(`${what}: the page says ${inWords(value)}, the document ${inWords(now)}`);
    }
  }
  for (const [what, value] of known) if (!drafted.has(what)) added.push(`${what}: ${inWords(value)}`);
  return { differences, added };
}

/** @param {string | readonly string[]} value */
function inWords(value) {
  return typeof value === 'string' ? value : value.join(' or ');
}

/**
 * @param {unknown} operation
 * @param {unknown} document
 * @returns {Facts}
 */
function factsOf(operation, document) {
  /** @type {Facts} */
  const facts = new Map();
  const say = (/** @type {string} */ what, /** @type {unknown} */ value) => {
    if (value !== undefined) facts.set(what, typeof value === 'string' ? value : JSON.stringify(value));
  };
  say('summary', String(at(operation, 'summary')).toLowerCase());
  for (const [name, value] of entriesOf(at(operation, 'x-rate-limit'))) say(`x-rate-limit ${name}`, value);
  say('security', at(operation, 'security') ?? at(document, 'security'));
  for (const parameter of listOf(at(operation, 'parameters'))) {
    const target = resolveLocal(document, parameter);
    const what = `${String(at(target, 'in'))} parameter ${String(at(target, 'name'))}`;
    say(`${what}, required`, at(target, 'required') === true);
    addSchema(at(target, 'schema'), what, at(target, 'description'));
  }
  const body = resolveLocal(document, at(operation, 'requestBody'));
  if (body !== undefined) say('request, required', at(body, 'required') === true);
  addContent(body, 'request');
  for (const [status, entry] of entriesOf(at(operation, 'responses'))) {
    const answer = resolveLocal(document, entry);
    say(`${status}`, at(answer, 'description'));
    for (const [name, header] of entriesOf(at(answer, 'headers'))) {
      const target = resolveLocal(document, header);
      say(`${status} header ${name}, example`, at(target, 'example'));
      addSchema(at(target, 'schema'), `${status} header ${name}`, at(target, 'description'));
    }
    addContent(answer, status);
  }
  return facts;

  /** @param {unknown} owner @param {string} place */
  function addContent(owner, place) {
    const content = at(owner, 'content', 'application/json');
    if (content === undefined) return;
    addSchema(at(content, 'schema'), place, undefined);
    const example = resolveLocal(document, at(content, 'examples', 'documented'));
    say(`${place}, example`, at(example, 'value'));
  }

  /** @param {unknown} node @param {string} place @param {unknown} description @param {readonly unknown[]} [trail] */
  function addSchema(node, place, description, trail = []) {
    const target = resolveLocal(document, node);
    if (trail.includes(at(node, '$ref') ?? node)) return;
    const way = [...trail, at(node, '$ref') ?? node];
    const options = listOf(at(target, 'anyOf')).map((option) => resolveLocal(document, option));
    const all = options.length > 0 ? options : [target];
    const types = all.flatMap((option) => at(option, 'type') ?? []).map(String);
    facts.set(`${place}, type`, [...new Set(types)]);
    const said = firstParagraph(
      String(description ?? at(node, 'description') ?? at(target, 'description') ?? ''),
    );
    if (said) say(`${place}, description`, said);
    const values = all.flatMap((option) => listOf(at(option, 'enum'))).map(String);
    if (values.length > 0) facts.set(`${place}, values`, values);
    say(`${place}, example`, listOf(at(target, 'examples'))[0]);
    for (const keyword of ['format', 'minimum', 'maximum', 'minLength', 'maxLength', 'x-extensible-enum']) {
      say(`${place}, ${keyword}`, at(target, keyword));
    }
    for (const option of all) {
      const required = listOf(at(option, 'required'));
      for (const [name, property] of entriesOf(at(option, 'properties'))) {
        // Tables of answers do not say it.
        if (required.includes(name) || place.startsWith('request'))
          say(`${place}.${name}, required`, required.includes(name));
        addSchema(property, `${place}.${name}`, undefined, way);
      }
      const items = at(option, 'items');
      if (isRecord(items) && Object.keys(items).length > 0) addSchema(items, `${place}[]`, undefined, way);
      const additional = at(option, 'additionalProperties');
      if (isRecord(additional)) addSchema(additional, `${place}.*`, undefined, way);
    }
  }
}

/** What a local reference points at; anything else as it is. @param {unknown} document @param {unknown} node */
function resolveLocal(document, node) {
  const ref = at(node, '$ref');
  if (typeof ref !== 'string' || !ref.startsWith('#/')) return node;
  const found = at(document, ...keysOf(ref));
  if (!isRecord(found) || !isRecord(node)) return found;
  const siblings = Object.entries(node).filter(([key]) => key !== '$ref');
  return { ...found, ...Object.fromEntries(siblings) };
}
