// @ts-check
import { answerFields, strictestIn } from './answer-fields.js';
import { strictest } from './marks.js';

/** @import { AnswerField } from './answer-fields.js' */
/** @import { ApiDescription, OperationDescription } from './document.js' */

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
import { type Call, calls } from './calls.js';
import type * as schemas from './schemas.js';

export { type Argument, type Call, productionUrl, type Shape, type ShapeName, type ShapeType } from './calls.js';

/** Who may see a field of an answer. */
export type Privacy = 'public' | 'name' | 'personal' | 'secret';

/**
 * What an answer holds at one place. Its marks already count everything around it: a field inside a personal object is
 * personal at least, and a choice has the strictest mark of its options.
 */
export interface AnswerField {
  /** Who may see a value that has no fields of its own; absent where the document describes no such value. */
  readonly privacy?: Privacy;
  /** JSON Schema types of the value; empty if it can be anything. */
  readonly types: readonly string[];
  /** The values that the document lists; where the enumeration is open, others may come. */
  readonly knownValues?: readonly (string | number | boolean)[];
  /** Of an object, by name. */
  readonly fields?: Readonly<Record<string, AnswerField>>;
  /** What a map holds, whatever the name. */
  readonly values?: AnswerField;
  /** What an array holds. */
  readonly items?: AnswerField;
  /** The field is the same as the one so many levels above: it contains itself. */
  readonly again?: number;
}

/** A schema of the document, by the name of its constant in \`./schemas\`. */
export type SchemaName = keyof typeof schemas;

/** What the document says of one operation: what a call needs, and texts for people and assistants. */
export interface Operation extends Call {
  readonly summary: string;
  /** The tool for assistants; absent if there is none. */
  readonly tool?: {
    readonly name: string;
    readonly title: string;
    readonly description: string;
    readonly annotations: {
      readonly readOnlyHint: boolean;
      readonly destructiveHint: boolean;
      readonly idempotentHint: boolean;
      readonly openWorldHint: boolean;
    };
  };
  /** The API answers without a token. */
  readonly isPublic?: true;
  /** What the JSON body of a success holds; absent if it has none. */
  readonly answer?: AnswerField;
  /** Who may see what the API says in its own words: the strictest mark of these fields in any of its answers. */
  readonly words: Privacy;
}

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
