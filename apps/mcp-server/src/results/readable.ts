import { cleanText } from '@wemasy-orders/presentation';

/** Most elements of one list, or entries of one map, that a result shows: as many as a page of orders has rows. */
const mostElements = 100;

export interface Readable {
  /** Undefined where nothing is left. */
  readonly value: unknown;
  /** Lists and maps of which only the beginning is shown, with the number of elements that they have. */
  readonly cut: ReadonlyMap<string, number>;
}

/**
 * A value fit to be placed in a result: its texts cleaned, without what is null, and each list no longer than a reader can
 * use. Cleaned before it becomes JSON, which would write hidden characters out and so carry them past the cleaner.
 */
export function readable(value: unknown): Readable {
  const cut = new Map<string, number>();
  return { value: present(read(value, '')), cut };

  function read(part: unknown, path: string): unknown {
    if (typeof part === 'string') return cleanText(part);
    if (Array.isArray(part)) {
      return bounded(part, path).map((element: unknown) => read(element, `${path}[]`));
    }
    if (typeof part !== 'object' || part === null) return part;
    const entries = Object.entries(part).filter(([, inner]) => inner !== null && inner !== undefined);
    return Object.fromEntries(
      bounded(entries, path).map(([name, inner]) => {
        const shown = cleanText(name);
        return [shown, read(inner, path === '' ? shown : `${path}.${shown}`)];
      }),
    );
  }

  function bounded<Element>(elements: readonly Element[], path: string): readonly Element[] {
    if (elements.length <= mostElements) return elements;
    cut.set(path, Math.max(elements.length, cut.get(path) ?? 0));
    return elements.slice(0, mostElements);
  }
}

function present(value: unknown): unknown {
  return value === null ? undefined : value;
}

/** What was cut, in a sentence; undefined where nothing was. */
export function noteOfCut(cut: Readable['cut']): string | undefined {
  if (cut.size === 0) return undefined;
  const named = [...cut].map(([path, count]) => `${path || 'the answer'} (${count})`).join(', ');
  return `Only the first ${mostElements} are shown of ${named}.`;
}
