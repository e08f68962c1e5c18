// @ts-check
import { strictest } from './marks.js';
import { at, entriesOf, isRecord, listOf, pascalCase } from './nodes.js';

/** @import { Issues } from './issues.js' */
/** @typedef {Record<string, unknown>} Node */

const methods = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace'];

/**
 * Rewrites, in place, what can be said in several ways into one: inline schemas of bodies become components, `allOf` becomes
 * one object, `oneOf` becomes `anyOf`, and parameters of a path belong to its operations. What is written that way already
 * stays as it is.
 *
 * @param {Node} document without references but those to schemas
 * @param {Issues} issues
 */
export function normalize(document, issues) {
  const components = isRecord(document['components']) ? document['components'] : {};
  const schemas = (components['schemas'] = isRecord(components['schemas']) ? components['schemas'] : {});

  /** @param {unknown} body a request body or answer @param {string} name @param {string} place */
  function nameBody(body, name, place) {
    const json = at(body, 'content', 'application/json');
    if (!isRecord(json) || !isRecord(json['schema']) || typeof json['schema']['$ref'] === 'string') return;
    if (name in schemas) {
      issues.add(
        place,
        `its schema would be called ${name}, which exists`,
        'rename that one, or refer to it',
      );
    }
    schemas[name] = json['schema'];
    json['schema'] = { $ref: `#/components/schemas/${name}` };
  }

  for (const [path, item] of entriesOf(document['paths'])) {
    if (!isRecord(item)) continue;
    const shared = Array.isArray(item['parameters']) ? item['parameters'] : [];
    delete item['parameters'];
    for (const method of methods) {
      const operation = item[method];
      if (!isRecord(operation)) continue;
      const place = `paths.${path}.${method}`;
      if (shared.length > 0) operation['parameters'] = mergeParameters(shared, operation['parameters']);
      const name = pascalCase(String(operation['operationId'] ?? `${method} ${path}`));
      nameBody(operation['requestBody'], `${name}Request`, `${place}.requestBody`);
      const answers = entriesOf(operation['responses']);
      const [success] = answers.find(([status]) => status.startsWith('2')) ?? [];
      for (const [status, answer] of answers) {
        nameBody(
          answer,
          `${name}Response${status === success ? '' : status}`,
          `${place}.responses.${status}`,
        );
      }
    }
  }
  for (const [name, schema] of Object.entries(schemas)) {
    schemas[name] = normalizeSchema(schema, {
      schemas,
      issues,
      place: `components.schemas.${name}`,
      trail: [name],
    });
  }
  for (const [path, item] of entriesOf(document['paths'])) {
    for (const method of methods) {
      for (const parameter of listOf(at(item, method, 'parameters'))) {
        if (!isRecord(parameter) || !isRecord(parameter['schema'])) continue;
        const place = `paths.${path}.${method}.${String(parameter['name'])}`;
        parameter['schema'] = normalizeSchema(parameter['schema'], { schemas, issues, place, trail: [] });
      }
    }
  }
}

/**
 * Parameters of the path, unless the operation has one of the same name and place, and those of the operation.
 *
 * @param {readonly unknown[]} shared
 * @param {unknown} own
 */
function mergeParameters(shared, own) {
  const identity = (/** @type {unknown} */ parameter) =>
    `${String(at(parameter, 'in'))} ${String(at(parameter, 'name'))}`;
  const overridden = new Set(listOf(own).map(identity));
  return [...shared.filter((each) => !overridden.has(identity(each))), ...listOf(own)];
}

/**
 * @typedef {object} SchemaContext
 * @property {Node} schemas
 * @property {Issues} issues
 * @property {string} place
 * @property {readonly string[]} trail component schemas on the way here
 */

/** @param {unknown} node @param {SchemaContext} context @returns {unknown} */
function normalizeSchema(node, context) {
  if (!isRecord(node)) return node;
  const { place } = context;
  const below = (/** @type {string} */ key) => ({ ...context, place: `${place}.${key}` });
  const { allOf, oneOf, discriminator, ...rest } = node;
  /** @type {Node} */
  const normalized = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === 'discriminator') continue;
    if (key === 'properties' && isRecord(value)) {
      normalized[key] = Object.fromEntries(
        Object.entries(value).map(([name, property]) => [name, normalizeSchema(property, below(name))]),
      );
    } else if (key === 'items' || key === 'additionalProperties') {
      normalized[key] = normalizeSchema(value, below(key));
    } else if (key === 'anyOf' || key === 'oneOf') {
      normalized['anyOf'] = listOf(value).map((option, index) =>
        normalizeSchema(option, below(`${key}[${index}]`)),
      );
    } else if (key !== 'allOf') {
      normalized[key] = value;
    }
  }
  if (isRecord(discriminator) && oneOf === undefined && rest['anyOf'] === undefined) {
    context.issues.add(place, 'discriminator without oneOf or anyOf', 'list the options in a oneOf');
  }
  if (normalized['const'] === null) {
    delete normalized['const'];
    normalized['type'] = 'null';
  }
  // A plain object accepts unknown fields already; the generated types leave them out.
  if (normalized['properties'] !== undefined && isOpen(normalized['additionalProperties'])) {
    delete normalized['additionalProperties'];
  }
  return allOf === undefined ? normalized : mergeAllOf(listOf(allOf), normalized, context);
}

/** @param {unknown} additional */
function isOpen(additional) {
  return additional === true || (isRecord(additional) && Object.keys(additional).length === 0);
}

const annotations = ['description', 'title', 'examples', 'deprecated', 'x-source', 'x-privacy', 'x-argument'];

/**
 * The one object that several describe together.
 *
 * @param {readonly unknown[]} parts
 * @param {Node} beside the other keywords of the schema
 * @param {SchemaContext} context
 * @returns {Node}
 */
function mergeAllOf(parts, beside, context) {
  const { schemas, issues, place } = context;
  const onlyAnnotations = Object.keys(beside).every((key) => annotations.includes(key));
  const [first] = parts;
  // `allOf` of one is how OpenAPI 3.0 wrote a description beside a reference.
  if (parts.length === 1 && isRecord(first) && onlyAnnotations) {
    const only = Object(normalizeSchema(first, context));
    return withMark({ ...only, ...beside }, [only, beside]);
  }
  /** @type {Node} */
  const merged = { ...beside, type: 'object' };
  /** @type {Node} */
  const properties = {};
  /** @type {Set<unknown>} */
  const required = new Set();
  /** @type {Node[]} */
  const targets = [];
  for (const [index, part] of [...parts, beside].entries()) {
    const target = partOf(part, { ...context, place: `${place}.allOf[${index}]` });
    if (target === undefined) continue;
    targets.push(target, ...(isRecord(part) ? [part] : []));
    const unknown = Object.keys(target).filter(
      (key) => !['type', 'properties', 'required', ...annotations].includes(key),
    );
    if (unknown.length > 0 || (target['type'] !== undefined && target['type'] !== 'object')) {
      issues.add(place, 'allOf combines more than plain objects', 'write the combined schema out');
    }
    for (const [name, property] of entriesOf(target['properties'])) {
      if (name in properties && JSON.stringify(properties[name]) !== JSON.stringify(property)) {
        issues.add(`${place}.${name}`, 'parts of the allOf describe it differently', 'keep one of them');
      }
      properties[name] = property;
    }
    for (const name of listOf(target['required'])) required.add(name);
  }
  const whole = { ...merged, properties, ...(required.size > 0 ? { required: [...required] } : {}) };
  return withMark(whole, targets);

  /** @param {unknown} part @param {SchemaContext} within @returns {Node | undefined} */
  function partOf(part, within) {
    const ref = at(part, '$ref');
    if (typeof ref !== 'string') return /** @type {Node} */ (normalizeSchema(part, within));
    const name = ref.replace(/^#\/components\/schemas\//, '');
    if (within.trail.includes(name)) {
      issues.add(within.place, `${name} contains itself by allOf`, 'write the fields out');
      return undefined;
    }
    if (schemas[name] === undefined) {
      issues.add(within.place, `${ref} points at nothing`, 'name a schema below #/components/schemas/');
      return undefined;
    }
    return /** @type {Node} */ (
      normalizeSchema(schemas[name], { ...within, trail: [...within.trail, name] })
    );
  }
}

/** A schema that is marked as strictly as any of its parts. @param {Node} schema @param {readonly Node[]} parts */
function withMark(schema, parts) {
  const mark = strictest(parts.map((part) => part['x-privacy']));
  return mark === undefined ? schema : { ...schema, 'x-privacy': mark };
}
