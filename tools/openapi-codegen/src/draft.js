// @ts-check
import { at, entriesOf, isRecord, pascalCase } from './nodes.js';

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
  const description =
    page.prose.filter((line) => !/requests? per/.test(line)).join('\n\n') || `${sentenceCase(title)}.`;
  const operation = {
    operationId,
    tags: ['Orders'],
    summary: sentenceCase(title),
    description,
    ...(page.isPublic ? { security: [] } : {}),
    'x-source': 'table',
    ...(page.rateLimit === undefined
      ? {}
      : {
          'x-rate-limit': {
            limit: page.rateLimit.limit,
            windowSeconds: page.rateLimit.windowSeconds,
            'x-source': page.rateLimit.source,
          },
        }),
    ...(tool === undefined ? {} : { 'x-mcp-tool': toolOf(tool, { title, description, reads }) }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(page.body.length === 0 ? {} : { requestBody: bodyOf(page, questions) }),
    responses: Object.fromEntries(
      [...page.answers]
        .sort((a, b) => Number(a.status) - Number(b.status))
        .map((answer) => [
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

/** @param {string} name @param {{ title: string, description: string, reads: boolean }} about */
function toolOf(name, { title, description, reads }) {
  return {
    name,
    title: sentenceCase(title),
    description: description.split('\n')[0],
    annotations: {
      readOnlyHint: reads,
      destructiveHint: !reads,
      idempotentHint: reads,
      openWorldHint: true,
    },
  };
}

/**
 * Marks the fields of the answers as decided.
 *
 * @param {Node} responses
 * @param {Decisions} decisions
 * @returns {string[]} the paths of the fields without a decision
 */
function decideMarks(responses, { public: everyone = [], names = [], personal = [] }) {
  const marks = new Map([
    ...everyone.map((path) => /** @type {const} */ ([path, 'public'])),
    ...names.map((path) => /** @type {const} */ ([path, 'name'])),
    ...personal.map((path) => /** @type {const} */ ([path, 'personal'])),
  ]);
  /** @type {Map<string, boolean>} */
  const fields = new Map();
  for (const answer of Object.values(responses)) {
    visit(at(answer, 'content', json, 'schema'), '');
  }
  const unknown = [...marks.keys()].filter((path) => !fields.has(path));
  if (unknown.length > 0) {
    throw new Error(`No answer has ${unknown.join(', ')}; they have ${[...fields.keys()].join(', ')}.`);
  }
  return [...fields].flatMap(([path, isDecided]) => (isDecided ? [] : [path]));

  /** @param {unknown} schema @param {string} path */
  function visit(schema, path) {
    if (!isRecord(schema)) return;
    if (schema['x-privacy'] !== undefined) {
      const mark = marks.get(path);
      fields.set(path, mark !== undefined);
      if (mark !== undefined) schema['x-privacy'] = mark;
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
      name,
      in: 'path',
      required: true,
      ...(field?.description ? { description: field.description } : {}),
      'x-source': field === undefined ? 'inferred' : 'table',
      schema: field === undefined ? { type: 'string' } : schemaOf(bare(field), []),
    };
  });
}

/** @param {PageField} field @param {string} place @param {string[]} questions */
function parameterOf(field, place, questions) {
  return {
    name: field.name,
    in: place,
    required: field.required === true,
    ...(field.description === '' ? {} : { description: field.description }),
    'x-source': 'table',
    schema: schemaOf(bare(field), questions),
    ...(field.example === undefined ? {} : { example: valueOf(field) }),
  };
}

/** Without what a parameter or header says itself. @param {PageField} field @returns {PageField} */
function bare(field) {
  return { ...field, description: '', example: undefined };
}

/** @param {PageField} field */
function valueOf({ types, example }) {
  return types.some((type) => /^(int|float|num)/.test(type)) ? Number(example) : example;
}

/** @param {Page} page @param {string[]} questions */
function bodyOf({ body, bodyRequired, requestExample }, questions) {
  const schema = { type: 'object', 'x-source': 'table', ...nest(body, { questions, isAnswer: false }) };
  return {
    required: bodyRequired,
    content: {
      [json]: {
        schema,
        ...(requestExample === undefined ? {} : { examples: { documented: { value: requestExample } } }),
      },
    },
  };
}

/** @param {PageAnswer} answer @param {unknown} example @param {string[]} questions */
function answerOf({ status, description, headers, fields }, example, questions) {
  if (description === '') questions.push(`What does the answer ${status} mean?`);
  const nested = nest(fields, { questions, isAnswer: true, example, place: status });
  return {
    description: description || `Status ${status}`,
    ...(headers.length === 0
      ? {}
      : {
          headers: Object.fromEntries(
            headers.map((header) => [
              header.name,
              {
                description: header.description,
                schema: schemaOf(bare(header), questions),
                ...(header.example === undefined ? {} : { example: valueOf(header) }),
              },
            ]),
          ),
        }),
    ...(fields.length === 0
      ? {}
      : {
          content: {
            [json]: {
              schema: { type: 'object', 'x-source': 'table', ...nested },
              ...(example === undefined ? {} : { examples: { documented: { value: example } } }),
            },
          },
        }),
  };
}

/**
 * Properties of a table whose names are dotted paths; `[]` and `*` are elements of a list.
 *
 * @param {readonly PageField[]} fields
 * @param {Context} context
 * @returns {Node}
 */
function nest(fields, context) {
  const names = [...new Set(fields.map(({ name }) => name.split(/\.|(?=\[\])/)[0] ?? ''))];
  const { questions, isAnswer, example, place = 'request' } = context;
  /** @type {string[]} */
  const required = [];
  const properties = Object.fromEntries(
    names.map((name) => {
      const own = fields.find((field) => field.name === name);
      const inner = fields
        .filter((field) => field.name.startsWith(`${name}.`) || field.name.startsWith(`${name}[]`))
        .map((field) => ({ ...field, name: field.name.slice(name.length).replace(/^\./, '') }));
      if (own?.required === true) required.push(name);
      const shown = isRecord(example) ? example[name] : undefined;
      const below = { ...context, example: shown, place: `${place}.${name}` };
      if (inner.length > 0) return [name, nestedOf(own, inner, below)];
      const field = own ?? { ...emptyField, name };
      const schema = schemaOf(field, questions);
      return [name, isAnswer ? answerField(field, schema, shown, below) : schema];
    }),
  );
  return { ...(required.length > 0 ? { required } : {}), properties };
}

/**
 * @typedef {object} Context
 * @property {string[]} questions
 * @property {boolean} isAnswer
 * @property {unknown} [example]
 * @property {string} [place]
 */

const emptyField = {
  name: '',
  types: ['mixed'],
  format: undefined,
  required: undefined,
  values: [],
  max: undefined,
  min: undefined,
  description: '',
  example: undefined,
};

/**
 * @param {PageField | undefined} own
 * @param {readonly PageField[]} inner
 * @param {Context} context
 * @returns {Node}
 */
function nestedOf(own, inner, context) {
  const nullable = own?.types.includes('null') === true;
  const withNull = (/** @type {string} */ type) => (nullable ? [type, 'null'] : type);
  if (own?.types.includes('object') && inner.every(({ name }) => name.startsWith('*'))) {
    return { type: withNull('object'), additionalProperties: mapValueOf(inner, context) };
  }
  const isList =
    own?.types.some((type) => /\[\]|array/.test(type)) || inner.every(({ name }) => /^(\[\]|\*)/.test(name));
  if (!isList) return { type: withNull('object'), ...nest(inner, context) };
  const [first] = Array.isArray(context.example) ? context.example : [];
  const elements = inner
    .map((field) => ({ ...field, name: field.name.replace(/^(\[\]|\*)\.?/, '') }))
    .filter(({ name }) => name !== '');
  return {
    type: withNull('array'),
    items: { type: 'object', ...nest(elements, { ...context, example: first }) },
  };
}

/** What a map holds, whatever the name. @param {readonly PageField[]} inner @param {Context} context */
function mapValueOf(inner, context) {
  const own = inner.find(({ name }) => name === '*');
  const fields = inner
    .filter((field) => field !== own)
    .map((field) => ({ ...field, name: field.name.replace(/^\*\.?/, '') }));
  const below = { ...context, example: undefined, place: `${context.place}.*` };
  if (fields.length > 0) return nestedOf(own, fields, below);
  const field = own ?? { ...emptyField, name: '*' };
  const schema = schemaOf(field, context.questions);
  return context.isAnswer ? answerField(field, schema, undefined, below) : schema;
}

/** @param {PageField} field @param {string[]} questions @returns {Node} */
function schemaOf(field, questions) {
  const { name, types, format, values, max, min, description, example } = field;
  const kinds = types.map((type) => kindOf(type));
  if (types.some((type) => type.startsWith('mixed')))
    questions.push(`Which types can ${name} have? The page says mixed.`);
  const isNumber = kinds.some((kind) => kind === 'integer' || kind === 'number');
  const listed = values.map((value) => (isNumber ? Number(value) : value));
  const annotations = {
    ...(description === '' ? {} : { description }),
    ...(example === undefined ? {} : { examples: [isNumber ? Number(example) : example] }),
  };
  const present = kinds.filter((kind) => kind !== 'null' && kind !== undefined);
  if (listed.length > 0) {
    const choice = { type: present[0] ?? 'string', enum: listed };
    return kinds.includes('null')
      ? { anyOf: [choice, { type: 'null' }], ...annotations }
      : { ...choice, ...annotations };
  }
  const known = kinds.filter((kind) => kind !== undefined);
  const element = types.map((type) => /^(.*)\[\]$/.exec(type)?.[1]).find(Boolean);
  return {
    ...(known.length < kinds.length ? {} : { type: known.length === 1 ? known[0] : known }),
    ...(format === undefined ? {} : { format }),
    ...(max === undefined ? {} : isNumber ? { maximum: max } : { maxLength: max }),
    ...(min === undefined ? {} : isNumber ? { minimum: min } : { minLength: min }),
    ...(present.includes('array') ? { items: element === undefined ? {} : elementOf(element) } : {}),
    ...(present.includes('object') ? { additionalProperties: true } : {}),
    ...annotations,
  };
}

/** @param {string} type @returns {Node} */
function elementOf(type) {
  const kind = kindOf(type);
  if (kind === undefined) return {};
  return kind === 'object' ? { type: kind, additionalProperties: true } : { type: kind };
}

/** @param {string} type @returns {string | undefined} undefined for a type that says nothing */
function kindOf(type) {
  if (type.endsWith('[]')) return 'array';
  switch (type) {
    case 'mixed':
    case 'file':
      return undefined;
    case 'int':
      return 'integer';
    case 'float':
      return 'number';
    case 'bool':
      return 'boolean';
    case 'date':
    case 'datetime':
      return 'string';
    default:
      return type;
  }
}

/**
 * A field of an answer, with what the example shows of it.
 *
 * @param {PageField} field
 * @param {Node} schema
 * @param {unknown} example
 * @param {{ questions: string[], place?: string }} context
 * @returns {Node}
 */
function answerField(field, schema, example, { questions, place = field.name }) {
  const secret = { 'x-privacy': 'secret' };
  const shown = example === undefined || example === null ? undefined : fromExamples([example]);
  const annotations = field.description === '' ? {} : { description: field.description };
  if (shown === undefined || !isStructure(example)) return { ...schema, ...secret };
  const types = [schema['type'] ?? []].flat();
  if (types.includes(String([shown['type']].flat()[0]))) {
    const nullable = types.includes('null');
    const [inner] = Array.isArray(example) ? [itemsOf(example)] : [];
    if (Array.isArray(example)) {
      const type = nullable ? ['array', 'null'] : 'array';
      return inner === undefined
        ? { ...schema, ...secret }
        : { type, ...annotations, items: inner, ...(hasFields(inner) ? {} : secret) };
    }
    return { ...shown, type: nullable ? ['object', 'null'] : 'object', ...annotations };
  }
  questions.push(
    `Is ${place} what the table says (${field.types.join('|')}), or what the example shows (${Array.isArray(example) ? 'array' : 'object'})? The draft accepts both.`,
  );
  const option = Array.isArray(example) ? { type: 'array', items: itemsOf(example) ?? {} } : shown;
  return { anyOf: [option, schema], ...annotations, ...secret };
}

/** @param {unknown} value */
function isStructure(value) {
  return typeof value === 'object' && value !== null;
}

/** @param {Node} schema */
function hasFields(schema) {
  return isRecord(schema['properties']);
}

/** @param {readonly unknown[]} examples @returns {Node | undefined} */
function itemsOf(examples) {
  if (examples.length === 0) return undefined;
  return { ...fromExamples(examples), ...(examples.every(isRecord) ? { 'x-source': 'example' } : {}) };
}

/**
 * The schema of what examples show. One example proves little: its fields may be null or missing, but for an id. What
 * several have in common counts.
 *
 * @param {readonly unknown[]} examples
 * @returns {Node}
 */
function fromExamples(examples) {
  const types = [...new Set(examples.map(typeOf))];
  const objects = examples.filter(isRecord);
  if (
    objects.length > 0 &&
    objects.length + examples.filter((value) => value === null).length === examples.length
  ) {
    const names = [...new Set(objects.flatMap((object) => Object.keys(object)))];
    const isProven = objects.length > 1;
    const required = names.filter((name) =>
      isProven ? objects.every((object) => name in object) : name === 'id',
    );
    const properties = Object.fromEntries(
      names.map((name) => {
        const values = objects.filter((object) => name in object).map((object) => object[name]);
        return [name, exampleField(values, isProven || name === 'id')];
      }),
    );
    return {
      type: types.length === 1 ? 'object' : ['object', 'null'],
      ...(required.length > 0 ? { required } : {}),
      properties,
    };
  }
  return { type: types.length === 1 ? types[0] : types };
}

/** @param {readonly unknown[]} values @param {boolean} isProven @returns {Node} */
function exampleField(values, isProven) {
  const present = values.filter((value) => value !== null);
  const nullable = !isProven || present.length < values.length;
  // Null alone says nothing about the type.
  if (present.length === 0) return { 'x-privacy': 'secret' };
  const schema = fromExamples(present);
  const type = nullable ? [schema['type'], 'null'].flat() : schema['type'];
  if (hasFields(schema)) return { ...schema, type };
  if (schema['type'] === 'array') {
    const items = itemsOf(present.flat()) ?? {};
    return { type, items, ...(hasFields(items) ? {} : { 'x-privacy': 'secret' }) };
  }
  return { ...schema, type, 'x-privacy': 'secret' };
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
