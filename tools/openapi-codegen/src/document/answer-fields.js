// @ts-check
import { levels, strictest } from './marks.js';
import { referenceName } from './schema.js';

/** @import { Issues } from './issues.js' */
/** @import { Privacy, SchemaNode } from './openapi.js' */

/**
 * What an answer holds at one place. Its marks already count everything around it: a field inside a personal object is
 * personal at least, and a choice has the strictest mark of its options.
 *
 * @typedef {object} AnswerField
 * @property {Privacy | undefined} privacy of a value without described fields; undefined where there is none
 * @property {readonly string[]} types JSON Schema types of the value; empty if it can be anything
 * @property {readonly unknown[] | undefined} knownValues the values that the document lists
 * @property {Readonly<Record<string, AnswerField>>} [fields] of an object
 * @property {AnswerField} [values] what a map holds
 * @property {AnswerField} [items] what an array holds
 * @property {number} [again] it is the same as the field that many levels above
 */

/** @typedef {{ schemas: Readonly<Record<string, SchemaNode>>, issues: Issues }} Context */

/** The most fields of an answer. Schemas that use each other twice, and again twice, have more than fit into memory. */
const mostFields = 5_000;

/** A schema that says nothing: anything fits it. @type {SchemaNode} */
const anything = {};

/**
 * The fields of an answer, as a tree.
 *
 * @param {readonly string[]} names of the component schemas that the answer may have
 * @param {string} place for messages
 * @param {Context} context
 * @returns {AnswerField}
 */
export function answerFields(names, place, context) {
  let count = 0;
  /** Numbers schemas, so that a set of them can be recognised. @type {Map<SchemaNode, number>} */
  const numbers = new Map();
  const numberOf = (/** @type {SchemaNode} */ schema) => {
    const number = numbers.get(schema) ?? numbers.size;
    numbers.set(schema, number);
    return number;
  };

  /**
   * @typedef {object} Surroundings
   * @property {string} path
   * @property {Privacy | undefined} outer strictest mark of everything around
   * @property {boolean} isMarked whether the array or map around it has a mark
   * @property {readonly string[]} trail what the fields above are, the outermost first
   */

  /** @param {readonly SchemaNode[]} nodes what the place may hold @param {Surroundings} around @returns {AnswerField} */
  function fieldOf(nodes, { path, outer, isMarked, trail }) {
    const { options, marks } = optionsOf(context.schemas, nodes);
    const privacy = strictest([outer, ...marks]);
    const marked = isMarked || marks.length > 0;
    const types = [...new Set(options.flatMap(typesOf))];
    const present = options.filter((option) => typesOf(option).join() !== 'null' && !isEmpty(option));
    const key = [privacy, marked, ...present.map(numberOf).toSorted((a, b) => a - b)].join();
    const above = trail.toReversed().indexOf(key);
    count += 1;
    if (count > mostFields) {
      const remedy = 'remove fields from its schemas';
      context.issues.add(place, `the answer has more than ${mostFields} fields`, remedy);
    }
    if (above >= 0 || count > mostFields) {
      return { privacy: undefined, types, knownValues: undefined, again: above + 1 };
    }

    const objects = present.filter(({ properties }) => properties !== undefined);
    const isOpen = (/** @type {SchemaNode} */ schema) => {
      const inner = optionsOf(context.schemas, [schema]);
      return inner.marks.length === 0 && inner.options.every(isAnything);
    };
    const maps = present.flatMap((option) => mapValueOf(option));
    const arrays = present.flatMap((option) => itemOf(option));
    // Where no option says more than "anything", and no more of it, the value has nothing to tell apart.
    const hasMap = objects.length > 0 || maps.some((value) => !isOpen(value));
    const hasItems = arrays.some((item) => !isOpen(item));
    const isWhole = present.some(
      (option) =>
        isAnything(option) ||
        typesOf(option).some((type) => type !== 'null' && type !== 'object' && type !== 'array') ||
        (!hasMap && mapValueOf(option).length > 0) ||
        (!hasItems && itemOf(option).length > 0),
    );
    if (isWhole && !marked) {
      const named = path === '' ? 'the answer' : `the field ${path}`;
      context.issues.add(place, `${named} needs an x-privacy mark`, `write one of ${levels.join(', ')}`);
    }
    const inside = { outer: privacy, trail: [...trail, key] };
    const childOf = (/** @type {readonly SchemaNode[]} */ schemas, /** @type {string} */ end) =>
      fieldOf(schemas, { ...inside, path: path + end, isMarked: marked });
    const names = [...new Set(objects.flatMap(({ properties = {} }) => Object.keys(properties)))];
    const known = [...new Set(options.flatMap((option) => knownValues(option, context.schemas)))];
    const fields = names.map((name) => {
      const own = objects.flatMap(({ properties }) => properties?.[name] ?? []);
      // An option that is a map may hold the same name, and its mark counts for it.
      const isMarked = marked && maps.length > 0;
      const around = { ...inside, path: path === '' ? name : `${path}.${name}`, isMarked };
      return /** @type {const} */ ([name, fieldOf([...own, ...maps], around)]);
    });
    return {
      privacy: isWhole ? privacy : undefined,
      types,
      knownValues: known.length === 0 ? undefined : known,
      ...(fields.length === 0 ? {} : { fields: Object.fromEntries(fields) }),
      ...(hasMap && maps.length > 0 ? { values: childOf(maps, '.*') } : {}),
      ...(hasItems ? { items: childOf(arrays, '[]') } : {}),
    };
  }

  return fieldOf(
    names.map((name) => ({ $ref: `#/components/schemas/${name}` })),
    { path: '', outer: undefined, isMarked: false, trail: [] },
  );
}

/**
 * The strictest mark of a field and of everything inside.
 *
 * @param {AnswerField | undefined} field
 * @returns {Privacy | undefined}
 */
export function strictestIn(field) {
  if (field === undefined) return undefined;
  const { privacy, fields = {}, values, items } = field;
  return strictest([
    privacy,
    ...[...Object.values(fields), values, items].map((child) => strictestIn(child)),
  ]);
}

/**
 * The schemas behind references and choices, and every mark on the way to them.
 *
 * @param {Context['schemas']} schemas
 * @param {readonly SchemaNode[]} nodes
 */
function optionsOf(schemas, nodes) {
  /** @type {Set<SchemaNode>} */
  const seen = new Set();
  /** @type {SchemaNode[]} */
  const options = [];
  /** @type {Privacy[]} */
  const marks = [];
  const visit = (/** @type {SchemaNode} */ node) => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node['x-privacy'] !== undefined) marks.push(node['x-privacy']);
    if (node.$ref !== undefined) visit(schemas[referenceName(node.$ref)] ?? anything);
    else if (node.anyOf === undefined) options.push(node);
    else for (const option of node.anyOf) visit(option);
  };
  for (const node of nodes) visit(node);
  return { options, marks };
}

/** @param {SchemaNode} schema */
function isAnything(schema) {
  return typesOf(schema).length === 0;
}

/** What the map holds that a schema allows; nothing where it allows none. @param {SchemaNode} schema @returns {SchemaNode[]} */
function mapValueOf(schema) {
  if (isAnything(schema)) return [anything];
  const { type, properties, additionalProperties = properties === undefined } = schema;
  if (![type].flat().includes('object') || additionalProperties === false) return [];
  return [additionalProperties === true ? anything : additionalProperties];
}

/** Whether it is a list that holds nothing, and cannot be anything else. @param {SchemaNode} schema */
function isEmpty(schema) {
  return schema.maxItems === 0 && typesOf(schema).every((type) => type === 'array' || type === 'null');
}

/** @param {SchemaNode} schema @returns {SchemaNode[]} */
function itemOf(schema) {
  if (isAnything(schema)) return [anything];
  return [schema.type].flat().includes('array') ? [schema.items ?? anything] : [];
}

/** @param {SchemaNode} schema @returns {string[]} */
function typesOf({ type, enum: values, const: value, properties }) {
  if (type !== undefined) return [type].flat();
  if (properties !== undefined) return ['object'];
  const listed = values ?? (value === undefined ? [] : [value]);
  return [...new Set(listed.map((each) => (each === null ? 'null' : typeof each)))];
}

/** @param {SchemaNode} node @param {Context['schemas']} schemas @returns {readonly unknown[]} */
function knownValues(node, schemas) {
  const { enum: listed = node.const === undefined ? [] : [node.const], 'x-extensible-enum': open = listed } =
    node;
  const values = Array.isArray(open) ? open : (schemas[referenceName(open.$ref)]?.enum ?? []);
  return values.filter((value) => value !== null);
}
