// @ts-check
import { checkSchema } from './check-schema.js';
import { pascalCase } from './names.js';
import { resolve } from './schema.js';

/** @import { SchemaContext } from './check-schema.js' */
/** @import { OperationDefinition, Parameter, SchemaNode } from './openapi.js' */

/**
 * The parameters of an operation in one place, and the name of the schema that holds them.
 *
 * @typedef {object} ParameterGroup
 * @property {Parameter['in']} in
 * @property {string} schemaName
 * @property {readonly Parameter[]} parameters
 */

/** Headers of the connection, or that the client or the platform sets itself (RFC 9110 §7.6.1, Fetch: forbidden headers). */
const takenHeaders =
  /^(accept-.*|connection|content-.*|cookie|date|expect|host|keep-alive|origin|referer|te|trailer|transfer-encoding|upgrade|user-agent|via|(proxy|sec)-.*)$/i;
/** What the name of a group of parameters ends in. */
const groups = /** @type {const} */ ([
  ['path', 'Path'],
  ['query', 'Query'],
  ['header', 'Headers'],
]);

/**
 * @param {OperationDefinition} definition
 * @param {string} path
 * @param {SchemaContext} context
 * @returns {ParameterGroup[]}
 */
export function groupParameters({ operationId, parameters }, path, context) {
  const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => String(name));
  for (const { name, in: place, required, style, explode, schema } of parameters) {
    const where = `${operationId}.${name}`;
    checkSchema(schema, where, context);
    const isNullable = (/** @type {SchemaNode | undefined} */ node = {}) => allowsNull(node, context.schemas);
    const isInPath = place === 'path';
    const isHeader = place === 'header';
    /** @type {[isWrong: boolean, problem: string, remedy: string][]} */
    const rules = [
      [
        isInPath && !inPath.includes(name),
        `the path has no {${name}}`,
        'write it into the path, or remove the parameter',
      ],
      [isInPath && required !== true, 'a path parameter is always required', 'write required: true'],
      [name in Object.prototype, 'every object of JavaScript has something of this name', 'leave it out'],
      [isHeader && !/^[!#$%&'*+.^`|~\w-]+$/.test(name), 'no header can have this name', 'correct it'],
      [isHeader && takenHeaders.test(name), 'no caller can set this header', 'leave it out'],
      [
        required === true && isNullable(schema),
        'a required parameter cannot be null',
        'take null out of its schema',
      ],
      [
        isNullable(resolve(context.schemas, schema).items),
        'null in a list has no form in a request',
        'take null out of its items',
      ],
      [
        style !== undefined && style !== (place === 'query' ? 'form' : 'simple'),
        `style ${style} is not understood in ${place}`,
        'leave style out',
      ],
      [
        explode !== undefined && explode !== (place === 'query'),
        `explode: ${explode} is not understood in ${place}`,
        'leave explode out',
      ],
    ];
    for (const [isWrong, problem, remedy] of rules) if (isWrong) context.issues.add(where, problem, remedy);
  }
  if (new Set(inPath).size < inPath.length) {
    context.issues.add(operationId, `${path} names a parameter twice`, 'rename one of them');
  }
  for (const name of inPath) {
    if (parameters.some((parameter) => parameter.in === 'path' && parameter.name === name)) continue;
    const problem = `the path parameter ${name} is not described`;
    context.issues.add(operationId, problem, 'describe it under parameters');
  }
  return groups.flatMap(([place, suffix]) => {
    const own = parameters.filter((each) => each.in === place);
    return own.length === 0
      ? []
      : [{ in: place, schemaName: pascalCase(operationId) + suffix, parameters: own }];
  });
}

/** @param {SchemaNode} node @param {SchemaContext['schemas']} schemas @returns {boolean} */
function allowsNull(node, schemas) {
  const { type, enum: listed, anyOf = [] } = resolve(schemas, node);
  const isNull = listed === undefined ? [type].flat().includes('null') : listed.includes(null);
  return isNull || anyOf.some((option) => allowsNull(option, schemas));
}
