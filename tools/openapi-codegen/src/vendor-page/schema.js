// @ts-check
import { compact, isRecord } from '../document/json.js';

/** @import { PageField } from './table.js' */
/** @typedef {Record<string, unknown>} Node */
/** @typedef {{ field: PageField, keys: readonly string[] }} Row with the way to it; `[]` and `*` are in a list or map */
/** @typedef {string | undefined} Kind a type of JSON Schema; undefined for any */
/**
 * Where a schema is drafted.
 *
 * @typedef {object} Place
 * @property {string} status of an answer, or `request`
 * @property {string} path `data.lines[].sku`
 * @property {string[]} questions
 * @property {((path: string) => string) | undefined} [decide] who may see a field of an answer
 * @property {boolean} [isMarked] whether it says who may see it, unless what is in it does
 * @property {boolean} [isInTable] whether a table says what it is in
 */

const shortNames = new Map(
  Object.entries({ int: 'integer', float: 'number', bool: 'boolean', date: 'string', datetime: 'string' }),
);

/**
 * The schema that the rows of a table describe, completed by what an example shows.
 *
 * @param {readonly PageField[]} fields by dotted paths: `lines[].sku` and `lines.0.sku` are `lines`, `[]`, `sku`
 * @param {readonly unknown[]} shown the value of the example, where there is one
 * @param {Place} place
 */
export function schemaOf(fields, shown, place) {
  const rows = fields.map((field) => {
    const keys = field.name.replaceAll(/\[\d*\]|\.\d+(?=\.|$)/g, '.[]').split('.');
    return { field, keys: keys.filter((key) => key !== '') };
  });
  return schemaAt(rows, shown, { ...place, isInTable: true, isMarked: place.decide !== undefined });
}

/**
 * The schema of a place: what a table says of it, completed by what an example shows there.
 *
 * @param {readonly Row[]} rows of the place, and of the places in it
 * @param {readonly unknown[]} shown values of the example
 * @param {Place} place
 * @returns {Node}
 */
function schemaAt(rows, shown, place) {
  const { path, questions, decide } = place;
  const name = nameOf(place);
  const [own, ...others] = rows.flatMap(({ field, keys }) => (keys.length === 0 ? [field] : []));
  const inner = rows.filter(({ keys }) => keys.length > 0);
  const holder = inner.every(isElement) ? 'array' : 'object';
  const seen = kindsOf(shown);
  // Null alone says nothing.
  const kinds =
    own?.types.map(kindOf) ?? (inner.length > 0 ? [holder] : seen.join() === 'null' ? [] : [...seen]);
  const isBare = inner.length > 0 && !kinds.includes('array') && !kinds.includes('object');
  if (isBare) kinds.push(holder);
  if (isBare || others.length > 0)
    questions.push(`What is ${name}? The rows of the table contradict each other.`);
  const odd = seen.filter((kind) => rows.length > 0 && !accepts(kinds, kind));
  if (odd.length > 0) {
    const said = (own?.types ?? kinds).join('|');
    questions.push(
      `Is ${name} what the table says (${said}), or what the example shows (${odd.join('|')})? The draft accepts both.`,
    );
  }
  if (odd.includes('null')) kinds.push('null');
  const types = odd.filter((kind) => kind !== 'null');
  const usual = compact({ ...scalarOf(kinds, own, place), ...contentsOf(kinds, rows, shown, place) });
  const other = () =>
    schemaAt(
      [{ field: { name, types }, keys: [] }],
      shown.filter((value) => types.includes(kindIn(value))),
      { ...place, isMarked: false },
    );
  const schema = compact({
    ...(types.length === 0 ? usual : { anyOf: [other(), usual] }),
    'x-source': rows.length === 0 && place.isInTable && shown.length > 0 ? 'example' : undefined,
    description: own?.description || undefined,
    examples: own?.example === undefined ? undefined : [valueOf(own.example, kinds)],
  });
  const isMarked = place.isMarked && (types.length > 0 || !hasMarks(schema));
  return isMarked ? { ...schema, 'x-privacy': decide?.(path) } : schema;
}

/** @param {readonly Kind[]} kinds @param {PageField | undefined} own @param {Place} place @returns {Node} */
function scalarOf(kinds, own, place) {
  const { path, questions, decide } = place;
  const type = kinds.includes(undefined) ? undefined : kinds.length > 1 ? kinds : kinds[0];
  if (own === undefined) return { type };
  const vague = own.types.find((each) => kindOf(each) === undefined);
  if (vague) questions.push(`Which types can ${path.split('.').at(-1)} have? The page says ${vague}.`);
  const isList = kinds.includes('array');
  const bound = kinds.includes('integer') || kinds.includes('number') ? 'imum' : isList ? 'Items' : 'Length';
  const scalar = { type, format: own.format, [`max${bound}`]: own.max, [`min${bound}`]: own.min };
  // Values of a list are those of its elements.
  const values = isList ? [] : (own.values?.map((value) => valueOf(value, kinds)) ?? []);
  const areRight = values.every((value) => accepts(kinds, kindIn(value)));
  if (!areRight)
    questions.push(`Which values can ${nameOf(place)} have? ${values.join(', ')} are not of its type.`);
  if (values.length === 0 || !areRight) return scalar;
  if (decide !== undefined) return { ...scalar, 'x-extensible-enum': values };
  const [first = 'string'] = kinds.filter((kind) => kind !== 'null');
  const choice = { ...scalar, type: first, enum: values };
  return kinds.includes('null') ? { anyOf: [choice, { type: 'null' }] } : choice;
}

/** Fields, values of a map, elements. @param {Kind[]} kinds @param {readonly Row[]} rows @param {readonly unknown[]} shown @param {Place} place */
function contentsOf(kinds, rows, shown, place) {
  const own = rows.find(({ keys }) => keys.length === 0)?.field;
  const within = { ...place, isInTable: rows.length > 0, isMarked: place.decide !== undefined };
  const inner = rows.filter(({ keys }) => keys.length > 0);
  const isObject = kinds.includes('object');
  const isMap = isObject && inner.length > 0 && inner.every(({ keys }) => keys[0] === '*');
  const isField = (/** @type {Row} */ { keys }) => isObject && !isMap && keys[0] !== '[]';
  const held = inner.filter((row) => !isField(row)).map((row) => (isElement(row) ? inside(row) : row));
  const objects = shown.filter(isRecord);
  const fields = isObject && !isMap ? fieldsOf(inner.filter(isField), objects, within) : {};
  const elements = shown.filter(Array.isArray).flat();
  const inList = { ...within, path: `${place.path}[]`, isMarked: within.isMarked && held.length > 0 };
  // What a type such as `string[]` says of the elements, unless rows say more.
  const types = own?.types.flatMap((type) => /^(.+)\[\]$/.exec(type)?.slice(1) ?? []) ?? [];
  const isDetailed = held.some(({ keys }) => keys.length === 0);
  const said =
    types.length === 0 || isDetailed ? [] : [{ field: { name: '', types, values: own?.values }, keys: [] }];
  const items = () => schemaAt([...said, ...held], elements, inList);
  const values = () => schemaAt(held, objects.flatMap(Object.values), { ...within, path: `${place.path}.*` });
  return {
    ...fields,
    items: kinds.includes('array') ? items() : undefined,
    additionalProperties: isMap ? values() : (isObject && !('properties' in fields)) || undefined,
  };
}

/** @param {readonly Row[]} rows @param {readonly Node[]} objects @param {Place} place @returns {Node} */
function fieldsOf(rows, objects, place) {
  const isAnswer = place.decide !== undefined;
  /** @type {string[]} */
  const required = [];
  const names = new Set([...rows.map(({ keys: [name = ''] }) => name), ...objects.flatMap(Object.keys)]);
  const properties = [...names].map((name) => {
    const path = place.path === '' ? name : `${place.path}.${name}`;
    const below = rows.filter(({ keys }) => keys[0] === name).map(inside);
    const shown = objects.flatMap((object) => (Object.hasOwn(object, name) ? [object[name]] : []));
    const schema = schemaAt(below, shown, { ...place, path });
    if (below.length === 0 && rows.length > 0)
      place.questions.push(
        `Is ${nameOf({ ...place, path })} a field? The example shows it, the table does not.`,
      );
    const isSeen = below.length === 0 && isAnswer;
    // One example proves little: what only it shows may be null or missing, but for an id. What several have in common counts.
    const isProven = objects.length > 1 || name === 'id';
    const isAlways = isSeen && isProven && shown.length === objects.length;
    if (isAlways || below.some(({ field, keys }) => keys.length === 0 && field.required)) required.push(name);
    const type =
      isSeen && !isProven && schema['type'] ? [...new Set([schema['type'], 'null'].flat())] : schema['type'];
    return [name, type === undefined ? schema : { ...schema, type }];
  });
  if (names.size === 0) return {};
  return { required: required.length > 0 ? required : undefined, properties: Object.fromEntries(properties) };
}

/** @param {Place} place */
function nameOf({ status, path }) {
  return path === '' ? status : `${status}.${path}`;
}

/** @param {Row} row */
function isElement({ keys }) {
  return keys[0] === '[]' || keys[0] === '*';
}

/** @param {Row} row @returns {Row} */
function inside({ field, keys }) {
  return { field, keys: keys.slice(1) };
}

/** @param {unknown} schema @returns {boolean} */
function hasMarks(schema) {
  if (!isRecord(schema)) return false;
  const { items, additionalProperties } = schema;
  return 'x-privacy' in schema || 'properties' in schema || hasMarks(items) || hasMarks(additionalProperties);
}

/** @param {string} type as a page writes it @returns {Kind} */
function kindOf(type) {
  if (type.endsWith('[]')) return 'array';
  return type === 'mixed' || type === 'file' ? undefined : (shortNames.get(type) ?? type);
}

/** The types of values, null last. @param {readonly unknown[]} values */
function kindsOf(values) {
  return [...new Set([...values.filter((value) => value !== null), ...values].map(kindIn))];
}

/** @param {unknown} value @returns {string} */
function kindIn(value) {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** @param {readonly Kind[]} kinds @param {string} kind */
function accepts(kinds, kind) {
  return [undefined, kind, ...(kind === 'integer' ? ['number'] : [])].some((each) => kinds.includes(each));
}

/** The value that a text of the page stands for. @param {string} text @param {readonly Kind[]} kinds */
function valueOf(text, kinds) {
  try {
    const value = /** @type {unknown} */ (JSON.parse(text));
    return typeof value !== 'string' && accepts(kinds, kindIn(value)) ? value : text;
  } catch {
    return text;
  }
}
