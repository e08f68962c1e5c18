// @ts-check
import { at, compact, entriesOf, isRecord } from '../document/json.js';
import { pascalCase } from '../document/names.js';
import { rowOf } from './page.js';

/** @import { Page, PageAnswer, PageField } from './page.js' */
/** @typedef {Record<string, unknown>} Node */
/**
 * @typedef {object} Draft
 * @property {string} operationId
 * @property {string} path
 * @property {string} method lower case
 * @property {Node} operation
 * @property {readonly string[]} questions
 */

const json = 'application/json';

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
 * Where a schema is drafted.
 *
 * @typedef {object} Context
 * @property {string[]} questions
 * @property {boolean} isAnswer
 * @property {string} place
 * @property {unknown} [example] what the response example shows there
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
  const { operationId: chosen, tool, reads = page.method?.toUpperCase() === 'GET' } = decisions;
  const questions = [...page.questions];
  const path = page.path ?? '/unknown';
  const title = page.title ?? path.split('/').filter(Boolean).slice(-2).join(' ');
  const operationId = chosen ?? camelCase(title);
  const [example, ...extra] = page.answers.filter(({ status }) => status.startsWith('2'));
  if (extra.length > 0) questions.push('Which 2xx answer does the response example show?');
  const parameters = [
    ...parametersIn(path, page.pathFields),
    ...page.query.map((field) => parameterOf(field, 'query', questions)),
  ];
  const prose = page.prose.filter((line) => !/requests? per/.test(line)).join('\n\n');
  const description = prose || `${sentenceCase(title)}.`;
  const answers = page.answers.toSorted((a, b) => Number(a.status) - Number(b.status));
  const operation = {
    operationId,
    ...compact({
      tags: ['Orders'],
      summary: sentenceCase(title),
      description,
      security: page.isPublic ? [] : undefined,
      'x-source': 'table',
      'x-rate-limit': page.rateLimit && rateLimitOf(page.rateLimit),
      'x-mcp-tool': tool === undefined ? undefined : toolOf(tool, { title, description, reads }),
      parameters: parameters.length === 0 ? undefined : parameters,
      requestBody: page.body.length === 0 ? undefined : bodyOf(page, questions),
    }),
    responses: Object.fromEntries(
      answers.map((answer) => [
        answer.status,
        answerOf(answer, answer === example ? page.responseExample : undefined, questions),
      ]),
    ),
  };
  questions.push(
    'Which fields of the answers are always there? The page does not say it: list them under required.',
  );
  const undecided = decideMarks(operation.responses, decisions);
  if (undecided.length > 0) {
    questions.push(
      `Who may see ${undecided.join(', ')}? They are secret until you decide (--public, --names, --personal).`,
    );
  }
  if (tool === undefined) questions.push('Should assistants have the operation as a tool (--tool NAME)?');
  return { operationId, path, method: (page.method ?? 'post').toLowerCase(), operation, questions };
}

/** @param {NonNullable<Page['rateLimit']>} rateLimit */
function rateLimitOf({ source, ...rateLimit }) {
  return { ...rateLimit, 'x-source': source };
}

/** @param {string} name @param {{ title: string, description: string, reads: boolean }} about */
function toolOf(name, { title, description, reads }) {
  const annotations = {
    readOnlyHint: reads,
    destructiveHint: !reads,
    idempotentHint: reads,
    openWorldHint: true,
  };
  // In the texts of a tool, two braces are a text of the page, not a placeholder.
  const text = (/** @type {string | undefined} */ line) => line?.replaceAll(/\{(\w*)\}/g, '{{$1}}');
  return {
    name,
    title: text(sentenceCase(title)),
    description: text(description.split('\n')[0]),
    annotations,
  };
}

/**
 * Marks the fields of the answers as decided.
 *
 * @param {Node} responses
 * @param {Decisions} decisions
 * @returns {string[]} the paths of the fields without a decision
 */
function decideMarks(responses, { public: everyone, names, personal }) {
  const marks = new Map(
    Object.entries({ public: everyone, name: names, personal }).flatMap(([mark, paths = []]) =>
      paths.map((path) => /** @type {const} */ ([path, mark])),
    ),
  );
  /** @type {Set<string>} */
  const fields = new Set();
  for (const answer of Object.values(responses)) visit(at(answer, 'content', json, 'schema'), '');
  const unknown = [...marks.keys()].filter((path) => !fields.has(path));
  if (unknown.length > 0) {
    throw new Error(`No answer has ${unknown.join(', ')}; they have ${[...fields].join(', ')}.`);
  }
  return [...fields].filter((path) => !marks.has(path));

  /** @param {unknown} schema @param {string} path */
  function visit(schema, path) {
    if (!isRecord(schema)) return;
    if (schema['x-privacy'] !== undefined) {
      fields.add(path);
      schema['x-privacy'] = marks.get(path) ?? schema['x-privacy'];
    }
    for (const [name, property] of entriesOf(schema['properties'])) {
      visit(property, path === '' ? name : `${path}.${name}`);
    }
    visit(schema['items'], `${path}[]`);
    visit(schema['additionalProperties'], `${path}.*`);
  }
}

/** @param {string} path @param {readonly PageField[]} fields */
function parametersIn(path, fields) {
  return [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => {
    const field = fields.find((each) => each.name === name);
    return {
      ...parameterOf(field ?? rowOf(name, 'string'), 'path', []),
      required: true,
      'x-source': field === undefined ? 'inferred' : 'table',
    };
  });
}

/** @param {PageField} field @param {string} place @param {string[]} questions */
function parameterOf(field, place, questions) {
  return compact({
    name: field.name,
    in: place,
    required: field.required === true,
    description: field.description || undefined,
    'x-source': 'table',
    schema: schemaOf(bare(field), questions),
    example: exampleOf(field),
  });
}

/** Without what a parameter or header says itself. @param {PageField} field @returns {PageField} */
function bare(field) {
  return { ...field, description: '', example: undefined };
}

/** @param {PageField} field */
function exampleOf({ types, example }) {
  return example !== undefined && types.some((type) => /^(int|float|num)/.test(type))
    ? Number(example)
    : example;
}

/** @param {Page} page @param {string[]} questions */
function bodyOf({ body, bodyRequired, requestExample }, questions) {
  const context = { questions, isAnswer: false, place: 'request' };
  return { required: bodyRequired, content: contentOf(body, context, requestExample) };
}

/** @param {PageAnswer} answer @param {unknown} example @param {string[]} questions */
function answerOf({ status, description, headers, fields }, example, questions) {
  if (description === '') questions.push(`What does the answer ${status} mean?`);
  const headerOf = (/** @type {PageField} */ header) =>
    compact({
      description: header.description,
      schema: schemaOf(bare(header), questions),
      example: exampleOf(header),
    });
  const context = { questions, isAnswer: true, example, place: status };
  return compact({
    description: description || `Status ${status}`,
    headers:
      headers.length === 0
        ? undefined
        : Object.fromEntries(headers.map((header) => [header.name, headerOf(header)])),
    content: fields.length === 0 ? undefined : contentOf(fields, context, example),
  });
}

/** @param {readonly PageField[]} fields @param {Context} context @param {unknown} example */
function contentOf(fields, context, example) {
  const schema = { type: 'object', 'x-source': 'table', ...nest(fields, context) };
  const examples = example === undefined ? undefined : { documented: { value: example } };
  return { [json]: compact({ schema, examples }) };
}

/**
 * Properties of a table whose names are dotted paths.
 *
 * @param {readonly PageField[]} fields
 * @param {Context} context
 */
function nest(fields, context) {
  const names = [...new Set(fields.map(({ name }) => name.split(/\.|(?=\[\])/)[0] ?? ''))];
  const required = names.filter((name) => fields.some((field) => field.name === name && field.required));
  const properties = names.map((name) => {
    const rows = fields
      .filter((field) => field.name === name || /^(\.|\[\])/.test(cut(field.name, name)))
      .map((field) => ({ ...field, name: cut(field.name, name).replace(/^\./, '') }));
    const example = isRecord(context.example) ? context.example[name] : undefined;
    return [name, schemaAt(name, rows, { ...context, example, place: `${context.place}.${name}` })];
  });
  return compact({
    required: required.length === 0 ? undefined : required,
    properties: Object.fromEntries(properties),
  });
}

/** What follows a prefix; a text that no field has where it is no prefix. @param {string} text @param {string} prefix */
function cut(text, prefix) {
  return text.startsWith(prefix) ? text.slice(prefix.length) : '-';
}

/**
 * The schema of one place of a table: `[]` and `*` are what a list or map holds.
 *
 * @param {string} name
 * @param {readonly PageField[]} rows its own, without a name, and those below it
 * @param {Context} context
 * @returns {Node}
 */
function schemaAt(name, rows, context) {
  const own = rows.find((row) => row.name === '');
  const inner = rows.filter((row) => row.name !== '');
  if (inner.length === 0) {
    const field = { ...(own ?? rowOf('', 'mixed')), name };
    const schema = schemaOf(field, context.questions);
    return context.isAnswer ? answerField(field, schema, context) : schema;
  }
  const typed = (/** @type {string} */ type) => (own?.types.includes('null') ? [type, 'null'] : type);
  const isMap = own?.types.includes('object') && inner.every((row) => row.name.startsWith('*'));
  const isList =
    own?.types.some((type) => /\[\]|array/.test(type)) || inner.every((row) => /^(\[\]|\*)/.test(row.name));
  if (!isMap && !isList) return { type: typed('object'), ...nest(inner, context) };
  const elements = inner.map((row) => ({ ...row, name: row.name.replace(/^(\[\]|\*)\.?/, '') }));
  const example = Array.isArray(context.example) ? context.example[0] : undefined;
  const place = `${context.place}${isMap ? '.*' : '[]'}`;
  const element = schemaAt('*', elements, { ...context, example, place });
  return isMap
    ? { type: typed('object'), additionalProperties: element }
    : { type: typed('array'), items: element };
}

/** @param {PageField} field @param {string[]} questions @returns {Node} */
function schemaOf({ name, types, format, values, max, min, description, example }, questions) {
  if (types.some((type) => type.startsWith('mixed')))
    questions.push(`Which types can ${name} have? The page says mixed.`);
  const kinds = types.map((type) => kindOf(type));
  const isNumber = kinds.some((kind) => kind === 'integer' || kind === 'number');
  const valueOf = (/** @type {string} */ text) => (isNumber ? Number(text) : text);
  const annotations = compact({
    description: description || undefined,
    examples: example === undefined ? undefined : [valueOf(example)],
  });
  if (values.length > 0) {
    const type = kinds.find((kind) => kind !== undefined && kind !== 'null') ?? 'string';
    const choice = { type, enum: values.map(valueOf) };
    return kinds.includes('null')
      ? { anyOf: [choice, { type: 'null' }], ...annotations }
      : { ...choice, ...annotations };
  }
  const element = types.map((type) => /^(.+)\[\]$/.exec(type)?.[1]).find(Boolean) ?? 'mixed';
  return compact({
    type: kinds.includes(undefined) ? undefined : kinds.length === 1 ? kinds[0] : kinds,
    format,
    [isNumber ? 'maximum' : 'maxLength']: max,
    [isNumber ? 'minimum' : 'minLength']: min,
    items: kinds.includes('array') ? schemaOf(rowOf(name, element), []) : undefined,
    additionalProperties: kinds.includes('object') || undefined,
    ...annotations,
  });
}

/** The types of JSON Schema that a page calls otherwise; undefined for one that says nothing. */
const kindNames = new Map([
  ['mixed', undefined],
  ['file', undefined],
  ['int', 'integer'],
  ['float', 'number'],
  ['bool', 'boolean'],
  ['date', 'string'],
  ['datetime', 'string'],
]);

/** @param {string} type */
function kindOf(type) {
  if (type.endsWith('[]')) return 'array';
  return kindNames.has(type) ? kindNames.get(type) : type;
}

/**
 * A field of an answer, with what the example shows of it.
 *
 * @param {PageField} field
 * @param {Node} schema what the table says of it
 * @param {Context} context
 * @returns {Node}
 */
function answerField({ types, description }, schema, { questions, place, example }) {
  const isEmpty = Array.isArray(example) && example.length === 0;
  if (typeof example !== 'object' || example === null) return secret(schema);
  const shown = fromExamples([example]);
  const kind = String(shown['type']);
  const known = [schema['type']].flat();
  const annotations = compact({ description: description || undefined });
  if (!known.includes(kind)) {
    questions.push(
      `Is ${place} what the table says (${types.join('|')}), or what the example shows (${kind})? The draft accepts both.`,
    );
    return secret({ anyOf: [shown, schema], ...annotations });
  }
  if (isEmpty) return secret(schema);
  return undecided({ ...shown, type: known.includes('null') ? [kind, 'null'] : kind, ...annotations });
}

/** @param {Node} schema @returns {Node} */
function secret(schema) {
  return { ...schema, 'x-privacy': 'secret' };
}

/** A field of an answer; one that has fields leaves the marks to them. @param {Node} schema */
function undecided(schema) {
  const { properties = at(schema, 'items', 'properties') } = schema;
  return properties === undefined ? secret(schema) : schema;
}

/**
 * The schema of what examples show. One example proves little: its fields may be null or missing, but for an id. What
 * several have in common counts.
 *
 * @param {readonly unknown[]} examples
 * @returns {Node}
 */
function fromExamples(examples) {
  const present = examples.filter((value) => value !== null);
  // Null alone says nothing about the type.
  if (present.length === 0) return {};
  const types = [...new Set([...present, ...examples].map(typeOf))];
  const type = types.length === 1 ? types[0] : types;
  const objects = present.filter(isRecord);
  if (objects.length === present.length) return { type, ...fieldsOf(objects) };
  if (!present.every(Array.isArray)) return { type };
  const elements = present.flat();
  const source = elements.length > 0 && elements.every(isRecord) ? { 'x-source': 'example' } : {};
  return { type, items: { ...fromExamples(elements), ...source } };
}

/** @param {readonly Node[]} objects */
function fieldsOf(objects) {
  const names = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  const isProven = (/** @type {string} */ name) => objects.length > 1 || name === 'id';
  const required = names.filter((name) => isProven(name) && objects.every((object) => name in object));
  const properties = names.map((name) => {
    const schema = fromExamples(objects.flatMap((object) => (name in object ? [object[name]] : [])));
    const types = new Set([schema['type'] ?? [], isProven(name) ? [] : 'null'].flat());
    const type = types.size === 1 ? [...types][0] : [...types];
    return [name, undecided(schema['type'] === undefined ? schema : { ...schema, type })];
  });
  return compact({
    required: required.length === 0 ? undefined : required,
    properties: Object.fromEntries(properties),
  });
}

/** @param {unknown} value */
function typeOf(value) {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** @param {string} title */
function sentenceCase(title) {
  const [first = '', ...others] = title.split(' ');
  const lower = others.map((word) => (/^[A-Z][a-z]*$/.test(word) ? word.toLowerCase() : word));
  return [first.charAt(0).toUpperCase() + first.slice(1), ...lower].join(' ');
}

/** @param {string} title */
function camelCase(title) {
  const pascal = pascalCase(title.replaceAll(/[^A-Za-z0-9]+/g, ' '));
  return pascal.charAt(0).toLowerCase() + pascal.slice(1);
}
