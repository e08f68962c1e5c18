// @ts-check
import { isAnnotation } from './check-schema.js';
import { strictest } from './marks.js';
import { mapValues } from './json.js';
import { pascalCase } from './names.js';
import { json } from './openapi.js';
import { referenceName, withChildren } from './schema.js';

/** @import { Issues } from './issues.js' */
/** @import { Content, OpenApiDocument, SchemaNode } from './openapi.js' */
/** @typedef {Record<string, SchemaNode>} Schemas */

/** JSON by any name: with parameters, of a kind (`problem+json`), in any case (RFC 6839 §3.1, RFC 9110 §8.3.1). */
const isJson = /^application\/(?:[\w.+-]+\+)?json\s*(?:;.*)?$/i;

/**
 * Says in one way what can be said in several: inline schemas of bodies become components, `allOf` becomes one object, `oneOf`
 * becomes `anyOf`, and parameters of a path belong to its operations. What is written that way already stays as it is.
 *
 * @param {OpenApiDocument} document without references but those to schemas
 * @param {Issues} issues
 * @returns {OpenApiDocument}
 */
export function normalize(document, issues) {
  const schemas = { ...document.components.schemas };
  /** @param {SchemaNode} schema @param {string} place @param {readonly string[]} [trail] */
  const schemaOf = (schema, place, trail = []) => normalizeSchema(schema, { schemas, issues, place, trail });

  /**
   * @template {{ content?: Content | undefined }} Body
   * @param {Body} body
   * @param {string} name
   * @param {string} place
   * @param {boolean} [isRequest] the client sends plain JSON only
   * @returns {Body}
   */
  function withNamedSchema(body, name, place, isRequest = false) {
    const types = Object.keys(body.content ?? {});
    const jsonTypes = types.filter((type) => isJson.test(type) && !(isRequest && type.includes('+')));
    if (types.some((type) => type.includes('*'))) {
      issues.add(place, `${types.join(', ')} says nothing of the type`, `write ${json}`);
    }
    if (jsonTypes.length > 1) {
      issues.add(place, `several types of JSON (${jsonTypes.join(', ')})`, 'keep the one that is used');
    }
    const { [jsonTypes[0] ?? json]: media, ...others } = body.content ?? {};
    if (media === undefined) return body;
    const { schema } = media;
    if (schema === undefined || Object.keys(schema).join() === '$ref') {
      return { ...body, content: { ...others, [json]: media } };
    }
    if (Object.hasOwn(schemas, name)) {
      const problem = `its schema would be called ${name}, which exists`;
      issues.add(place, problem, 'rename that one, or refer to it');
    }
    schemas[name] = schema;
    const reference = { $ref: `#/components/schemas/${name}` };
    return { ...body, content: { ...others, [json]: { ...media, schema: reference } } };
  }

  const paths = mapValues(document.paths, (methods, path) =>
    mapValues(methods, (operation, method) => {
      const place = `paths.${path}.${method}`;
      const name = pascalCase(operation.operationId);
      const success = Object.keys(operation.responses).find((status) => status.startsWith('2'));
      /** @template {{ schema?: SchemaNode | undefined }} Owner @param {Owner} owner @param {string} end @returns {Owner} */
      const normalized = (owner, end) =>
        owner.schema === undefined ? owner : { ...owner, schema: schemaOf(owner.schema, `${place}.${end}`) };
      const responses = mapValues(operation.responses, (answer, status) => {
        const suffix = status === success ? '' : status;
        const named = withNamedSchema(answer, `${name}Response${suffix}`, `${place}.responses.${status}`);
        return {
          ...named,
          headers: named.headers && mapValues(named.headers, normalized),
          content: named.content && mapValues(named.content, (media) => normalized(media, status)),
        };
      });
      const requestBody =
        operation.requestBody &&
        withNamedSchema(operation.requestBody, `${name}Request`, `${place}.requestBody`, true);
      const parameters = operation.parameters.map((each) => normalized(each, each.name));
      return { ...operation, parameters, requestBody, responses };
    }),
  );
  const components = {
    ...document.components,
    schemas: mapValues(schemas, (schema, name) => schemaOf(schema, `components.schemas.${name}`, [name])),
  };
  return { ...document, paths, components };
}

/**
 * @typedef {object} Context
 * @property {Schemas} schemas
 * @property {Issues} issues
 * @property {string} place
 * @property {readonly string[]} trail component schemas on the way here
 */

/** @param {SchemaNode} schema @param {Context} context @returns {SchemaNode} */
function normalizeSchema({ allOf, oneOf, discriminator, ...node }, context) {
  const { place, issues } = context;
  if (discriminator !== undefined && oneOf === undefined && node.anyOf === undefined) {
    issues.add(place, 'discriminator without oneOf or anyOf', 'list the options in a oneOf');
  }
  for (const target of Object.values(discriminator?.mapping ?? {})) {
    if (Object.hasOwn(context.schemas, referenceName(target))) continue;
    issues.add(place, `the discriminator maps to ${target}, which does not exist`, 'name a schema');
  }
  if (oneOf !== undefined && node.anyOf !== undefined) {
    issues.add(place, 'oneOf beside anyOf', 'write all options into one of them');
  }
  const {
    const: value,
    additionalProperties,
    ...rest
  } = withChildren({ ...node, ...(oneOf && { anyOf: oneOf }) }, (child, end) =>
    normalizeSchema(child, { ...context, place: `${place}${end}` }),
  );
  const normalized = {
    ...rest,
    ...(value === undefined
      ? {}
      : value === null
        ? { type: /** @type {const} */ ('null') }
        : { const: value }),
    // A plain object accepts unknown fields already; the generated types leave them out.
    ...(additionalProperties === undefined || (rest.properties !== undefined && isOpen(additionalProperties))
      ? {}
      : { additionalProperties }),
  };
  return allOf === undefined ? normalized : mergeAllOf(allOf, normalized, context);
}

/** @param {SchemaNode | boolean} additional */
function isOpen(additional) {
  return additional === true || (typeof additional === 'object' && Object.keys(additional).length === 0);
}

/**
 * The one object that several describe together.
 *
 * @param {readonly SchemaNode[]} parts
 * @param {SchemaNode} beside the other keywords of the schema
 * @param {Context} context
 * @returns {SchemaNode}
 */
function mergeAllOf(parts, beside, context) {
  const { issues, place } = context;
  const [first] = parts;
  // `allOf` of one is how OpenAPI 3.0 wrote a description beside a reference.
  if (parts.length === 1 && first !== undefined && Object.keys(beside).every(isAnnotation)) {
    const only = normalizeSchema(first, context);
    return withMark({ ...only, ...beside }, [only, beside]);
  }
  /** @type {Schemas} */
  const properties = {};
  /** @type {Set<string>} */
  const required = new Set();
  /** @type {SchemaNode[]} */
  const marked = [];
  for (const [index, part] of [...parts, beside].entries()) {
    const target = targetOf(part, { ...context, place: `${place}.allOf[${index}]` });
    marked.push(part, target);
    const isPlain = Object.keys(target).every(
      (key) => ['type', 'properties', 'required'].includes(key) || isAnnotation(key),
    );
    if (!isPlain || (target.type ?? 'object') !== 'object') {
      issues.add(place, 'allOf combines more than plain objects', 'write the combined schema out');
    }
    for (const [name, property] of Object.entries(target.properties ?? {})) {
      const known = Object.hasOwn(properties, name) ? properties[name] : property;
      if (JSON.stringify(known) !== JSON.stringify(property)) {
        issues.add(`${place}.${name}`, 'parts of the allOf describe it differently', 'keep one of them');
      }
      properties[name] = property;
    }
    for (const name of target.required ?? []) required.add(name);
  }
  const whole = { ...beside, type: /** @type {const} */ ('object'), properties };
  return withMark(required.size === 0 ? whole : { ...whole, required: [...required] }, marked);
}

/** What a part of an allOf says, whether there or where it refers to. @param {SchemaNode} part @param {Context} context @returns {SchemaNode} */
function targetOf(part, context) {
  const { schemas, issues, place, trail } = context;
  if (part.$ref === undefined) return normalizeSchema(part, context);
  const beside = Object.keys(part).filter((key) => key !== '$ref' && !isAnnotation(key));
  if (beside.length > 0) {
    issues.add(place, `${beside.join(', ')} does not go with a reference`, 'write a part of its own');
  }
  const name = referenceName(part.$ref);
  const target = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
  if (target === undefined) {
    issues.add(place, `${part.$ref} points at nothing`, 'name a schema below #/components/schemas/');
  } else if (trail.includes(name)) {
    issues.add(place, `${name} contains itself by allOf`, 'write the fields out');
  } else return withMark(targetOf(target, { ...context, trail: [...trail, name] }), [target]);
  return {};
}

/** A schema that is marked as strictly as any of its parts. @param {SchemaNode} schema @param {readonly SchemaNode[]} parts @returns {SchemaNode} */
function withMark(schema, parts) {
  const mark = strictest(parts.map((part) => part['x-privacy']));
  return mark === undefined ? schema : { ...schema, 'x-privacy': mark };
}
