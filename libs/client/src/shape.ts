import type { ArgumentFault } from './errors.js';
import { type Shape, shapes, type ShapeType } from './generated/calls.js';

/** Whether a value is as a JSON Schema of the document says. */
export function fits(shape: Shape, value: unknown): boolean {
  const { $ref, anyOf, type, enum: listed } = shape;
  if ($ref !== undefined) return fits(shapes[$ref], value);
  if (anyOf !== undefined) return anyOf.some((option) => fits(option, value));
  if (listed !== undefined) return listed.includes(value);
  if ('const' in shape) return value === shape.const;
  return type === undefined || [type].flat().some((each) => isOf(each, value, shape));
}

function isOf(type: ShapeType, value: unknown, shape: Shape): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'string':
      return typeof value === 'string' && isWithinLength(value, shape);
    case 'integer':
      // One beyond 2^53 may not be the one that was meant: JavaScript cannot hold it exactly.
      return Number.isSafeInteger(value) && isInRange(Number(value), shape);
    case 'number':
      return Number.isFinite(value) && isInRange(Number(value), shape);
    case 'boolean':
      return typeof value === 'boolean';
    case 'array':
      return Array.isArray(value) && isList(value, shape);
    case 'object':
      return isRecord(value) && hasFields(value, shape);
  }
}

function isWithinLength(text: string, { minLength = 0, maxLength = Infinity, pattern }: Shape): boolean {
  const { length } = [...text];
  return (
    length >= minLength &&
    length <= maxLength &&
    (pattern === undefined || new RegExp(pattern, 'u').test(text))
  );
}

function isInRange(value: number, shape: Shape): boolean {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum, exclusiveMaximum, multipleOf } = shape;
  return (
    value >= minimum &&
    value <= maximum &&
    (exclusiveMinimum === undefined || value > exclusiveMinimum) &&
    (exclusiveMaximum === undefined || value < exclusiveMaximum) &&
    (multipleOf === undefined || isMultiple(value / multipleOf))
  );
}

/** 0.3 is a multiple of 0.1, although the quotient of the two is 2.9999999999999996. */
function isMultiple(quotient: number): boolean {
  return Math.abs(quotient - Math.round(quotient)) <= Number.EPSILON * Math.abs(quotient);
}

function isList(
  items: readonly unknown[],
  { minItems = 0, maxItems = Infinity, items: item }: Shape,
): boolean {
  return (
    items.length >= minItems &&
    items.length <= maxItems &&
    (item === undefined || items.every((each) => fits(item, each)))
  );
}

function hasFields(value: Values, { properties = {}, required, additionalProperties: rest = true }: Shape) {
  if (required?.some((name) => !Object.hasOwn(value, name))) return false;
  return Object.keys(value).every((name) => {
    const shape = Object.hasOwn(properties, name) ? properties[name] : rest;
    return typeof shape === 'object' ? fits(shape, value[name]) : shape !== false;
  });
}

type Values = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One form that a value may have. */
export interface Option extends Omit<Shape, '$ref' | 'anyOf' | 'type'> {
  readonly type?: ShapeType;
}

/** The forms that a value may have, apart from null. */
export function optionsOf({ $ref, anyOf, type, ...shape }: Shape): readonly Option[] {
  if ($ref !== undefined) return optionsOf(shapes[$ref]);
  if (anyOf !== undefined) return anyOf.flatMap(optionsOf);
  if (type === undefined) return [shape];
  return [type].flat().flatMap((each) => (each === 'null' ? [] : [{ ...shape, type: each }]));
}

/**
 * What a value has that its shape does not allow, at every place where it has it. No values: they may be personal.
 *
 * @param path of the value
 */
export function faultsIn(shape: Shape, value: unknown, path: string): ArgumentFault[] {
  if (fits(shape, value)) return [];
  const options = optionsOf(shape);
  const [only] = options;
  const below = (name: string | number) => (path === '' ? String(name) : `${path}.${name}`);
  if (options.length === 1 && only !== undefined) {
    const { properties = {}, required = [], additionalProperties, items } = only;
    const found: ArgumentFault[] = [];
    if (only.type === 'object' && isRecord(value)) {
      for (const name of new Set([...required, ...Object.keys(value)])) {
        const field = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
        if (!Object.hasOwn(value, name)) found.push({ argument: below(name), fault: 'is required' });
        else if (field === false) found.push({ argument: below(name), fault: 'is not known' });
        else if (typeof field === 'object') found.push(...faultsIn(field, value[name], below(name)));
      }
    }
    if (only.type === 'array' && Array.isArray(value) && items !== undefined) {
      found.push(...value.flatMap((item, at) => faultsIn(items, item, below(at))));
    }
    if (found.length > 0) return found;
  }
  const allowed = [...new Set(options.map(wordsFor))].join(' or ') || 'null';
  return [{ argument: path || 'arguments', fault: `must be ${allowed}` }];
}

/** What a value must be, for people. */
function wordsFor(shape: Option): string {
  const { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, pattern } = shape;
  const { minLength = shape.minItems, maxLength = shape.maxItems } = shape;
  if (shape.enum !== undefined) return `one of ${shape.enum.map((each) => JSON.stringify(each)).join(', ')}`;
  if ('const' in shape) return JSON.stringify(shape.const);
  const limits: readonly (readonly [string, unknown])[] = [
    ['from', minimum],
    ['above', exclusiveMinimum],
    ['up to', maximum],
    ['below', exclusiveMaximum],
    ['in steps of', multipleOf],
    ['with a length from', minLength],
    ['with a length up to', maxLength],
    ['that matches', pattern],
  ];
  const said = limits.flatMap(([words, limit]) => (limit === undefined ? [] : [`${words} ${String(limit)}`]));
  return [type === undefined ? 'anything' : names[type], ...said].join(' ');
}

const names = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};
