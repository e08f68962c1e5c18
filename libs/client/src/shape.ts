import type { ArgumentFault } from './errors.js';
import { type Shape, shapes, type ShapeType } from './generated/calls.js';

/** Whether a value is as a JSON Schema of the document says. */
export function fits(shape: Shape, value: unknown): boolean {
  return checkOf(shape)(value);
}

type Check = (value: unknown) => boolean;

/** A page has thousands of values, so what a shape asks for is looked up once. */
const checks = new WeakMap<Shape, Check>();

function checkOf(shape: Shape): Check {
  const known = checks.get(shape) ?? makeCheck(shape);
  checks.set(shape, known);
  return known;
}

function makeCheck(shape: Shape): Check {
  const { $ref, anyOf, type, enum: listed } = shape;
  // Looked up with a value: a schema may contain itself.
  if ($ref !== undefined) return (value) => fits(shapes[$ref], value);
  if (anyOf !== undefined) return anyCheck(anyOf.map(checkOf));
  if (listed !== undefined) return (value) => listed.includes(value);
  if ('const' in shape) return (value) => value === shape.const;
  return type === undefined ? () => true : anyCheck([type].flat().map((each) => makers[each](shape)));
}

function anyCheck(options: readonly Check[]): Check {
  const [only] = options;
  return only !== undefined && options.length === 1 ? only : (value) => options.some((isFit) => isFit(value));
}

const makers: Readonly<Record<ShapeType, (shape: Shape) => Check>> = {
  null: () => (value) => value === null,
  string: stringCheck,
  integer(shape) {
    const isInRange = rangeCheck(shape);
    // One beyond 2^53 may not be the one that was meant: JavaScript cannot hold it exactly.
    return (value) => Number.isSafeInteger(value) && isInRange(Number(value));
  },
  number(shape) {
    const isInRange = rangeCheck(shape);
    return (value) => Number.isFinite(value) && isInRange(Number(value));
  },
  boolean: () => (value) => typeof value === 'boolean',
  array: arrayCheck,
  object: objectCheck,
};

function stringCheck({ minLength = 0, maxLength = Infinity, pattern }: Shape): Check {
  const isMatch = pattern === undefined ? undefined : new RegExp(pattern, 'u');
  const isFit = (text: string) => {
    const { length } = [...text];
    return length >= minLength && length <= maxLength && (isMatch === undefined || isMatch.test(text));
  };
  const hasLimits = minLength > 0 || maxLength < Infinity || isMatch !== undefined;
  return (value) => typeof value === 'string' && (!hasLimits || isFit(value));
}

function rangeCheck(shape: Shape): (value: number) => boolean {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum, exclusiveMaximum, multipleOf } = shape;
  return (value) =>
    value >= minimum &&
    value <= maximum &&
    (exclusiveMinimum === undefined || value > exclusiveMinimum) &&
    (exclusiveMaximum === undefined || value < exclusiveMaximum) &&
    (multipleOf === undefined || isMultiple(value / multipleOf));
}

/** 0.3 is a multiple of 0.1, although the quotient of the two is 2.9999999999999996. */
function isMultiple(quotient: number): boolean {
  return Math.abs(quotient - Math.round(quotient)) <= Number.EPSILON * Math.abs(quotient);
}

function arrayCheck({ minItems = 0, maxItems = Infinity, items = {} }: Shape): Check {
  const isItem = checkOf(items);
  return (value) =>
    Array.isArray(value) && value.length >= minItems && value.length <= maxItems && value.every(isItem);
}

function objectCheck({ properties = {}, required = [], additionalProperties: rest = true }: Shape): Check {
  const fields = new Map(Object.entries(properties).map(([name, shape]) => [name, checkOf(shape)]));
  const isOther = typeof rest === 'object' ? checkOf(rest) : () => rest;
  return (value) =>
    isRecord(value) &&
    required.every((name) => Object.hasOwn(value, name)) &&
    Object.keys(value).every((name) => (fields.get(name) ?? isOther)(value[name]));
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
