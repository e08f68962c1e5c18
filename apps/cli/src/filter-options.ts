import { ListOrdersRequest } from '@wemasy-orders/client/schemas';
import { Option } from 'commander';
import * as z from 'zod';
import { UsageError } from './errors.js';

/** The API's filters as options of a command. */
export interface Filters<Values> {
  readonly options: readonly Option[];
  /** @throws {UsageError} naming every value that the API would not accept */
  read(options: Readonly<Record<string, unknown>>): Values;
}

/**
 * Every filter of the OpenAPI document, so that a filter added there is an option here. One whose name the command needs
 * for itself becomes `--filter-NAME`.
 *
 * @param ownOptions the command's other options, the settings among them
 */
export function createFilters<Shape extends z.core.$ZodShape>(
  ownOptions: readonly Option[],
  request: z.ZodObject<Shape>,
): Filters<z.output<z.ZodObject<Shape, z.core.$strict>>> {
  const taken = new Set(ownOptions.map(({ long }) => long));
  const strictRequest = request.strict();
  const filters = Object.entries(request.shape).map(([field, schema]) => {
    const name = flagOf(field);
    const flag = taken.has(`--${name}`) ? `filter-${name}` : name;
    return { field, schema: unwrapped(schema), option: optionOf(flag, schema) };
  });
  return {
    options: filters.map(({ option }) => option),
    read(options) {
      const textOf = (option: Option) => {
        const text = options[option.attributeName()];
        return typeof text === 'string' ? text : undefined;
      };
      const given = filters.flatMap(({ field, schema, option }) => {
        const text = textOf(option);
        return text === undefined ? [] : [[field, valueOf(schema, text)] as const];
      });
      const parsed = strictRequest.safeParse(Object.fromEntries(given));
      if (parsed.success) return parsed.data;
      const issues = parsed.error.issues.map(({ path: [at], message }) => {
        const option = filters.find(({ field }) => field === at)?.option;
        if (option === undefined) return `${String(at)}: ${message}`;
        return `${option.long} ${JSON.stringify(textOf(option))}: ${message}`;
      });
      throw new UsageError(`${issues.join('; ')}.`, 'See --help for the values it takes.');
    },
  };
}

/** The filters of a list of orders. */
export function createOrderFilters(ownOptions: readonly Option[]) {
  return createFilters(ownOptions, ListOrdersRequest);
}

function optionOf(flag: string, schema: z.core.$ZodType): Option {
  const value = unwrapped(schema);
  const meaning = z.globalRegistry.get(schema)?.description?.replace(/\.$/, '') ?? '';
  return value instanceof z.ZodEnum
    ? new Option(`--${flag} <${flag}>`, meaning).choices(value.options.map(String))
    : new Option(`--${flag} ${placeholderOf(value)}`, meaning);
}

/** Text that is no number or truth value stays text, and the schema says what is wrong with it. */
function valueOf(schema: z.core.$ZodType, text: string): unknown {
  if (schema instanceof z.ZodNumber && /^[+-]?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (schema instanceof z.ZodBoolean && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}

/** The schema without "or null" and "or absent". */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodNullable
    ? unwrapped(schema.unwrap())
    : schema;
}

function placeholderOf(schema: z.core.$ZodType): string {
  if (schema instanceof z.ZodNumber) return '<number>';
  return schema instanceof z.ZodBoolean ? '<true|false>' : '<text>';
}

/** `sortKey` and `search_query` as `sort-key` and `search-query`. */
function flagOf(field: string): string {
  return field
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
}
