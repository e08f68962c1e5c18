import type { AnswerField, Privacy } from '@wemasy-orders/client/operations';

/** How much of a customer's data a reader may see, from least to most. */
export const personalDataModes = ['none', 'names', 'full'] as const;
export type PersonalData = (typeof personalDataModes)[number];

const visiblePrivacies: Readonly<Record<PersonalData, readonly Privacy[]>> = {
  none: ['public'],
  names: ['public', 'name'],
  full: ['public', 'name', 'personal'],
};

export function isVisible(privacy: Privacy | undefined, personalData: PersonalData): boolean {
  return privacy !== undefined && visiblePrivacies[personalData].includes(privacy);
}

/**
 * What of a value a reader may see. An object or map is left with its visible fields, an array with its elements; what
 * the document does not describe is never visible.
 *
 * @returns undefined where none of it is visible
 */
export function visibleValue(field: AnswerField, value: unknown, personalData: PersonalData): unknown {
  return visiblePart(value, { field, above: [] }, personalData);
}

/** What of a field a reader may see, for a description of it; undefined where nothing. */
export function visibleField(field: AnswerField, personalData: PersonalData): AnswerField | undefined {
  return describe({ field, above: [] }, personalData);
}

/** A field and the fields around it, the outermost first. */
interface Place {
  readonly field: AnswerField;
  readonly above: readonly AnswerField[];
}

function below({ field, above }: Place, child: AnswerField): Place {
  return { field: child, above: [...above, field] };
}

/** Where a field is described that contains itself. */
function target(place: Place): Place {
  const { field, above } = place;
  if (field.again === undefined) return place;
  const at = above.length - field.again;
  const found = above[at];
  if (found === undefined) throw new TypeError(`no field is ${field.again} levels above`);
  return { field: found, above: above.slice(0, at) };
}

function visiblePart(value: unknown, written: Place, personalData: PersonalData): unknown {
  const place = target(written);
  const { field } = place;
  const { fields, values, items, types } = field;
  const isWhole = (type: string) =>
    isVisible(field.privacy, personalData) && (types.length === 0 || types.includes(type));
  if (Array.isArray(value)) {
    if (items === undefined) return isWhole('array') ? value : undefined;
    if (!hasVisible(below(place, items), personalData)) return undefined;
    return value.map((item) => visiblePart(item, below(place, items), personalData) ?? null);
  }
  if (typeof value === 'object' && value !== null) {
    if (fields === undefined && values === undefined) return isWhole('object') ? value : undefined;
    if (!hasVisible(place, personalData)) return undefined;
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, inner]) => {
        const child = ownField(fields, name) ?? values;
        const part = child === undefined ? undefined : visiblePart(inner, below(place, child), personalData);
        return part === undefined ? [] : [[name, part]];
      }),
    );
  }
  if (value === undefined) return undefined;
  // That there is nothing is as private as what could be there.
  const isShown = value === null ? hasVisible(place, personalData) : isVisible(field.privacy, personalData);
  return isShown ? value : undefined;
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
