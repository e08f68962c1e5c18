import type { OrderFilters } from '@wemasy-orders/client';
import { ListOrdersRequest } from '@wemasy-orders/client/schemas';
import * as z from 'zod';

/** A filter of the API as an option of the command line. */
export interface FilterOption {
  /** The field of the request, e.g. `sortKey`. */
  readonly field: string;
  /** Without dashes, e.g. `sort-key`. */
  readonly flag: string;
  readonly meaning: string;
  /** What it takes, for the help: `<number>`, `<text>`. */
  readonly placeholder: string;
  /** The values that it accepts, where the document lists them. */
  readonly choices: readonly string[] | undefined;
}

/** Every filter that the OpenAPI document knows: what is added there is an option here. */
export const filterOptions: readonly FilterOption[] = Object.entries(ListOrdersRequest.shape).map(
  ([field, schema]) => {
    const value = bare(schema);
    const choices = value instanceof z.ZodEnum ? value.options.map(String) : undefined;
    return {
      field,
      flag: flagOf(field),
      meaning: schema.description?.replace(/\.$/, '') ?? '',
      placeholder: choices === undefined ? placeholderOf(value) : `<${flagOf(field)}>`,
      choices,
    };
  },
);

/** The values as they stand on the command line, by field. */
export type FilterTexts = Readonly<Record<string, string | undefined>>;

/** What is wrong with one value. */
export interface FilterFault {
  readonly flag: string;
  readonly text: string;
  readonly fault: string;
}

/** Reads the filters' values; all faults at once. */
export function parseFilters(texts: FilterTexts): {
  readonly filters: OrderFilters;
  readonly faults: FilterFault[];
} {
  const given = filterOptions.flatMap(({ field }) => {
    const text = texts[field];
    return text === undefined ? [] : [[field, valueOf(field, text)] as const];
  });
  const parsed = ListOrdersRequest.strict().safeParse(Object.fromEntries(given));
  if (parsed.success) return { filters: parsed.data, faults: [] };
  const faults = parsed.error.issues.map(({ path: [field], message }) => ({
    flag: flagOf(String(field)),
    text: texts[String(field)] ?? '',
    fault: message,
  }));
  return { filters: {}, faults };
}

/** Numbers and truth values have to be made of text; what cannot be stays text, and the schema says what is wrong. */
function valueOf(field: string, text: string): unknown {
  const schema = Object.entries(ListOrdersRequest.shape).find(([name]) => name === field)?.[1];
  const kind = schema === undefined ? undefined : bare(schema);
  if (kind instanceof z.ZodNumber && /^[+-]?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (kind instanceof z.ZodBoolean && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}

/** Without "or null" and "or absent". */
function bare(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodNullable
    ? bare(schema.unwrap())
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
