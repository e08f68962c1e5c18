import { brand, isOrdersErrorCode } from './error-codes.js';
import type { OrdersError } from './errors.js';

/**
 * Whether a caught value is an error of this product: by brand and code, so that it recognises an error of another copy
 * or version of this package too. Branch on `code`; `instanceof` knows the classes of one copy only.
 */
export function isOrdersError(error: unknown): error is OrdersError {
  return error instanceof Error && brand in error && 'code' in error && isOrdersErrorCode(error.code);
}
