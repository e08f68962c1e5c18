import { type Drift, driftKey } from './drift.js';
import type { BodyStream, FetchResponse } from './fetch.js';
import type { Shape } from './generated/calls.js';
import { fits, isRecord, type Option, optionsOf } from './shape.js';

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
 * Reads a body as its shape says. What the document requires decides: without it the body is unreadable. Any other value
 * that differs is converted where nothing is lost, or left out, and named as drift; an unreadable element of an array is
 * left out.
 *
 * @param isValue whether a value fits the shape, see `fits`
 */
export function readBody<Value>(
  shape: Shape,
  body: unknown,
  isValue: (value: unknown) => value is Value,
): ReadBody<Value> | UnreadableBody {
  if (isValue(body)) return { value: body, drift: [], dropped: [] };
  const notes = newNotes();
  const repaired = repair(shape, body, '', notes);
  if (!repaired.usable) return { problem: problemOf(repaired.difference) };
  const { value } = repaired;
  // What leaves here is what its type says, whatever the repair did.
  if (!isValue(value)) return { problem: 'body: it fits no schema, whatever is left out' };
  return { value, drift: distinct(notes.drift), dropped: notes.dropped };
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

function repair(shape: Shape, value: unknown, path: string, notes: Notes): Repaired {
  if (fits(shape, value)) return { usable: true, value };
  const options = optionsOf(shape);
  const [only] = options;
  if (options.length === 1 && only !== undefined) return repairOption(only, value, path, notes);
  // The option that needs the fewest changes.
  const [best] = options
    .map((option) => {
      const own = newNotes();
      return { own, repaired: repairOption(option, value, path, own) };
    })
    .filter(({ repaired }) => repaired.usable)
    .sort((a, b) => changes(a.own) - changes(b.own));
  if (best === undefined) return unusable(shape, value, path);
  addTo(notes, best.own);
  return best.repaired;
}

const changes = ({ drift, dropped }: Notes): number => drift.length + dropped.length;

function repairOption(option: Option, value: unknown, path: string, notes: Notes): Repaired {
  if (fits(option, value)) return { usable: true, value };
  if (option.properties !== undefined) return repairObject(option, value, path, notes);
  if (option.items !== undefined) return repairArray(option, value, path, notes);
  const converted = convert(option, value);
  if (converted === undefined || !fits(option, converted)) return unusable(option, value, path);
  noteConverted(notes, option, value, path);
  return { usable: true, value: converted };
}

function repairObject(shape: Option, value: unknown, path: string, notes: Notes): Repaired {
  const isEmptyArray = Array.isArray(value) && value.length === 0;
  if (!isEmptyArray && !isRecord(value)) return unusable(shape, value, path);
  // PHP writes an associative array without entries as [].
  if (isEmptyArray) noteConverted(notes, shape, value, path);
  const fields = new Map<string, unknown>(Object.entries(value));
  for (const [name, field] of Object.entries(shape.properties ?? {})) {
    const place = path === '' ? name : `${path}.${name}`;
    const mayBeAbsent = shape.required?.includes(name) !== true;
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

function repairArray(shape: Option, value: unknown, path: string, notes: Notes): Repaired {
  const items = Array.isArray(value) ? value : itemsOf(value);
  if (items === undefined) return unusable(shape, value, path);
  if (!Array.isArray(value)) noteConverted(notes, shape, value, path);
  const kept: unknown[] = [];
  for (const [at, item] of items.entries()) {
    const own = newNotes();
    const repaired = repair(shape.items ?? {}, item, `${path}[]`, own);
    if (repaired.usable) {
      kept.push(repaired.value);
      addTo(notes, own);
    } else {
      notes.drift.push({ ...repaired.difference, result: 'absent' });
      notes.dropped.push({ path, position: at + 1, item, problem: problemOf(repaired.difference) });
    }
  }
  return fits(shape, kept) ? { usable: true, value: kept } : unusable(shape, value, path);
}

/** The elements of an array that PHP wrote as an object, because its keys had a gap. */
function itemsOf(value: unknown): unknown[] | undefined {
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(value);
  if (entries.some(([key]) => !/^(0|[1-9]\d{0,8})$/.test(key))) return undefined;
  return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item);
}

/** @returns undefined where a conversion would lose or invent something */
function convert({ type, ...shape }: Option, value: unknown): unknown {
  if (shape.enum !== undefined || 'const' in shape) return undefined;
  if (type === 'string') return typeof value === 'number' ? exactText(value) : undefined;
  if (type === 'integer' || type === 'number') {
    const isExact =
      typeof value === 'string' && /^-?(0|[1-9]\d*)(\.\d+)?$/.test(value) && isExactNumber(value);
    return isExact ? Number(value) : undefined;
  }
  if (type === 'boolean') {
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

function unusable(shape: Shape, value: unknown, path: string): Repaired {
  return { usable: false, difference: difference(shape, value, path) };
}

function problemOf({ path, expected, found }: Difference): string {
  return `${path}: expected ${expected}, found ${found}`;
}

function noteConverted(notes: Notes, shape: Shape, value: unknown, path: string): void {
  notes.drift.push({ ...difference(shape, value, path), result: 'converted' });
}

function difference(shape: Shape, value: unknown, path: string): Difference {
  const kinds = optionsOf(shape).map((option) =>
    option.enum !== undefined ? 'enum' : 'const' in option ? 'literal' : (option.type ?? 'unknown'),
  );
  return { path: path || 'body', expected: [...new Set(kinds)].join(' or ') || 'null', found: kindOf(value) };
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function distinct(drift: readonly Drift[]): readonly Drift[] {
  return [...new Map(drift.map((each) => [driftKey(each), each])).values()];
}

/** Largest body, decompressed, that is read, in bytes. A page of 100 orders has some 300 kB. */
export const maxAnswerBytes = 32 * 1024 * 1024;

/** The code of Node's zlib for the same. */
const tooLargeCode = 'ERR_BUFFER_TOO_LARGE';

export function tooLarge(): Error {
  return Object.assign(new Error(`the body is larger than ${maxAnswerBytes} bytes`), { code: tooLargeCode });
}

/**
 * Reads a body as UTF-8 text, up to `maxAnswerBytes`.
 *
 * @throws {Error} with a code that `bodyFaultOf` knows, or what the fetch throws
 */
export async function readText(response: FetchResponse): Promise<string> {
  const { body } = response;
  if (body === undefined || body === null) {
    const text = await response.text();
    if (text.length > maxAnswerBytes) throw tooLarge();
    return text;
  }
  const decoder = new TextDecoder();
  let text = '';
  await eachChunk(body, (chunk) => (text += decoder.decode(chunk, { stream: true })));
  return text + decoder.decode();
}

/**
 * Reads a body as it is, up to `maxAnswerBytes`.
 *
 * @throws {Error} as `readText` does
 */
export async function readBytes(response: FetchResponse): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  if (response.body !== undefined && response.body !== null) {
    await eachChunk(response.body, (chunk) => chunks.push(chunk));
  } else {
    chunks.push((await response.bytes?.()) ?? new TextEncoder().encode(await response.text()));
  }
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  if (bytes.byteLength > maxAnswerBytes) throw tooLarge();
  return bytes;
}

async function eachChunk(body: BodyStream, take: (chunk: Uint8Array) => unknown): Promise<void> {
  const reader = body.getReader();
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    if (value === undefined) continue;
    bytes += value.byteLength;
    if (bytes > maxAnswerBytes) {
      reader.cancel().catch(() => undefined);
      throw tooLarge();
    }
    take(value);
  }
}

/**
 * What is wrong with a body that could not be read, by the code of the error.
 *
 * @returns undefined where it is not the body's fault
 */
export function bodyFaultOf(code: string | undefined): 'too_large' | 'damaged_compression' | undefined {
  if (code === tooLargeCode) return 'too_large';
  // zlib's codes for gzip, and Node's for Brotli.
  return /^(Z_|ERR__ERROR_|ERR_BR)/.test(code ?? '') ? 'damaged_compression' : undefined;
}
