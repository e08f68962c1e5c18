import type { AnswerField } from '@wemasy-orders/client/operations';
import { int, pick } from './random.js';

/** What the document says of the fields of an object, beyond their types. */
export interface Documented {
  readonly examples?: Readonly<Record<string, unknown>>;
  /** Whether it lets a field have a value, which may have to fit a pattern or bounds. */
  readonly allows?: (name: string, value: unknown) => boolean;
  /** What it says of the fields of the object in a field. */
  readonly inside?: (name: string) => Documented;
}

/**
 * An object as the document has it now: without what the document lost or wants otherwise, and with a value for each field
 * that it gained, at every depth.
 */
export function asDocumented(
  described: AnswerField,
  object: object,
  documented: Documented = {},
): Record<string, unknown> {
  const { allows = () => true, inside = () => ({}) } = documented;
  const kept = Object.entries(object).flatMap(([name, value]: [string, unknown]) => {
    const field = described.fields?.[name];
    if (field === undefined) return [];
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    const part = isObject && field.fields !== undefined ? asDocumented(field, value, inside(name)) : value;
    return allows(name, part) ? [[name, part] as const] : [];
  });
  const known = Object.fromEntries(kept);
  return { ...known, ...inventedFields(described, known, documented) };
}

/**
 * A value for each field that the document has and an object lacks, so that a field which the document gains has values. A
 * field that only its example fits has that; one without any is left out.
 */
export function inventedFields(
  { fields = {} }: AnswerField,
  object: object,
  { examples = {}, allows = () => true }: Documented = {},
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) => {
      if (name in object) return [];
      const fitting = [inventedValue(field), examples[name]].filter((value) => allows(name, value));
      return fitting.slice(0, 1).map((value) => [name, value]);
    }),
  );
}

function inventedValue(field: AnswerField): unknown {
  const { types, knownValues = [], items, fields, values } = field;
  const type = types.length === 0 ? 'null' : pick(types);
  const known = knownValues.filter((value) => typeof value === (type === 'integer' ? 'number' : type));
  if (known.length > 0) return pick(known);
  switch (type) {
    case 'string':
      return 'text';
    case 'integer':
      return int(1, 5_000);
    case 'number':
      return int(1, 5_000) / 100;
    case 'boolean':
      return pick([true, false]);
    case 'array':
      return items === undefined ? [] : [inventedValue(items)];
    case 'object':
      return {
        ...(fields === undefined ? {} : inventedFields(field, {})),
        ...(values === undefined ? {} : { key: inventedValue(values) }),
      };
    default:
      return null;
  }
}
