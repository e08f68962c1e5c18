import { Option } from 'commander';
import * as z from 'zod';
import { UsageError } from './errors.js';

/** Arguments of an operation as options of a command. */
export interface ArgumentOptions<Values> {
  readonly options: readonly Option[];
  /** Options that the operation needs, each with a value that it takes. */
  readonly example: readonly string[];
  /** @throws {UsageError} naming every value that the API would not accept */
  read(options: Readonly<Record<string, unknown>>): Values;
}

/**
 * Every argument of a schema of the OpenAPI document, so that an argument added there is an option here. A list is given
 * by repeating its option, an object as JSON. An argument whose name the command needs for itself becomes `--filter-NAME`.
 *
 * @param ownOptions the command's other options, the settings among them
 */
export function createArgumentOptions<Shape extends z.core.$ZodShape>(
  ownOptions: readonly Option[],
  request: z.ZodObject<Shape>,
): ArgumentOptions<z.output<z.ZodObject<Shape, z.core.$strict>>> {
  const taken = new Set(ownOptions.map(({ long }) => long));
  const strictRequest = request.strict();
  const described = Object.entries(request.shape).map(([field, schema]) => {
    const name = flagOf(field);
    const flag = taken.has(`--${name}`) ? `filter-${name}` : name;
    const isRequired = schema._zod.optin === undefined;
    return { field, schema, isRequired, option: optionOf(flag, schema, isRequired) };
  });
  return {
    options: described.map(({ option }) => option),
    example: described
      .filter(({ isRequired }) => isRequired)
      .flatMap(({ schema, option }) => [option.long ?? '', exampleOf(schema)]),
    read(options) {
      const given = (option: Option) => options[option.attributeName()];
      const missing = described.filter(({ isRequired, option }) => isRequired && given(option) === undefined);
      const values = described.flatMap(({ field, schema, option }) => {
        const value = given(option);
        return value === undefined ? [] : [[field, valueOf(schema, value)] as const];
      });
      const parsed = strictRequest.safeParse(Object.fromEntries(values));
      if (parsed.success) return parsed.data;
      const issues = parsed.error.issues.flatMap(({ path: [at], message }) => {
        const found = described.find(({ field }) => field === at);
        if (found === undefined) return [`${String(at)}: ${message}`];
        if (missing.includes(found)) return [];
        return [`${found.option.long} ${JSON.stringify(given(found.option))}: ${message}`];
      });
      const faults = [...missing.map(({ option }) => `${option.long} is required`), ...issues];
      throw new UsageError(`${faults.join('; ')}.`, 'See --help for the values it takes.');
    },
  };
}

function optionOf(flag: string, schema: z.core.$ZodType, isRequired: boolean): Option {
  const value = unwrapped(schema);
  const isList = value instanceof z.ZodArray;
  const element = isList ? unwrapped(value.element) : value;
  const notes = [...(isList ? ['may be repeated'] : []), ...(isRequired ? ['required'] : [])];
  const description = z.globalRegistry.get(schema)?.description?.replace(/\.$/, '') ?? '';
  const meaning = [description, ...(notes.length === 0 ? [] : [`(${notes.join('; ')})`])].join(' ').trim();
  const choices = choicesOf(element);
  const placeholder = choices === undefined ? placeholderOf(element) : flag;
  const option = new Option(`--${flag} <${placeholder}${isList ? '...' : ''}>`, meaning);
  return choices === undefined ? option : option.choices(choices);
}

function choicesOf(schema: z.core.$ZodType): string[] | undefined {
  if (schema instanceof z.ZodEnum) return schema.options.map(String);
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String);
  return schema instanceof z.ZodBoolean ? ['true', 'false'] : undefined;
}

function placeholderOf(schema: z.core.$ZodType): string {
  if (schema instanceof z.ZodNumber) return 'number';
  return schema instanceof z.ZodString || z.safeParse(schema, '').success ? 'text' : 'json';
}

/** @param given the text of an option, or those of a repeated one */
function valueOf(schema: z.core.$ZodType, given: unknown): unknown {
  const value = unwrapped(schema);
  if (Array.isArray(given)) {
    return given.map((each: unknown) => valueOf(value instanceof z.ZodArray ? value.element : value, each));
  }
  if (typeof given !== 'string') return given;
  const readings = readingsOf(given);
  // The schema says of the last one what is wrong with it.
  return readings.find((reading) => z.safeParse(schema, reading).success) ?? readings.at(-1);
}

/** What a text can mean; as it is, where the schema takes texts. */
function readingsOf(text: string): unknown[] {
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return [text, Number(text)];
  if (/^(true|false)$/.test(text)) return [text, text === 'true'];
  if (!/^\s*[[{]/.test(text)) return [text];
  try {
    return [text, JSON.parse(text)];
  } catch {
    return [text];
  }
}

function exampleOf(schema: z.core.$ZodType): string {
  const value = unwrapped(schema);
  const element = value instanceof z.ZodArray ? value.element : value;
  const isTaken = (text: string) => z.safeParse(element, valueOf(element, text)).success;
  return [...(choicesOf(unwrapped(element)) ?? []), '7', 'text', "'{}'"].find(isTaken) ?? 'text';
}

/** The schema without "or null" and "or absent". */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodNullable
    ? unwrapped(schema.unwrap())
    : schema;
}

/** `sortKey`, `search_query` and `filter[id]` as `sort-key`, `search-query` and `filter-id`. */
function flagOf(field: string): string {
  return field
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .toLowerCase();
}
