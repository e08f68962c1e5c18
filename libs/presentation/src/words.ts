import { type Operation, operations } from '@wemasy-orders/client/operations';
import { isVisible, type PersonalData } from './visibility.js';

const described = new Map<string, Operation>(Object.entries(operations));

/**
 * Whether a reader may see what the API says in its own words: its message, and its complaints about fields, which may
 * quote values.
 *
 * @param operationId whose answer it is; where that is not known, the words of every operation must be visible
 */
export function showsWords(personalData: PersonalData, operationId?: string): boolean {
  const operation = operationId === undefined ? undefined : described.get(operationId);
  const possible = operation === undefined ? [...described.values()] : [operation];
  return possible.every(({ words }) => isVisible(words, personalData));
}
