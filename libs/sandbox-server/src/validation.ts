import * as z from 'zod';
import type { ValidationError } from '@wemasy-orders/client/schemas';
import { type Input, toBoolean, toInteger, toNumber } from './request-input.js';

/** Body of a 422. */
export type ValidationFailure = z.infer<typeof ValidationError>;

export type Validated<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly failure: ValidationFailure };

/**
 * Checks a request against its generated schema, as a Laravel form request would: unknown fields are
 * ignored, integers and booleans may come as text, and errors read like Laravel's. Everything follows from
 * the schema, so a change of the document needs no edit here.
 */
export function validate<Shape extends z.core.$ZodShape>(
  schema: z.ZodObject<Shape>,
  input: Input,
): Validated<z.output<z.ZodObject<Shape>>> {
  const known = Object.entries(schema.shape)
    .filter(([field]) => Object.hasOwn(input, field))
    .map(([field, type]) => [field, converted(type, input[field])]);
  const result = schema.safeParse(Object.fromEntries(known), { reportInput: true });
  if (result.success) return { ok: true, value: result.data };

  const errors = new Map<string, string[]>();
  for (const issue of result.error.issues) {
    const field = issue.path.join('.');
    const type = schema.shape[String(issue.path[0])];
    const found = sentence(field, issue, issue.input, type !== undefined && wantsInteger(type));
    errors.set(field, [...(errors.get(field) ?? []), found]);
  }
  return { ok: false, failure: validationFailure(Object.fromEntries(errors)) };
}

function converted(type: z.core.$ZodType, value: unknown): unknown {
  if (z.safeParse(type, value).success) return value;
  const element = elementOf(type);
  if (element !== undefined && Array.isArray(value)) {
    return value.map((each: unknown) => converted(element, each));
  }
  if (wantsInteger(type)) return toInteger(value) ?? value;
  const number = typeof value === 'string' ? toNumber(value) : undefined;
  if (number !== undefined && z.safeParse(type, number).success) return number;
  const boolean = toBoolean(value);
  return boolean !== undefined && z.safeParse(type, boolean).success ? boolean : value;
}

/** What an array holds; undefined where the type is no array. */
export function elementOf(type: z.core.$ZodType): z.core.$ZodType | undefined {
  if (type instanceof z.ZodArray) return type.element;
  return type instanceof z.ZodOptional || type instanceof z.ZodExactOptional || type instanceof z.ZodNullable
    ? elementOf(type.unwrap())
    : undefined;
}

/** A 422 for a well-formed value that names no record: Laravel's `exists` rule. */
export function nothingSelected(field: string): ValidationFailure {
  return validationFailure({ [field]: [`The selected ${attribute(field)} is invalid.`] });
}

function validationFailure(errors: Record<string, string[]>): ValidationFailure {
  const [first = '', ...others] = Object.values(errors).flat();
  const more =
    others.length === 0 ? '' : ` (and ${others.length} more error${others.length === 1 ? '' : 's'})`;
  return { message: first + more, errors };
}

/** Looks through optional and nullable: a schema for integers rejects 0.5 and expects `int`. */
function wantsInteger(type: z.core.$ZodType): boolean {
  const issues = z.safeParse(type, 0.5).error?.issues ?? [];
  return issues.some((issue) => issue.code === 'invalid_type' && issue.expected === 'int');
}

/** Laravel's English sentence for an issue of zod (`lang/en/validation.php`). */
function sentence(field: string, issue: z.core.$ZodIssue, input: unknown, integer: boolean): string {
  const name = attribute(field);
  if (input === undefined || input === null) return `The ${name} field is required.`;
  switch (issue.code) {
    case 'invalid_type':
      return `The ${name} field must be ${integer ? 'an integer' : typeName(issue.expected)}.`;
    case 'invalid_value':
      return `The selected ${name} is invalid.`;
    case 'too_small':
      return `The ${name} field must ${atLeast(issue)}.`;
    case 'too_big':
      return `The ${name} field must not ${moreThan(issue)}.`;
    case 'not_multiple_of':
      return `The ${name} field must be a multiple of ${issue.divisor}.`;
    case 'invalid_format':
      return `The ${name} field format is invalid.`;
    case 'invalid_union': {
      const [first] = issue.errors.flat();
      return first === undefined ? `The ${name} field is invalid.` : sentence(field, first, input, integer);
    }
    default:
      return `The ${name} field is invalid.`;
  }
}

/** PHP's array is both JSON's array and its object. */
function typeName(expected: string): string {
  switch (expected) {
    case 'int':
      return 'an integer';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'array':
    case 'object':
    case 'record':
      return 'an array';
    default:
      return 'a string';
  }
}

function atLeast({ origin, minimum, inclusive }: z.core.$ZodIssueTooSmall): string {
  if (origin === 'string') return `be at least ${minimum} characters`;
  if (origin === 'array') return `have at least ${minimum} items`;
  return inclusive === false ? `be greater than ${minimum}` : `be at least ${minimum}`;
}

function moreThan({ origin, maximum }: z.core.$ZodIssueTooBig): string {
  if (origin === 'string') return `be greater than ${maximum} characters`;
  if (origin === 'array') return `have more than ${maximum} items`;
  return `be greater than ${maximum}`;
}

/** A field name as Laravel prints it: `sortKey` is "sort key". */
function attribute(field: string): string {
  return field
    .replaceAll(/(?<=.)(?=[A-Z])/g, '_')
    .toLowerCase()
    .replaceAll('_', ' ');
}
