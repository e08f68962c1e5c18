import * as z from 'zod';

/** A JSON Schema of an object, as `tools/list` sends it. */
export type JsonSchema = { readonly type: 'object'; readonly [keyword: string]: unknown };

/**
 * The JSON Schema that clients are shown for an object. It keeps to what every client family accepts: no `$schema`, no
 * references, no null (an optional argument is left out instead), no lists of types, no bounds that only repeat what an
 * integer is, no schema for the values of a map. Range and default stand in the description too, because some clients drop
 * the keywords before a model sees them.
 */
export function portableSchema(schema: z.ZodObject): JsonSchema {
  const { $defs, ...json } = z.toJSONSchema(schema, { io: 'input' });
  return { ...simplify(json, isKeywords($defs) ? $defs : {}), type: 'object' };
}

/** The schema of a tool's arguments: each has one type and a description, which some clients need to send it at all. */
export function portableArguments(schema: z.ZodObject): JsonSchema {
  const { properties, ...rest } = portableSchema(schema);
  const described = Object.entries(isKeywords(properties) ? properties : {}).flatMap(([name, property]) =>
    isKeywords(property) && isPossible(property) ? [[name, describedArgument(name, property)]] : [],
  );
  return { ...rest, properties: Object.fromEntries(described) };
}

/** Whether an enum has values: where no field may be shown, it has none. */
function isPossible({ enum: values, items }: Keywords): boolean {
  return !(Array.isArray(values) && values.length === 0) && !(isKeywords(items) && !isPossible(items));
}

function describedArgument(name: string, argument: Keywords): Keywords {
  const { anyOf, ...keywords } = argument;
  const options = Array.isArray(anyOf) ? anyOf.filter(isKeywords).map(({ type }) => type) : [];
  const type = keywords['type'] ?? (options.includes('string') ? 'string' : (options[0] ?? 'string'));
  const { description = `${inWords(name)}.` } = keywords;
  return { ...keywords, type, description };
}

/** `order_id` and `orderId` as `Order id`. */
function inWords(name: string): string {
  const words = name
    .replaceAll(/(?<=[a-z0-9])(?=[A-Z])|[_.-]+/g, ' ')
    .trim()
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

type Keywords = Readonly<Record<string, unknown>>;

function isKeywords(value: unknown): value is Keywords {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param inside names of the definitions around; where a schema contains itself, it ends */
function simplify(written: Keywords, definitions: Keywords, inside: readonly string[] = []): Keywords {
  const { $ref: reference, ...beside } = written;
  if (typeof reference === 'string') {
    const name = reference.replace('#/$defs/', '');
    const target = definitions[name];
    if (inside.includes(name) || !isKeywords(target)) return { type: 'object', ...beside };
    return simplify({ ...target, ...beside }, definitions, [...inside, name]);
  }
  const below = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(below);
    return isKeywords(value) ? simplify(value, definitions, inside) : value;
  };
  const schema = withListedValues(withoutNull(written));
  const keywords = Object.entries(schema).filter(([keyword, value]) => !isNoise(keyword, value));
  return withRange(Object.fromEntries(keywords.map(([keyword, value]) => [keyword, below(value)])));
}

/** Values that are no texts are listed in the description, since Gemini knows only texts in an enum. */
function withListedValues(schema: Keywords): Keywords {
  const { const: constant, enum: listed, ...rest } = schema;
  const values: unknown[] = Array.isArray(listed) ? listed : constant === undefined ? [] : [constant];
  if (values.every((value) => typeof value === 'string')) {
    return constant === undefined ? schema : { ...rest, enum: values };
  }
  const { description = '' } = rest;
  const allowed = `One of ${values.filter((value) => value !== null).join(', ')}.`;
  return { ...rest, description: `${String(description)} ${allowed}`.trim() };
}

function withRange(schema: Keywords): Keywords {
  const { type, description, minimum, maximum, default: standard } = schema;
  if (type !== 'integer' || typeof description !== 'string') return schema;
  const range = maximum === undefined ? [] : [`${String(minimum)} to ${String(maximum)}`];
  const facts = [...range, ...(standard === undefined ? [] : [`default ${String(standard)}`])];
  return facts.length === 0
    ? schema
    : { ...schema, description: `${description.replace(/\.$/, '')}: ${facts.join(', ')}.` };
}

/** A value that may be null becomes one that may be left out. */
function withoutNull(schema: Keywords): Keywords {
  const { type, anyOf, ...rest } = schema;
  if (Array.isArray(type)) {
    const [only, ...others] = type.filter((name) => name !== 'null');
    // A cell of a table may hold several types; a schema without any type says that.
    return others.length === 0 ? { ...rest, type: only } : rest;
  }
  if (Array.isArray(anyOf)) {
    const [only, ...others] = anyOf.filter((option) => isKeywords(option) && option['type'] !== 'null');
    return isKeywords(only) && others.length === 0 ? { ...only, ...rest } : schema;
  }
  return schema;
}

function isNoise(keyword: string, value: unknown): boolean {
  switch (keyword) {
    case '$schema':
    case 'propertyNames':
      return true;
    case 'minimum':
      return value === Number.MIN_SAFE_INTEGER;
    case 'maximum':
      return value === Number.MAX_SAFE_INTEGER;
    case 'additionalProperties':
      return typeof value !== 'boolean';
    default:
      return false;
  }
}
