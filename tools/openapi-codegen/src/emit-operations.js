// @ts-check
import { answerFields, strictestIn } from './answer-fields.js';
import { argumentsSchema } from './document.js';
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
  const operations = Object.fromEntries(
    api.operations.map((operation) => [operation.operationId, operationData(api, operation)]),
  );
  return `
import type * as schemas from './schemas.js';

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
  readonly description?: string;
  /** Known values of an open enumeration; others may come. */
  readonly knownValues?: readonly string[];
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

/** Where an argument of an operation goes. */
export interface Argument {
  readonly in: 'path' | 'query' | 'header' | 'body';
  /** Its name at the API, where that is another one. */
  readonly field?: string;
  /** It is the whole body, not a field of it. */
  readonly isWhole?: true;
}

/** What the document says of one operation. */
export interface Operation {
  readonly operationId: string;
  readonly method: string;
  /** Path below the base URL. */
  readonly path: string;
  readonly summary: string;
  /** The server's allowance: \`limit\` requests per window of \`windowSeconds\`. */
  readonly rateLimit: {
    readonly limit: number;
    readonly windowSeconds: number;
    /** Operations with the same bucket share one allowance. */
    readonly bucket?: string;
  };
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
  /** All arguments, by their name in one flat namespace. */
  readonly arguments: Readonly<Record<string, Argument>>;
  /** Schema of all arguments together: \`schemas[operation.argumentsSchema]\`. */
  readonly argumentsSchema: Extract<SchemaName, \`\${string}Arguments\`>;
  readonly pathSchema?: SchemaName;
  readonly querySchema?: SchemaName;
  readonly headerSchema?: SchemaName;
  readonly requestSchema?: SchemaName;
  /** The documented 2xx status; the first of several. */
  readonly successStatus: number;
  /** Schema of its JSON body; absent if it has none. */
  readonly responseSchema?: SchemaName;
  /** Type of its body, if that is not JSON. */
  readonly responseType?: string;
  /** Further documented 2xx answers, by status; null for one without a JSON body. */
  readonly otherSuccesses?: Readonly<Record<string, SchemaName | null>>;
  /** Documented answers other than 2xx, by status; \`default\` for all that have no own. */
  readonly errorSchemas: Readonly<Record<string, SchemaName>>;
  /** What the JSON body of a success holds; absent if it has none. */
  readonly answer?: AnswerField;
  /** Who may see what the API says in its own words: the strictest mark of these fields in any of its answers. */
  readonly words: Privacy;
}

/** Base URL of the vendor's production server. */
export const productionUrl = ${JSON.stringify(api.serverUrl)};

export const operations = ${JSON.stringify(operations)} as const satisfies Record<string, Operation>;
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
function operationData(api, { operationId, method, path, summary, rateLimit, tool, isPublic, ...rest }) {
  const successes = rest.answers.filter(({ status }) => status.startsWith('2'));
  const failures = rest.answers.filter(({ status }) => !status.startsWith('2'));
  const [success, ...others] = successes;
  const constant = (/** @type {string | undefined} */ name) =>
    name === undefined ? undefined : api.identifiers.get(name);
  const parameterSchema = (/** @type {'path' | 'query' | 'header'} */ place) =>
    rest.parameters.find((group) => group.in === place)?.schemaName;
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
    operationId,
    method,
    path,
    summary,
    rateLimit,
    tool,
    isPublic: isPublic || undefined,
    arguments: Object.fromEntries(
      rest.arguments.map(({ name, in: place, field }) => [
        name,
        {
          in: place,
          field: field === name ? undefined : field,
          isWhole: field === undefined || undefined,
        },
      ]),
    ),
    argumentsSchema: argumentsSchema(operationId),
    pathSchema: parameterSchema('path'),
    querySchema: parameterSchema('query'),
    headerSchema: parameterSchema('header'),
    requestSchema: constant(rest.requestSchema),
    successStatus: Number(success?.status),
    responseSchema: constant(success?.schema),
    responseType: success?.schema === undefined ? success?.contentType : undefined,
    otherSuccesses:
      others.length === 0
        ? undefined
        : Object.fromEntries(others.map(({ status, schema }) => [status, constant(schema) ?? null])),
    errorSchemas: Object.fromEntries(
      failures.flatMap(({ status, schema }) => (schema === undefined ? [] : [[status, constant(schema)]])),
    ),
    answer,
    // What no answer describes is not known, so it is never shown.
    words: strictest(answers.map(wordsIn)) ?? 'secret',
  };
}
