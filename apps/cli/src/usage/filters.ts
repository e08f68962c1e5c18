import type { OrderFilters } from '@wemasy-orders/client';
import { Option } from 'commander';
import { filterOptions, parseFilters } from '../order-filters.js';
import { UsageError } from '../usage-error.js';

const options = filterOptions.map(({ field, flag, meaning, placeholder, choices }) => {
  const option = new Option(`--${flag} ${placeholder}`, meaning);
  if (choices !== undefined) option.choices(choices);
  return { field, option };
});

/** The API's filters as options. */
export const filters: readonly Option[] = options.map(({ option }) => option);

/** @throws {UsageError} for values that the API would not understand, all at once */
export function readFilters(values: Readonly<Record<string, unknown>>): OrderFilters {
  const texts = Object.fromEntries(
    options.map(({ field, option }) => {
      const value = values[option.attributeName()];
      return [field, typeof value === 'string' ? value : undefined];
    }),
  );
  const { filters: read, faults } = parseFilters(texts);
  if (faults.length === 0) return read;
  throw new UsageError(
    `${faults.map(({ flag, text, fault }) => `--${flag} ${JSON.stringify(text)}: ${fault}`).join('; ')}.`,
    'See --help for what it takes.',
  );
}
