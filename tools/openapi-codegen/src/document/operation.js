// @ts-check
import { answerFields, strictestIn } from './answer-fields.js';
import { argumentsOf, checkArguments } from './arguments.js';
import { checkOperation } from './check-operation.js';
import { checkSchema } from './check-schema.js';
import { strictest } from './marks.js';
import { json } from './openapi.js';
import { groupParameters } from './parameters.js';
import { referenceName } from './schema.js';

/** @import { AnswerField } from './answer-fields.js' */
/** @import { ArgumentDescription } from './arguments.js' */
/** @import { ParameterGroup } from './parameters.js' */
/** @import { SchemaContext } from './check-schema.js' */
/** @import { Issues, Refuse } from './issues.js' */
/** @import { OpenApiDocument, OperationDefinition, Privacy, Response, SchemaNode, Tool } from './openapi.js' */

/**
 * What one operation of the document means to the generated code.
 *
 * @typedef {object} OperationDescription
 * @property {string} operationId
 * @property {string} method upper case
 * @property {string} path
 * @property {string} summary
 * @property {{ limit: number, windowSeconds: number, bucket?: string | undefined }} rateLimit
 * @property {Tool | undefined} tool
 * @property {boolean} isPublic it needs no token
 * @property {readonly ParameterGroup[]} parameters
 * @property {string | undefined} requestSchema name of a component schema
 * @property {boolean} isBodyRequired
 * @property {readonly ArgumentDescription[]} arguments
 * @property {readonly Answer[]} successes the answers with a 2xx status
 * @property {AnswerField | undefined} answer what a success holds; undefined when none is JSON
 * @property {Privacy} words the strictest mark of the sentences in any answer
 */
/**
 * @typedef {object} Answer
 * @property {string} status three digits or `default`
 * @property {string | undefined} schema name of a component schema; undefined when the body is not JSON
 * @property {string | undefined} contentType undefined when there is no body
 * @property {unknown} example of the body, where the document shows one
 */
/**
 * @typedef {object} Context
 * @property {OpenApiDocument} document
 * @property {ReadonlyMap<string, string>} identifiers component schema → name of its constant
 * @property {ReadonlySet<SchemaNode>} renamable fields of requests
 * @property {readonly string[]} writes
 * @property {readonly string[]} withoutArguments
 * @property {readonly string[]} reserved
 * @property {Issues} issues
 */

/**
 * @param {OperationDefinition} definition
 * @param {{ path: string, method: string }} route
 * @param {Context} context
 * @returns {OperationDescription}
 */
export function describeOperation(definition, { path, method }, context) {
  const { operationId, summary, 'x-rate-limit': limits, 'x-mcp-tool': tool, requestBody } = definition;
  const { document, identifiers, renamable, withoutArguments, reserved, issues } = context;
  const { schemas } = document.components;
  const schemaContext = { schemas, renamable, issues };
  const refuse = issues.at(operationId);
  const answers = Object.entries(definition.responses).map(([status, answer]) =>
    describeAnswer(answer, `${operationId} ${status}`, status, schemaContext),
  );
  const isSuccess = (/** @type {Answer} */ { status }) => status.startsWith('2');
  const successes = answers.filter(isSuccess);
  const described = successes.flatMap(({ schema }) => schema ?? []);
  checkOperation(definition, method, { ...context, successes, refuse });
  const body = requestBody?.content[json]?.schema?.$ref;
  if (body !== undefined) checkSchema({ $ref: body }, operationId, schemaContext);
  const inputs = {
    parameters: groupParameters(definition, path, schemaContext),
    requestSchema: body === undefined ? undefined : referenceName(body),
    isBodyRequired: requestBody?.required === true,
  };
  const own = argumentsOf(inputs, { schemas, identifiers });
  for (const { name } of own.filter(({ required }) => required && withoutArguments.includes(operationId))) {
    const problem = `the product calls ${operationId} without arguments, so none can be required`;
    issues.add(`${operationId}.${name}`, problem, 'give it a default, or change what calls it (libs/client)');
  }
  checkArguments({ operationId, tool, arguments: own }, { schemas, reserved, issues });
  const fieldsOf = (/** @type {readonly string[]} */ names, place = operationId) =>
    names.length === 0 ? undefined : answerFields(names, place, { schemas, issues });
  const answer = fieldsOf(described);
  const others = answers
    .filter((each) => !isSuccess(each))
    .map(({ schema, status }) => fieldsOf(schema ? [schema] : [], `${operationId} ${status}`));
  const { limit, windowSeconds, bucket } = limits;
  return {
    operationId,
    method: method.toUpperCase(),
    path,
    summary: definition.deprecated === true ? `${summary} (deprecated)` : summary,
    rateLimit: { limit, windowSeconds, bucket },
    tool: tool && withTexts(tool, definition, refuse),
    isPublic: isPublic(document, definition, refuse),
    ...inputs,
    arguments: own,
    successes,
    answer,
    // What no answer describes is not known, so it is never shown.
    words: strictest([answer, ...others].map(wordsIn)) ?? 'secret',
  };
}

/**
 * The tool with complete texts: they say whether it is deprecated, `{pace}` becomes the rate limit, and `{{word}}` a word in
 * braces.
 *
 * @param {Tool} tool
 * @param {OperationDefinition} definition
 * @param {Refuse} refuse
 */
function withTexts(tool, { deprecated, 'x-rate-limit': { limit, windowSeconds } }, refuse) {
  const pace = windowSeconds === 60 ? `${limit} a minute` : `${limit} in ${windowSeconds} s`;
  const filled = (/** @type {string} */ text) =>
    text.replaceAll(/\{(\{\w*\})\}|\{(\w*)\}/g, (found, literal, name) => {
      if (literal !== undefined) return literal;
      if (name === 'pace') return pace;
      const remedy = `write {pace} for the rate limit, or {${found}} for a word in braces`;
      refuse(`${found} in the texts of the tool means nothing`, remedy);
      return found;
    });
  const description = filled(tool.description);
  return {
    ...tool,
    title: filled(tool.title),
    description: deprecated === true ? `Deprecated. ${description}` : description,
  };
}

/** @param {Response} answer @param {string} place @param {string} status @param {SchemaContext} context @returns {Answer} */
function describeAnswer({ content = {}, headers = {} }, place, status, context) {
  const { issues } = context;
  for (const { schema: each } of [...Object.values(content), ...Object.values(headers)]) {
    if (each !== undefined) checkSchema(each, place, context);
  }
  const types = Object.keys(content);
  const body = content[json];
  const schema = body?.schema?.$ref;
  if (body !== undefined && schema === undefined) {
    issues.add(place, 'a JSON answer without a schema', 'describe it, or remove the content');
  }
  if (body === undefined && types.length > 1) {
    const problem = `several types (${types.join(', ')}), none of them JSON`;
    issues.add(place, problem, 'keep the one that is used');
  }
  const examples = Object.values(body?.examples ?? {}).map((each) => each.value);
  return {
    status,
    schema: schema && referenceName(schema),
    contentType: body === undefined ? types[0] : json,
    example: [body?.example, ...examples].find((each) => each !== undefined),
  };
}

/** @param {OpenApiDocument} document @param {OperationDefinition} definition @param {Refuse} refuse */
function isPublic({ components, ...document }, { security = document.security ?? [] }, refuse) {
  const schemes = components.securitySchemes ?? {};
  const isBearer = (/** @type {string} */ name) =>
    schemes[name]?.type === 'http' && schemes[name]?.scheme?.toLowerCase() === 'bearer';
  const alternatives = security.map((requirement) => Object.keys(requirement));
  for (const name of alternatives.flat().filter((each) => !Object.hasOwn(schemes, each))) {
    refuse(`the security scheme ${name} does not exist`, 'describe it under components.securitySchemes');
  }
  const isOpen = alternatives.length === 0 || alternatives.some((names) => names.length === 0);
  if (!isOpen && !alternatives.some((names) => names.length === 1 && names.every(isBearer))) {
    const needed = alternatives.map((names) => names.join(' and ')).join(' or ');
    refuse(`${needed} is not a bearer token`, 'the client sends nothing else');
  }
  return isOpen;
}

/**
 * The strictest mark of the sentences in an answer: `message`, `errors`, which may quote values, and an `error` that is no flag.
 * A map may hold each of them, and an answer without fields may be one.
 *
 * @param {AnswerField | undefined} answer
 */
function wordsIn(answer) {
  const { fields: { message, error, errors } = {}, values, privacy } = answer ?? {};
  const isFlag = error?.types.join() === 'boolean' || error?.types.toSorted().join() === 'boolean,null';
  const sentences = [message, errors, isFlag ? undefined : error, values];
  return strictest([privacy, ...sentences.map((field) => strictestIn(field))]);
}
