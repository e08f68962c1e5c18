/** An answer with one thing in it changed. */
export interface Mutation {
  /** Where, e.g. `data.data[].billing.invoice_city`; `body` for all of it. */
  readonly path: string;
  /** What was done there, e.g. `removed` or `is []`. */
  readonly change: string;
  readonly body: unknown;
}

const replacements: readonly unknown[] = [null, true, 0, 1.5, '', 'text', [], {}];

/** Every field of an answer in turn: removed, null, of each other type, and nested wrongly. */
export function mutationsOf(body: unknown): readonly Mutation[] {
  return mutate(body, 'body');
}

function mutate(value: unknown, path: string): Mutation[] {
  const replaced = [
    ...replacements.map((body) => ({ change: `is ${JSON.stringify(body)}`, body })),
    { change: 'is in a list', body: [value] },
    { change: 'is in an object', body: { value } },
  ].map((mutation) => ({ path, ...mutation }));
  return [...replaced, ...inside(value, path)];
}

function inside(value: unknown, path: string): Mutation[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, at) => [
      { path: `${path}[]`, change: 'removed', body: value.toSpliced(at, 1) },
      ...mutate(item, `${path}[]`).map(({ body, ...rest }) => ({ ...rest, body: value.with(at, body) })),
    ]);
  }
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value);
  return entries.flatMap(([name, child], at) => {
    const place = path === 'body' ? name : `${path}.${name}`;
    const removed = { path: place, change: 'removed', body: Object.fromEntries(entries.toSpliced(at, 1)) };
    const changed = mutate(child, place).map(({ body, ...rest }) => ({
      ...rest,
      body: { ...value, [name]: body },
    }));
    return [removed, ...changed];
  });
}
