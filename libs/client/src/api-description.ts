// The forms of what code generation writes of the document. `Name` is the name of a schema in the generated `shapes`.

/** A JSON Schema (2020-12) of the document, with the keywords that are checked. */
export interface Shape<Name extends string> {
  /** Name of another schema in `shapes`. */
  readonly $ref?: Name;
  readonly anyOf?: readonly Shape<Name>[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: ShapeType | readonly ShapeType[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly items?: Shape<Name>;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Shape<Name>>>;
  readonly required?: readonly string[];
  /** What fields without a shape of their own hold; default: anything. */
  readonly additionalProperties?: boolean | Shape<Name>;
}

/** A type of JSON Schema. */
export type ShapeType = 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array' | 'null';

/** Where an argument of an operation goes. */
export interface Argument {
  readonly in: 'path' | 'query' | 'header' | 'body';
  /** Its name at the API, where that is another one. */
  readonly field?: string;
  /** It is the whole body, not a field of it. */
  readonly isWhole?: true;
}

/** What a call of one operation needs. */
export interface Call<Name extends string> {
  readonly operationId: string;
  readonly method: string;
  /** Path below the base URL. */
  readonly path: string;
  /** The server's allowance: `limit` requests per window of `windowSeconds`. */
  readonly rateLimit: {
    readonly limit: number;
    readonly windowSeconds: number;
    /** Operations with the same bucket share one allowance. */
    readonly bucket?: string;
  };
  /** Repeating it changes nothing at the API. */
  readonly isSafe?: true;
  /** All arguments, by their name in one flat namespace. */
  readonly arguments: Readonly<Record<string, Argument>>;
  /** Schema of all arguments together. */
  readonly argumentsSchema: Extract<Name, `${string}Arguments`>;
  /** Name of the schema of its JSON body, in `./schemas`. */
  readonly requestSchema?: string;
  /** The documented 2xx status; the first of several. */
  readonly successStatus: number;
  /** Schema of its JSON body; absent if it has none. */
  readonly responseSchema?: Name;
  /** Type of its body, if that is not JSON. */
  readonly responseType?: string;
  /** Further documented 2xx answers, by status; null for one without a JSON body. */
  readonly otherSuccesses?: Readonly<Record<string, Name | null>>;
}

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

/** What the document says of one operation: what a call needs, and texts for people and assistants. */
export interface Operation<Name extends string> extends Call<Name> {
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
