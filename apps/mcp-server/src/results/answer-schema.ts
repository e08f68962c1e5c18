import type { AnswerField } from '@wemasy-orders/client/operations';

type Schema = Readonly<Record<string, unknown>>;

/**
 * The JSON Schema of what a field shows, in the form that every client family accepts: a place that can hold values of
 * several types has none, and so has one that contains itself. A value that is null is left out of the result.
 *
 * @param field with visible parts only
 */
export function answerSchema(field: AnswerField): Schema {
  const [type, ...others] = shownTypes(field);
  if (type === undefined || others.length > 0 || field.again !== undefined) return {};
  switch (type) {
    case 'object':
      return { type, ...objectKeywords(field) };
    case 'array':
      return { type, items: field.items === undefined ? {} : elementSchema(field.items) };
    default:
      return { type };
  }
}

/** An element that is null keeps its place, so it has no type. */
function elementSchema(field: AnswerField): Schema {
  return field.types.includes('null') ? {} : answerSchema(field);
}

function objectKeywords({ fields, values }: AnswerField): Schema {
  if (fields === undefined) return {};
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, child]) => [name, answerSchema(child)]),
  );
  return { properties, ...(values === undefined ? { additionalProperties: false } : {}) };
}

/** The types that a reader can meet: PHP writes an empty object as `[]`, which shows nothing. */
function shownTypes({ types, privacy, fields, values, items }: AnswerField): readonly string[] {
  const shown = types.filter((type) => {
    if (type === 'null') return false;
    if (privacy !== undefined) return true;
    return type === 'array' ? items !== undefined : (fields ?? values) !== undefined;
  });
  return shown.includes('number') ? shown.filter((type) => type !== 'integer') : shown;
}
