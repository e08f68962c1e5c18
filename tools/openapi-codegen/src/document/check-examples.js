// @ts-check
import { Ajv2020 } from 'ajv/dist/2020.js';
import { childrenOf, referencesIn } from './schema.js';

/** @import { Issues } from './issues.js' */
/** @import { OpenApiDocument, SchemaNode } from './openapi.js' */
/** @typedef {{ schema?: SchemaNode | undefined, example?: unknown, examples?: Record<string, { value?: unknown }> | undefined }} Media */

/**
 * Refuses examples of answers and defaults that do not fit their schema: the sandbox answers with the ones, and the API fills
 * in the others. Those of requests are texts for readers.
 *
 * @param {OpenApiDocument} document in its normal form
 * @param {Issues} issues
 */
export function checkExamples({ paths, components: { schemas } }, issues) {
  const ajv = new Ajv2020({ strict: false, validateSchema: false, validateFormats: false, logger: false });
  ajv.addSchema({ components: { schemas } }, 'document');
  const rooted = (/** @type {SchemaNode} */ schema) =>
    JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/'));

  /** @param {unknown} value @param {SchemaNode} schema @param {string} place */
  function checkFit(value, schema, place) {
    if (value === undefined) return;
    const validate = ajv.compile(rooted(schema));
    if (validate(value)) return;
    const problem = `${JSON.stringify(value).slice(0, 80)} does not fit its schema: ${ajv.errorsText(validate.errors)}`;
    issues.add(place, problem, 'correct one of them');
  }

  /** @param {SchemaNode} node @param {string} place @param {boolean} isAnswer */
  function checkNode(node, place, isAnswer) {
    checkData(node.default, node, place, true);
    for (const value of node.examples ?? []) checkData(value, node, place, isAnswer);
    for (const [end, child] of childrenOf(node)) checkNode(child, `${place}${end}`, isAnswer);
  }

  /** @param {unknown} value @param {SchemaNode} schema @param {string} place @param {boolean} isAnswer */
  function checkData(value, schema, place, isAnswer) {
    if (JSON.stringify(value ?? null).includes('"$ref":')) {
      issues.add(place, 'an example with $ref is taken for a reference', 'leave it out');
    }
    if (isAnswer) checkFit(value, schema, place);
  }

  /** @param {Media} owner @param {string} place @param {boolean} isAnswer */
  function checkMedia({ schema = {}, example, examples = {} }, place, isAnswer) {
    for (const value of [example, ...Object.values(examples).map((each) => each.value)]) {
      checkData(value, schema, place, isAnswer);
    }
    checkNode(schema, place, isAnswer);
  }

  /** @type {Set<string>} */
  const answered = new Set();
  for (const { operationId, parameters, requestBody, responses } of Object.values(paths).flatMap(
    Object.values,
  )) {
    for (const parameter of parameters) checkMedia(parameter, `${operationId}.${parameter.name}`, false);
    for (const media of Object.values(requestBody?.content ?? {})) checkMedia(media, operationId, false);
    for (const [status, { content = {}, headers = {} }] of Object.entries(responses)) {
      for (const media of [...Object.values(content), ...Object.values(headers)]) {
        checkMedia(media, `${operationId} ${status}`, true);
        for (const name of referencesIn(media.schema ?? {})) answered.add(name);
      }
    }
  }
  for (const name of answered) for (const next of referencesIn(schemas[name] ?? {})) answered.add(next);
  for (const [name, schema] of Object.entries(schemas)) {
    checkNode(schema, `components.schemas.${name}`, answered.has(name));
  }
}
