import { type ArgumentFault, InvalidArgumentsError } from './errors.js';
import { type Argument, type Call, shapes } from './generated/calls.js';
import { faultsIn, isRecord } from './shape.js';
import type { OutgoingRequest } from './types.js';

/**
 * The request of an operation with its arguments, each checked and put where it goes.
 *
 * @param given by name; one that is undefined is not given
 * @param baseUrl without a slash at its end
 * @throws {InvalidArgumentsError} naming every argument that the document does not allow, or that no URL or header can carry
 */
export function requestOf<Of extends Call>(
  operation: Of,
  given: object,
  baseUrl: string,
): OutgoingRequest<Of> {
  const placed = place(operation, checked(operation, given));
  const faults = [...placed.path, ...placed.header].flatMap(faultOf);
  if (faults.length > 0) throw new InvalidArgumentsError(faults);
  const path = placed.path.reduce(
    (template, { field, value }) => template.replace(`{${field}}`, () => encodeURIComponent(textOf(value))),
    operation.path,
  );
  const query = new URLSearchParams(
    placed.query.flatMap(({ field, value }) =>
      [value].flat().map((each): [string, string] => [field, String(each)]),
    ),
  );
  const body = bodyOf(operation, placed.body);
  return {
    operation,
    url: `${baseUrl}${path}${query.size === 0 ? '' : `?${query}`}`,
    headers: {
      ...Object.fromEntries(placed.header.map(({ field, value }) => [field.toLowerCase(), textOf(value)])),
      ...(body === null ? {} : { 'content-type': 'application/json' }),
    },
    body,
  };
}

type Values = Readonly<Record<string, unknown>>;

function checked({ argumentsSchema }: Call, given: object): Values {
  if (!isRecord(given)) {
    throw new InvalidArgumentsError([{ argument: 'arguments', fault: 'must be an object' }]);
  }
  const values = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const faults = faultsIn(shapes[argumentsSchema], values, '');
  if (faults.length > 0) throw new InvalidArgumentsError(faults);
  return values;
}

interface Placed extends Argument {
  readonly name: string;
  readonly field: string;
  readonly value: unknown;
}

function place(operation: Call, values: Values): Record<Argument['in'], Placed[]> {
  const placed: Record<Argument['in'], Placed[]> = { path: [], query: [], header: [], body: [] };
  for (const [name, argument] of Object.entries(operation.arguments)) {
    const value = values[name];
    if (value === undefined || (value === null && argument.in !== 'body')) continue;
    placed[argument.in].push({ ...argument, name, field: argument.field ?? name, value });
  }
  return placed;
}

/** An operation that takes a body gets one, even without a field: the API reads an empty object as "no filter". */
function bodyOf(operation: Call, fields: readonly Placed[]): string | null {
  if (operation.requestSchema === undefined) return null;
  const [first] = fields;
  if (first?.isWhole === true) return JSON.stringify(first.value);
  const takesWhole = Object.values(operation.arguments).some(({ isWhole }) => isWhole === true);
  if (takesWhole) return null;
  return JSON.stringify(Object.fromEntries(fields.map(({ field, value }) => [field, value])));
}

/** A list in a path or header: its elements with commas between them (style `simple`). */
function textOf(value: unknown): string {
  return [value].flat().map(String).join(',');
}

function faultOf({ name, in: place, value }: Placed): ArgumentFault[] {
  const text = textOf(value);
  if (place === 'header') {
    // RFC 9110 §5.5: visible characters, with spaces between them.
    return /^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$/.test(text)
      ? []
      : [{ argument: name, fault: 'must be plain ASCII text, on one line' }];
  }
  // A URL resolves these, so the request would go to another path.
  return ['', '.', '..'].includes(text)
    ? [{ argument: name, fault: `must not be ${text === '' ? 'empty' : JSON.stringify(text)}` }]
    : [];
}
