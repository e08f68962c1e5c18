import { type AnswerField, type Operation, operations, type Privacy } from '@wemasy-orders/client/operations';

/** How much of a customer's data a reader may see, from least to most. */
export const personalDataModes = ['none', 'names', 'full'] as const;
export type PersonalData = (typeof personalDataModes)[number];

const visiblePrivacies: Readonly<Record<PersonalData, readonly (Privacy | undefined)[]>> = {
  none: ['public'],
  names: ['public', 'name'],
  full: ['public', 'name', 'personal'],
};

function isVisible(privacy: Privacy | undefined, personalData: PersonalData): boolean {
  return visiblePrivacies[personalData].includes(privacy);
}

/** What the document says of an order. */
export const orderField: AnswerField = operations.listOrders.answer.fields.data.fields.data.items;

/** Whether a reader may see a field of an order that holds a single value. */
export function showsField(
  name: string,
  personalData: PersonalData,
  order: AnswerField = orderField,
): boolean {
  return isVisible(order.fields?.[name]?.privacy, personalData);
}

const described = new Map<string, Operation>(Object.entries(operations));

/**
 * Whether a reader may see what the API says in its own words: its message, and its complaints about fields, which may
 * quote values.
 *
 * @param operationId whose answer it is; where that is not known, the words of every operation must be visible
 */
export function showsWords(
  personalData: PersonalData,
  operationId?: string,
  all: ReadonlyMap<string, Pick<Operation, 'words'>> = described,
): boolean {
  const operation = operationId === undefined ? undefined : all.get(operationId);
  const possible = operation === undefined ? [...all.values()] : [operation];
  return possible.every(({ words }) => isVisible(words, personalData));
}

/**
 * What of a value a reader may see. An object or map is left with its visible fields, an array with its elements; what
 * the document does not describe is never visible.
 *
 * @returns undefined where none of it is visible
 */
export function visibleValue(field: AnswerField, value: unknown, personalData: PersonalData): unknown {
  return visiblePart(value, { field, above: undefined }, personalData);
}

/** From a value to one inside it: the name of a field, or null for each element of an array. */
export type Step = string | null;

/** What `visibleValue` leaves of each value that is at the end of the steps, without a look at what is beside them. */
export function visiblePartAt(
  field: AnswerField,
  steps: readonly Step[],
  personalData: PersonalData,
): (value: unknown) => unknown {
  const place = steps.reduce<Place>(
    (above, step) => {
      const child = step === null ? above.field.items : above.field.fields?.[step];
      if (child === undefined) throw new TypeError(`no field is at ${steps.join('.')}`);
      return below(above, child);
    },
    { field, above: undefined },
  );
  return (value) => visiblePart(value, place, personalData);
}

/** What of a field a reader may see, for a description of it; undefined where nothing. */
export function visibleField(field: AnswerField, personalData: PersonalData): AnswerField | undefined {
  return describe({ field, above: undefined }, personalData);
}

/** A field and where the field around it is. */
interface Place {
  readonly field: AnswerField;
  /** Undefined for the outermost field. */
  readonly above: Place | undefined;
}

function below(above: Place, field: AnswerField): Place {
  return { field, above };
}

/** Where a field is described that contains itself. */
function target(place: Place): Place {
  const { again = 0 } = place.field;
  let found: Place | undefined = place;
  for (let level = 0; level < again; level += 1) found = found?.above;
  if (found === undefined) throw new TypeError(`no field is ${again} levels above`);
  return found;
}

function visiblePart(value: unknown, written: Place, personalData: PersonalData): unknown {
  const place = target(written);
  const { field } = place;
  const { fields, values, items } = field;
  if (Array.isArray(value)) {
    if (items === undefined) return isWhole(field, 'array', personalData) ? value : undefined;
    const each = below(place, items);
    if (!hasVisible(each, personalData)) return undefined;
    return value.map((item) => visiblePart(item, each, personalData) ?? null);
  }
  if (typeof value === 'object' && value !== null) {
    if (fields === undefined && values === undefined) {
      return isWhole(field, 'object', personalData) ? value : undefined;
    }
    if (!hasVisible(place, personalData)) return undefined;
    // Every value of every row comes here: a loop costs half of what `flatMap` does.
    const parts: [name: string, part: unknown][] = [];
    for (const [name, inner] of Object.entries(value)) {
      const child = ownField(fields, name) ?? values;
      const part = child === undefined ? undefined : visiblePart(inner, below(place, child), personalData);
      if (part !== undefined) parts.push([name, part]);
    }
    return Object.fromEntries(parts);
  }
  // That there is nothing is as private as what could be there.
  const isShown = value === null ? hasVisible(place, personalData) : isVisible(field.privacy, personalData);
  return isShown ? value : undefined;
}

/** Whether a value without described parts may be seen. */
function isWhole({ privacy, types }: AnswerField, type: string, personalData: PersonalData): boolean {
  return isVisible(privacy, personalData) && (types.length === 0 || types.includes(type));
}

/** A field of that name; `constructor` and the like are names of every object. */
function ownField(fields: AnswerField['fields'], name: string): AnswerField | undefined {
  return fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function childrenOf({ fields = {}, values, items }: AnswerField): readonly AnswerField[] {
  return [...Object.values(fields), values, items].filter((child) => child !== undefined);
}

const known: Readonly<Record<PersonalData, WeakMap<AnswerField, boolean>>> = {
  none: new WeakMap(),
  names: new WeakMap(),
  full: new WeakMap(),
};

/** Whether any value of a field can be visible. */
function hasVisible(place: Place, personalData: PersonalData): boolean {
  const { field } = place;
  // What it contains of itself adds nothing.
  if (field.again !== undefined) return hasOwnVisible(target(place).field, personalData);
  const before = known[personalData].get(field);
  if (before !== undefined) return before;
  const isShown =
    isVisible(field.privacy, personalData) ||
    childrenOf(field).some((child) => hasVisible(below(place, child), personalData));
  known[personalData].set(field, isShown);
  return isShown;
}

function hasOwnVisible(field: AnswerField, personalData: PersonalData): boolean {
  return (
    isVisible(field.privacy, personalData) ||
    childrenOf(field).some((child) => hasOwnVisible(child, personalData))
  );
}

function describe(place: Place, personalData: PersonalData): AnswerField | undefined {
  const { field } = place;
  if (!hasVisible(place, personalData)) return undefined;
  const { privacy, fields, values, items, ...about } = field;
  const part = (child: AnswerField | undefined) =>
    child === undefined ? undefined : describe(below(place, child), personalData);
  const visible = {
    fields:
      fields &&
      Object.fromEntries(
        Object.entries(fields).flatMap(([name, child]) => {
          const described = part(child);
          return described === undefined ? [] : [[name, described]];
        }),
      ),
    values: part(values),
    items: part(items),
  };
  return {
    ...about,
    ...(isVisible(privacy, personalData) ? { privacy } : {}),
    ...(visible.fields === undefined ? {} : { fields: visible.fields }),
    ...(visible.values === undefined ? {} : { values: visible.values }),
    ...(visible.items === undefined ? {} : { items: visible.items }),
  };
}
