// @ts-check
import { names as namesOf } from '@nx/devkit';
import { compact, listOf } from '../document/json.js';
import { schemaOf } from './schema.js';

/** @import { Page } from './page.js' */
/** @import { Place } from './schema.js' */
/** @import { PageAnswer, PageField } from './table.js' */
/**
 * @typedef {object} Draft
 * @property {string} operationId
 * @property {string} path
 * @property {string} method lower case
 * @property {Record<string, unknown>} operation
 * @property {readonly string[]} questions
 */

/**
 * What a person decides, since no page says it.
 *
 * @typedef {object} Decisions
 * @property {string} [operationId]
 * @property {string} [tool] name of the tool for assistants
 * @property {boolean} [reads] it changes nothing, whatever its method
 * @property {readonly string[]} [public] fields of the answers that anyone may see
 * @property {readonly string[]} [names] fields that name a customer
 * @property {readonly string[]} [personal] fields with other data of customers
 */
/**
 * Drafts the operation that a page describes. What the page does not say is left out and asked; every field of an answer
 * is `secret` until a person decides.
 *
 * @param {Page} page
 * @param {Decisions} [decisions]
 * @returns {Draft}
 * @throws {Error} when a decision is about a field that no answer has
 */
export function draftOperation(page, decisions = {}) {
  const { tool, reads = page.method === 'GET', public: everyone = [], names = [], personal = [] } = decisions;
  const questions = [...page.questions];
  const { method = 'POST', path = '/unknown' } = page;
  const title = sentenceCase(page.title ?? path.split('/').filter(Boolean).slice(-2).join(' '));
  const description = page.prose.join('\n\n') || `${title}.`;
  const { operationId = namesOf(title).propertyName } = decisions;
  const marks = new Map(
    Object.entries({ public: everyone, name: names, personal }).flatMap(([mark, paths]) =>
      paths.map((each) => /** @type {const} */ ([each, mark])),
    ),
  );
  /** @type {Set<string>} */
  const fields = new Set();
  const decide = (/** @type {string} */ field) => {
    fields.add(field);
    return marks.get(field) ?? 'secret';
  };
  const [example, ...extra] = page.answers.filter(({ status }) => status.startsWith('2'));
  if (extra.length > 0) questions.push('Which 2xx answer does the response example show?');
  if (!example && page.responseExample)
    questions.push('Which answer does the response example show? No status is 2xx.');
  const parameters = parametersOf(page, questions);
  const body = contentOf(page.fields.body, page.requestExample, { status: 'request', path: '', questions });
  const responses = page.answers.map((answer) => {
    const shown = answer === example ? page.responseExample : undefined;
    return [answer.status, answerOf(answer, shown, { status: answer.status, path: '', questions, decide })];
  });
  const operation = compact({
    operationId,
    tags: ['Orders'],
    summary: title,
    description,
    security: page.isPublic ? [] : undefined,
    'x-source': 'table',
    'x-rate-limit': page.rateLimit,
    'x-mcp-tool': tool === undefined ? undefined : toolOf(tool, title, description, reads),
    parameters: parameters.length === 0 ? undefined : parameters,
    requestBody: body && { required: page.bodyRequired, content: body },
    responses: Object.fromEntries(responses),
  });
  questions.push(
    'Which fields of the answers are always there? The page does not say it: list them under required.',
  );
  const unknown = [...marks.keys()].filter((each) => !fields.has(each));
  if (unknown.length > 0)
    throw new Error(`No answer has ${unknown.join(', ')}; they have ${[...fields].join(', ')}.`);
  const open = [...fields].filter((each) => !marks.has(each)).join(', ');
  if (open !== '')
    questions.push(`Who may see ${open}? They are secret until you decide (--public, --names, --personal).`);
  if (tool === undefined) questions.push('Should assistants have the operation as a tool (--tool NAME)?');
  return { operationId, path, method: method.toLowerCase(), operation, questions };
}

/** @param {string} name @param {string} title @param {string} description @param {boolean} reads */
function toolOf(name, title, description, reads) {
  // In the texts of a tool, two braces are a text of the page, not a placeholder.
  const [heading, text] = [title, description.split('\n')[0]].map((each) =>
    each?.replaceAll(/\{(\w*)\}/g, '{{$1}}'),
  );
  const hints = { readOnlyHint: reads, destructiveHint: !reads, idempotentHint: reads, openWorldHint: true };
  return { name, title: heading, description: text, annotations: hints };
}

/** @param {Page} page @param {string[]} questions */
function parametersOf({ path = '', fields }, questions) {
  const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => {
    const field = fields.path.find((each) => each.name === name);
    const source = field === undefined ? 'inferred' : 'table';
    return {
      ...parameterOf(field ?? { name, types: ['string'] }, 'path', source, questions),
      required: true,
    };
  });
  const others = /** @type {const} */ (['query', 'header']).flatMap((place) =>
    fields[place].map((field) => parameterOf(field, place, 'table', questions)),
  );
  return [...inPath, ...others];
}

/** @param {PageField} field @param {string} place @param {string} source @param {string[]} questions */
function parameterOf(field, place, source, questions) {
  const { description, schema, example } = headerOf(field, questions);
  const { name, required = false } = field;
  return compact({ name, in: place, required, description, 'x-source': source, schema, example });
}

/** The description and example of a parameter or header stand beside its schema. @param {PageField} field @param {string[]} questions */
function headerOf(field, questions) {
  const place = { status: 'parameter', path: field.name, questions };
  const { description, examples, ...schema } = schemaOf([{ ...field, name: '' }], [], place);
  return { description, schema, example: listOf(examples)[0] };
}

/** @param {PageAnswer} answer @param {unknown} example @param {Place} place */
function answerOf({ status, description, headers, fields }, example, place) {
  if (description === '') place.questions.push(`What does the answer ${status} mean?`);
  const entries = headers.map((header) => [header.name, compact(headerOf(header, place.questions))]);
  return compact({
    description: description || `Status ${status}`,
    headers: entries.length === 0 ? undefined : Object.fromEntries(entries),
    content: contentOf(fields, example, place),
  });
}

/** @param {readonly PageField[]} fields @param {unknown} example @param {Place} place */
function contentOf(fields, example, place) {
  const shown = example === undefined ? [] : [example];
  if (fields.length === 0 && shown.length === 0) return undefined;
  const { type, ...schema } = schemaOf(fields, shown, place);
  const examples = shown.length === 0 ? undefined : { documented: { value: example } };
  return {
    'application/json': compact({ schema: compact({ type, 'x-source': 'table', ...schema }), examples }),
  };
}

/** @param {string} title */
function sentenceCase(title) {
  const lower = title.replaceAll(/ [A-Z][a-z]*(?= |$)/g, (word) => word.toLowerCase());
  return lower.charAt(0).toUpperCase() + lower.slice(1);
}
