import { type ArgumentFault, InvalidArgumentsError } from '@wemasy-orders/client';
import type * as z from 'zod';
import { injectedArguments } from './injected-arguments.js';
import type { JsonSchema } from './portable-schema.js';

/** A tool's arguments as its schema describes them. */
export interface ParsedArguments<Schema extends z.ZodObject> {
  readonly values: z.output<Schema>;
  /** What the answer says of arguments that were left out; undefined where there were none. */
  readonly note: string | undefined;
}

/** How a tool describes its arguments: the same rules twice, for this process and for clients. */
export interface ArgumentRules<Schema extends z.ZodObject> {
  readonly schema: Schema;
  readonly inputSchema: JsonSchema;
}

/**
 * Checks a tool's arguments. Some clients send every value as text; such a value is converted where the schema names
 * another type and nothing is lost: `"12"` for an integer, `"false"` for a boolean, `'["id"]'` or `"id,total"` for an
 * array, `8` for a string. `null`, a blank text and an empty array mean that the argument was not given.
 *
 * @throws {InvalidArgumentsError} naming every argument that is not as the schema says, with the form that is accepted
 */
export function parseArguments<Schema extends z.ZodObject>(
  { schema, inputSchema }: ArgumentRules<Schema>,
  input: unknown,
): ParsedArguments<Schema> {
  const given = isRecord(input) ? input : {};
  if (!isRecord(input) && input !== undefined && input !== null && !isEmptyArray(input)) {
    throw new InvalidArgumentsError([{ argument: 'arguments', fault: 'must be a JSON object' }]);
  }
  const properties = propertiesOf(inputSchema);
  const ignored = Object.keys(given).filter((name) => !properties.has(name) && injectedArguments.has(name));
  const converted = Object.entries(given).flatMap(([name, value]) => {
    if (ignored.includes(name)) return [];
    const property = properties.get(name);
    const meant = property === undefined ? value : convert(value, property);
    return meant === undefined ? [] : [[name, meant]];
  });
  const parsed = schema.safeParse(Object.fromEntries(converted));
  if (parsed.success) return { values: parsed.data, note: noteOfIgnored(ignored) };
  throw new InvalidArgumentsError(parsed.error.issues.flatMap((issue) => faultsOf(issue, properties)));
}

function noteOfIgnored(ignored: readonly string[]): string | undefined {
  return ignored.length === 0 ? undefined : `Ignored ${ignored.join(', ')}: no argument of this tool.`;
}

/** What a schema says of one argument, as far as conversion and messages depend on it. */
interface Property {
  readonly type: unknown;
  readonly minimum: unknown;
  readonly maximum: unknown;
  readonly isEnum: boolean;
  /** Type of the elements of a list. */
  readonly itemType: unknown;
}

function propertiesOf({ properties }: JsonSchema): ReadonlyMap<string, Property> {
  const entries = isRecord(properties) ? Object.entries(properties) : [];
  return new Map(
    entries.flatMap(([name, property]) => {
      if (!isRecord(property)) return [];
      const { type, minimum, maximum, items } = property;
      const itemType = isRecord(items) ? items['type'] : undefined;
      return [[name, { type, minimum, maximum, isEnum: 'enum' in property, itemType }]];
    }),
  );
}

/** @returns undefined for what means that the argument was not given; the value itself where no conversion is safe */
function convert(value: unknown, property: Property): unknown {
  if (value === null || isEmptyArray(value)) return undefined;
  const { type, isEnum, itemType } = property;
  if (type === 'array' && Array.isArray(value)) return value.map((item) => convertItem(item, itemType));
  if (typeof value === 'string') {
    const text = value.trim();
    const isFreeText = type === 'string' && !isEnum;
    if (text === '' || (!isFreeText && text === 'null')) return undefined;
    if (isFreeText) return value;
    const meant = fromText(text, type);
    return Array.isArray(meant) ? meant.map((item) => convertItem(item, itemType)) : meant;
  }
  // Lossless: a number has one decimal form. Beyond 2^53 it has lost digits already.
  if (type === 'string' && Number.isSafeInteger(value)) return String(value);
  return value;
}

/** A double holds 15 decimal digits for certain. */
const longestNumber = 15;

function convertItem(item: unknown, type: unknown): unknown {
  if (typeof item === 'string' && type !== 'string') return fromText(item.trim(), type);
  return type === 'string' && Number.isSafeInteger(item) ? String(item) : item;
}

function fromText(text: string, type: unknown): unknown {
  switch (type) {
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text) && text.length <= longestNumber ? Number(text) : text;
    case 'object':
      return text.startsWith('{') ? parsed(text) : text;
    case 'integer':
      return /^(0|-?[1-9]\d{0,15})$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : text;
    case 'boolean': {
      const word = text.toLowerCase();
      return word === 'true' ? true : word === 'false' ? false : text;
    }
    case 'array':
      return listFrom(text);
    default:
      return text;
  }
}

function listFrom(text: string): unknown {
  if (text.startsWith('[')) {
    const list = parsed(text);
    return isEmptyArray(list) ? undefined : list;
  }
  const items = text.split(',').map((item) => item.trim());
  return items.includes('') ? text : items;
}

/** The value that a text holds as JSON; the text itself where it holds none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A longer list is not repeated; the assistant has it in the tool's schema. */
const longestListShown = 12;

function faultsOf(issue: z.core.$ZodIssue, properties: ReadonlyMap<string, Property>): ArgumentFault[] {
  if (issue.code === 'unrecognized_keys') {
    const verb = issue.keys.length === 1 ? 'is not an argument' : 'are not arguments';
    const known = [...properties.keys()].join(', ');
    return [{ argument: issue.keys.join(', '), fault: `${verb}; known are ${known}` }];
  }
  const [name] = issue.path;
  const property = properties.get(String(name));
  return [{ argument: issue.path.map(String).join('.'), fault: faultOf(issue, property) }];
}

function faultOf(issue: z.core.$ZodIssue, property: Property | undefined): string {
  if (issue.code === 'invalid_value' && issue.values.length === 0) return 'has no value that is allowed';
  if (issue.code === 'invalid_value' && issue.values.length > longestListShown) {
    return `Invalid option: none of the ${issue.values.length} in the schema`;
  }
  if (issue.code === 'invalid_value' || issue.path.length !== 1) return issue.message;
  // The form is right; the texts below name no other bounds than a smallest and a largest value.
  if (issue.code === 'not_multiple_of') return issue.message;
  if (issue.code === 'too_small' && typeof property?.minimum !== 'number') return issue.message;
  if (issue.code === 'too_big' && typeof property?.maximum !== 'number') return issue.message;
  switch (property?.type) {
    case 'integer':
      return `must be a whole number${rangeOf(property)} in digits, e.g. 12`;
    case 'boolean':
      return 'must be true or false';
    case 'number':
      return `must be a number${rangeOf(property)} in digits, e.g. 12.5`;
    case 'array':
      return property.itemType === 'string'
        ? 'must be a list, e.g. ["id","total"] or id,total'
        : 'must be a list, as JSON';
    default:
      return issue.message;
  }
}

function rangeOf({ minimum, maximum }: Property): string {
  if (typeof minimum !== 'number') return typeof maximum === 'number' ? ` up to ${maximum}` : '';
  return typeof maximum === 'number' ? ` from ${minimum} to ${maximum}` : ` from ${minimum}`;
}

function isEmptyArray(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
