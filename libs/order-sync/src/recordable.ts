import { type Operation, operations } from '@wemasy-orders/client/operations';
import type { Outcome } from './journal.js';

/**
 * An outcome as the journal may keep it. It holds no customer's data: what the API says is kept only where the document lets
 * every reader see it.
 */
export function recordable(outcome: Outcome, { words }: Operation = operations.syncOrder): Outcome {
  return words === 'public' || !('message' in outcome) ? outcome : { ...outcome, message: '' };
}
