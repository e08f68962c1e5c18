import type { AnswerField } from '@wemasy-orders/client/operations';
import { int, pick } from './random.js';

/** What the document says of the fields of an object, beyond their types. */
interface Documented {
  readonly examples?: Readonly<Record<string, unknown>>;
  /** Whether it lets a field have a value, which may have to fit a pattern or bounds. */
  readonly allows?: (name: string, value: unknown) => boolean;
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
