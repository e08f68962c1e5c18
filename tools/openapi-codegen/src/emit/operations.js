// @ts-check
import { answerFields, strictestIn } from '../document/answer-fields.js';
import { strictest } from '../document/marks.js';

/** @import { AnswerField } from '../document/answer-fields.js' */
/** @import { ApiDescription, OperationDescription } from '../document/read.js' */

/**
 * Emits, as plain data, what the document says of each operation beyond types.
 *
 * @param {ApiDescription} api
 * @returns {string} TypeScript source, not formatted
 */
export function emitOperations(api) {
  const operations = api.operations.map((operation) => {
    const { operationId } = operation;
    const described = JSON.stringify(operationData(api, operation)).slice(1, -1);
    return `${operationId}: { ...calls.${operationId}, ${described} }`;
  });
  return `
import type * as description from '../api-description.js';
import { calls, type ShapeName } from './calls.js';
import type * as schemas from './schemas.js';

export type { AnswerField, Privacy } from '../api-description.js';
export { type Argument, type Call, productionUrl, type Shape, type ShapeName, type ShapeType } from './calls.js';

/** A schema of the document, by the name of its constant in \`./schemas\`. */
export type SchemaName = keyof typeof schemas;

/** What the document says of one operation: what a call needs, and texts for people and assistants. */
export type Operation = description.Operation<ShapeName>;

export const operations = { ${operations.join(', ')} } as const satisfies Record<string, Operation>;
`;
}

/**
 * The strictest mark of the sentences in an answer: `message`, `errors`, which may quote values, and an `error` that is no flag.
 *
 * @param {AnswerField | undefined} answer
 */
function wordsIn(answer) {
  const { message, error, errors } = answer?.fields ?? {};
  const isFlag = error?.types.every((type) => type === 'boolean' || type === 'null');
  return strictest([message, errors, isFlag ? undefined : error].map((field) => strictestIn(field)));
}

/** @param {ApiDescription} api @param {OperationDescription} operation */
function operationData(api, { operationId, summary, tool, isPublic, ...rest }) {
  const successes = rest.answers.filter(({ status }) => status.startsWith('2'));
  const failures = rest.answers.filter(({ status }) => !status.startsWith('2'));
  const schemasOf = (/** @type {typeof successes} */ answers) =>
    answers.flatMap(({ schema }) => schema ?? []);
  const answer =
    schemasOf(successes).length === 0 ? undefined : answerFields(api, schemasOf(successes), operationId);
  const answers = [
    answer,
    ...failures.map(({ schema, status }) =>
      schema === undefined ? undefined : answerFields(api, [schema], `${operationId} ${status}`),
    ),
  ];
  return {
    summary,
    tool,
    isPublic: isPublic || undefined,
    answer,
    // What no answer describes is not known, so it is never shown.
    words: strictest(answers.map(wordsIn)) ?? 'secret',
  };
}
