import * as z from 'zod';
import { type Drift, driftKey } from './drift.js';

/** An element of an array that cannot be used; it is left out. */
export interface DroppedItem {
  /** The array, e.g. `data.data`. */
  readonly path: string;
  /** From 1. */
  readonly position: number;
  /** Untrusted, of any kind. */
  readonly item: unknown;
  /** Why, e.g. `data.data[].id: expected integer, found string`. No values. */
  readonly problem: string;
}

/** A body of an answer, and where it differs from the document. */
export interface ReadBody<Value> {
  /** As its type says, with the fields that the document does not know. */
  readonly value: Value;
  /** Each difference once. */
  readonly drift: readonly Drift[];
  /** Elements of arrays that were left out. */
  readonly dropped: readonly DroppedItem[];
}

/** The body lacks something that the document requires. */
export interface UnreadableBody {
  /** What and where, e.g. `data.last_page: expected integer, found null`. No values. */
  readonly problem: string;
}

/**
 * zod compiles a function for each object schema, which takes twice as long as reading a page of orders without. Then a page
 * takes a quarter of the time, so that it pays for a server and for nothing shorter.
 */
const interpreted = { jitless: true };
/** Values that a process checks before schemas are compiled. */
const uncompiledChecks = 500;
let checks = 0;

/**
 * Reads a body as its schema says. What the document requires decides: without it the body is unreadable. Any other value
 * that differs is converted where nothing is lost, or left out, and named as drift; an unreadable element of an array is
 * left out.
 *
 * @param isValue whether a value fits the schema, see `fits`
 */
export function readBody<Value>(
  schema: z.core.$ZodType,
  body: unknown,
  isValue: (value: unknown) => value is Value,
): ReadBody<Value> | UnreadableBody {
  if (isValue(body)) return { value: body, drift: [], dropped: [] };
  const notes = newNotes();
  const repaired = repair(schema, body, '', notes);
  if (!repaired.usable) return { problem: problemOf(repaired.difference) };
  const { value } = repaired;
  // What leaves here is what its type says, whatever the repair did.
  if (!isValue(value)) return { problem: 'body: it fits no schema, whatever is left out' };
  return { value, drift: distinct(notes.drift), dropped: notes.dropped };
}

export function fits(schema: z.core.$ZodType, value: unknown): boolean {
  // Stryker disable next-line ConditionalExpression,EqualityOperator,AssignmentOperator: compiled or not, the result is the same.
  if (checks < uncompiledChecks) checks += 1;
  // Stryker disable next-line ConditionalExpression,EqualityOperator: as above.
  return z.safeParse(schema, value, checks < uncompiledChecks ? interpreted : undefined).success;
}

type Repaired =
  | { readonly usable: true; readonly value: unknown }
  | { readonly usable: false; readonly difference: Difference };

type Difference = Omit<Drift, 'result'>;

interface Notes {
  readonly drift: Drift[];
  readonly dropped: DroppedItem[];
}

const newNotes = (): Notes => ({ drift: [], dropped: [] });

function addTo(notes: Notes, { drift, dropped }: Notes): void {
  notes.drift.push(...drift);
  notes.dropped.push(...dropped);
}

function repair(schema: z.core.$ZodType, value: unknown, path: string, notes: Notes): Repaired {
  if (fits(schema, value)) return { usable: true, value };
  if (isOptional(schema) || schema instanceof z.ZodNullable) {
    return repair(schema._zod.def.innerType, value, path, notes);
  }
  if (schema instanceof z.ZodLazy) return repair(schema._zod.innerType, value, path, notes);
  if (schema instanceof z.ZodUnion) return repairUnion(schema, value, path, notes);
  if (schema instanceof z.ZodObject) return repairObject(schema, value, path, notes);
  if (schema instanceof z.ZodArray) return repairArray(schema, value, path, notes);
  const converted = convert(schema, value);
  if (converted === undefined || !fits(schema, converted)) return unusable(schema, value, path);
  noteConverted(notes, schema, value, path);
  return { usable: true, value: converted };
}

/** Takes the option that needs the fewest changes. */
function repairUnion(schema: z.ZodUnion, value: unknown, path: string, notes: Notes): Repaired {
  const attempts = schema.options.map((option) => {
    const own = newNotes();
    return { own, repaired: repair(option, value, path, own) };
  });
  const [best] = attempts
    .filter(({ repaired }) => repaired.usable)
    .sort((a, b) => changes(a.own) - changes(b.own));
  if (best === undefined) return unusable(schema, value, path);
  addTo(notes, best.own);
  return best.repaired;
}

const changes = ({ drift, dropped }: Notes): number => drift.length + dropped.length;

function repairObject(schema: z.ZodObject, value: unknown, path: string, notes: Notes): Repaired {
  const isEmptyArray = Array.isArray(value) && value.length === 0;
  if (!isEmptyArray && !isRecord(value)) return unusable(schema, value, path);
  // PHP writes an associative array without entries as [].
  if (isEmptyArray) noteConverted(notes, schema, value, path);
  const fields = new Map<string, unknown>(Object.entries(value));
  for (const [name, field] of Object.entries(schema.shape)) {
    const place = path === '' ? name : `${path}.${name}`;
    const mayBeAbsent = isOptional(field);
    if (!fields.has(name)) {
      if (mayBeAbsent) continue;
      return unusable(field, undefined, place);
    }
    const own = newNotes();
    const repaired = repair(field, fields.get(name), place, own);
    if (repaired.usable) {
      fields.set(name, repaired.value);
      addTo(notes, own);
    } else if (mayBeAbsent) {
      notes.drift.push({ ...difference(field, fields.get(name), place), result: 'absent' });
      fields.delete(name);
    } else {
      return repaired;
    }
  }
  return { usable: true, value: Object.fromEntries(fields) };
}

function repairArray(schema: z.ZodArray, value: unknown, path: string, notes: Notes): Repaired {
  const items = Array.isArray(value) ? value : itemsOf(value);
  if (items === undefined) return unusable(schema, value, path);
  if (!Array.isArray(value)) noteConverted(notes, schema, value, path);
  const kept: unknown[] = [];
  for (const [at, item] of items.entries()) {
    const own = newNotes();
    const repaired = repair(schema.element, item, `${path}[]`, own);
    if (repaired.usable) {
      kept.push(repaired.value);
      addTo(notes, own);
    } else {
      notes.drift.push({ ...repaired.difference, result: 'absent' });
      notes.dropped.push({ path, position: at + 1, item, problem: problemOf(repaired.difference) });
    }
  }
  return fits(schema, kept) ? { usable: true, value: kept } : unusable(schema, value, path);
}

/** The elements of an array that PHP wrote as an object, because its keys had a gap. */
function itemsOf(value: unknown): unknown[] | undefined {
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(value);
  if (entries.some(([key]) => !/^(0|[1-9]\d{0,8})$/.test(key))) return undefined;
  return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item);
}

/** @returns undefined where a conversion would lose or invent something */
function convert(schema: z.core.$ZodType, value: unknown): unknown {
  if (schema instanceof z.ZodString) return typeof value === 'number' ? exactText(value) : undefined;
  if (schema instanceof z.ZodNumber) {
    const isExact =
      typeof value === 'string' && /^-?(0|[1-9]\d*)(\.\d+)?$/.test(value) && isExactNumber(value);
    return isExact ? Number(value) : undefined;
  }
  if (schema instanceof z.ZodBoolean) {
    if (value === 1 || value === '1' || value === 'true') return true;
    return value === 0 || value === '0' || value === 'false' ? false : undefined;
  }
  return undefined;
}

/**
 * A number as decimal text. Only up to 15 significant digits survive JSON.parse for certain (IEEE 754 binary64), so a
 * longer one may not be what the API wrote.
 */
function exactText(value: number): string | undefined {
  const text = String(value);
  return isExactNumber(text) ? text : undefined;
}

function isExactNumber(text: string): boolean {
  const digits = text.replace(/^-?[0.]*/, '').replace('.', '');
  return /^-?\d+(\.\d+)?$/.test(text) && digits.length <= 15;
}

function unusable(schema: z.core.$ZodType, value: unknown, path: string): Repaired {
  return { usable: false, difference: difference(schema, value, path) };
}

function problemOf({ path, expected, found }: Difference): string {
  return `${path}: expected ${expected}, found ${found}`;
}

function noteConverted(notes: Notes, schema: z.core.$ZodType, value: unknown, path: string): void {
  notes.drift.push({ ...difference(schema, value, path), result: 'converted' });
}

function difference(schema: z.core.$ZodType, value: unknown, path: string): Difference {
  return { path: path || 'body', expected: [...new Set(kindsOf(schema))].join(' or '), found: kindOf(value) };
}

function kindsOf(schema: z.core.$ZodType): string[] {
  if (isOptional(schema) || schema instanceof z.ZodNullable) return kindsOf(schema._zod.def.innerType);
  if (schema instanceof z.ZodLazy) return kindsOf(schema._zod.innerType);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(kindsOf);
  if (schema instanceof z.ZodNumber) return [schema.isInt ? 'integer' : 'number'];
  if (schema instanceof z.ZodRecord) return ['object'];
  return [schema._zod.def.type];
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function isOptional(schema: z.core.$ZodType): schema is z.ZodOptional | z.ZodExactOptional {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function distinct(drift: readonly Drift[]): readonly Drift[] {
  return [...new Map(drift.map((each) => [driftKey(each), each])).values()];
}
