import * as z from 'zod';

/** A JSON Schema of an object, as `tools/list` sends it. */
export type JsonSchema = { readonly type: 'object'; readonly [keyword: string]: unknown };

/**
 * The JSON Schema that clients are shown for an object. It keeps to what every client family accepts: no `$schema`, no
 * null (an optional argument is left out instead), no lists of types, no bounds that only repeat what an integer is, no
 * schema for the values of a map. Range and default stand in the description too, because some clients drop the keywords
 * before a model sees them.
 */
export function portableSchema(schema: z.ZodObject): JsonSchema {
  return { ...simplify(z.toJSONSchema(schema, { io: 'input' })), type: 'object' };
}

type Keywords = Readonly<Record<string, unknown>>;

function isKeywords(value: unknown): value is Keywords {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function simplify(schema: Keywords): Keywords {
  const keywords = Object.entries(withoutNull(schema)).filter(([keyword, value]) => !isNoise(keyword, value));
  return withRange(
    Object.fromEntries(
      keywords.map(([keyword, value]) => [keyword, isKeywords(value) ? simplify(value) : value]),
    ),
  );
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
