// @ts-check
import { Ajv2020 } from 'ajv/dist/2020.js';
import { childrenOf } from './schema.js';

/** @import { Issues } from './issues.js' */
/** @import { OpenApiDocument, SchemaNode } from './openapi.js' */

/**
 * Refuses examples and defaults that do not fit their schema: the sandbox answers with them, and readers copy them.
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
  function check(value, schema, place) {
    if (value === undefined) return;
    if (JSON.stringify(value).includes('"$ref":')) {
      issues.add(place, 'an example with $ref is taken for a reference', 'leave it out');
    }
    const validate = ajv.compile(rooted(schema));
    if (validate(value)) return;
    const shown = JSON.stringify(value).slice(0, 80);
    issues.add(
      place,
      `${shown} does not fit its schema: ${ajv.errorsText(validate.errors)}`,
      'correct one of them',
    );
  }

  /** @param {SchemaNode} node @param {string} place */
  function checkNode(node, place) {
    for (const value of [...(node.examples ?? []), node.default]) check(value, node, place);
    for (const [end, child] of childrenOf(node)) checkNode(child, `${place}${end}`);
  }

  /** @param {{ schema?: SchemaNode, example?: unknown, examples?: Record<string, { value: unknown }> }} owner @param {string} place */
  function checkOwner({ schema, example, examples = {} }, place) {
    if (schema === undefined) return;
    for (const value of [example, ...Object.values(examples).map((each) => each.value)])
      check(value, schema, place);
    checkNode(schema, place);
  }

  for (const [name, schema] of Object.entries(schemas)) checkNode(schema, `components.schemas.${name}`);
  for (const { operationId, parameters, requestBody, responses } of Object.values(paths).flatMap(
    Object.values,
  )) {
    for (const parameter of parameters) checkOwner(parameter, `${operationId}.${parameter.name}`);
    for (const media of Object.values(requestBody?.content ?? {}))
      checkOwner(media, `${operationId} request`);
    for (const [status, { content = {}, headers = {} }] of Object.entries(responses)) {
      for (const owner of [...Object.values(content), ...Object.values(headers)]) {
        checkOwner(owner, `${operationId} ${status}`);
      }
    }
  }
}
