// @ts-check
import { draftOperation } from './draft.js';
import { at, entriesOf, isRecord, keysOf, listOf } from '../document/json.js';
import { firstParagraph } from '../document/schema.js';

/** @import { Page } from './page.js' */

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
  const item = at(document, 'paths', path);
  const described = at(item, method);
  if (!isRecord(described)) {
    return { differences: [`${method.toUpperCase()} ${path}: the document does not describe it`], added: [] };
  }
  const parameters = [item, described].flatMap((each) => listOf(at(each, 'parameters')));
  const known = factsOf({ ...described, parameters }, document);
  const drafted = factsOf(operation, document);
  /** @type {string[]} */
  const differences = [];
  /** @type {string[]} */
  const added = [];
  const servers = listOf(at(document, 'servers')).map((server) => at(server, 'url'));
  if (page.baseUrl !== '' && !servers.includes(page.baseUrl)) {
    differences.push(`base URL: the page says ${page.baseUrl}, the document ${servers.join(' and ')}`);
  }
  const prose = String(at(described, 'description')).replaceAll(/\s+/g, ' ');
  for (const line of page.prose) {
    if (!prose.includes(line)) differences.push(`description: the page says ${line}, the document does not`);
  }
  for (const [what, said] of drafted) {
    const now = known.get(what);
    const more = now?.filter((value) => !said.includes(value)) ?? [];
    if (now === undefined || !said.every((value) => now.includes(value))) {
      differences.push(
        `${what}: the page says ${said.join(' or ')}, the document ${now?.join(' or ') || 'nothing'}`,
      );
    } else if (more.length > 0) added.push(`${what}: also ${more.join(' or ')}`);
  }
  for (const [what, now] of known) if (!drafted.has(what)) added.push(`${what}: ${now.join(' or ')}`);
  return { differences, added };
}

/**
 * What a document says about one operation. Types and values are lists, anything else is one text.
 *
 * @param {unknown} operation
 * @param {unknown} document
 */
function factsOf(operation, document) {
  /** @type {Map<string, readonly string[]>} */
  const facts = new Map();
  const say = (/** @type {string} */ what, /** @type {unknown} */ value) => {
    if (value !== undefined) facts.set(what, [typeof value === 'string' ? value : JSON.stringify(value)]);
  };
  say('summary', String(at(operation, 'summary')).toLowerCase());
  for (const [name, value] of entriesOf(at(operation, 'x-rate-limit'))) say(`x-rate-limit ${name}`, value);
  say('security', at(operation, 'security') ?? at(document, 'security'));
  for (const each of listOf(at(operation, 'parameters'))) {
    const parameter = resolved(document, each);
    const place = `${String(at(parameter, 'in'))} parameter ${String(at(parameter, 'name'))}`;
    say(`${place}, required`, at(parameter, 'required') === true);
    addSchema(at(parameter, 'schema'), place, [], at(parameter, 'description'));
  }
  if (at(operation, 'requestBody') !== undefined) {
    const body = resolved(document, at(operation, 'requestBody'));
    say('request, required', at(body, 'required') === true);
    addContent(body, 'request');
  }
  for (const [status, entry] of entriesOf(at(operation, 'responses'))) {
    const answer = resolved(document, entry);
    say(status, at(answer, 'description'));
    for (const [name, each] of entriesOf(at(answer, 'headers'))) {
      const header = resolved(document, each);
      say(`${status} header ${name}, example`, at(header, 'example'));
      addSchema(at(header, 'schema'), `${status} header ${name}`, [], at(header, 'description'));
    }
    addContent(answer, status);
  }
  return facts;

  /** @param {unknown} owner @param {string} place */
  function addContent(owner, place) {
    const content = at(owner, 'content', 'application/json');
    if (content !== undefined) addSchema(at(content, 'schema'), place, []);
    say(`${place}, example`, at(resolved(document, at(content, 'examples', 'documented')), 'value'));
  }

  /** @param {unknown} node @param {string} place @param {readonly unknown[]} trail @param {unknown} [description] */
  function addSchema(node, place, trail, description) {
    const self = at(node, '$ref') ?? node;
    if (trail.includes(self)) return;
    const way = [...trail, self];
    const parts = partsOf(document, node);
    const schema = resolved(document, node);
    facts.set(`${place}, type`, [...new Set(parts.flatMap((part) => at(part, 'type') ?? []).map(String))]);
    say(
      `${place}, description`,
      firstParagraph(String(description ?? at(schema, 'description') ?? '')) || undefined,
    );
    const values = parts.flatMap((part) => listOf(at(part, 'enum'))).map(String);
    if (values.length > 0) facts.set(`${place}, values`, values);
    say(`${place}, example`, listOf(at(schema, 'examples'))[0]);
    for (const keyword of keywords) say(`${place}, ${keyword}`, at(schema, keyword));
    const required = parts.flatMap((part) => listOf(at(part, 'required')));
    for (const part of parts) {
      for (const [name, property] of entriesOf(at(part, 'properties'))) {
        // Tables of answers do not say it.
        const isSaid = required.includes(name) || place.startsWith('request');
        if (isSaid) say(`${place}.${name}, required`, required.includes(name));
        addSchema(property, `${place}.${name}`, way);
      }
      for (const [keyword, suffix] of Object.entries({ items: '[]', additionalProperties: '.*' })) {
        const inner = at(part, keyword);
        if (isRecord(inner) && Object.keys(inner).length > 0) addSchema(inner, `${place}${suffix}`, way);
      }
    }
  }
}

const keywords = [
  'format',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'x-extensible-enum',
];

/** What a node says, and what it refers to says where the node does not. @param {unknown} document @param {unknown} node @returns {unknown} */
function resolved(document, node) {
  return Object.assign({}, ...partsOf(document, node).toReversed());
}

/**
 * A node, what it refers to, and the schemas that it combines or chooses from.
 *
 * @param {unknown} document
 * @param {unknown} node
 * @param {readonly unknown[]} trail
 * @returns {readonly unknown[]}
 */
function partsOf(document, node, trail = []) {
  const ref = at(node, '$ref');
  const self = ref ?? node;
  if (trail.includes(self)) return [];
  const target = typeof ref === 'string' && ref.startsWith('#/') ? [at(document, ...keysOf(ref))] : [];
  const inner = [...target, ...['anyOf', 'oneOf', 'allOf'].flatMap((keyword) => listOf(at(node, keyword)))];
  return [node, ...inner.flatMap((each) => partsOf(document, each, [...trail, self]))];
}
