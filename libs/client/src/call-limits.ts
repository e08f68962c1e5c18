import type { ArgumentFault } from './errors.js';

/** How long and how often a call is tried. */
export interface CallLimits {
  readonly timeoutMs?: number | undefined;
  readonly maxRetries?: number | undefined;
}

/** What cannot work about the limits of a client or a call. */
export function callLimitFaults({ timeoutMs = 1, maxRetries = 0 }: CallLimits): ArgumentFault[] {
  return [
    ...(timeoutMs > 0 ? [] : [{ argument: 'timeoutMs', fault: 'must be a number above 0' }]),
    ...(Number.isSafeInteger(maxRetries) && maxRetries >= 0
      ? []
      : [{ argument: 'maxRetries', fault: 'must be a whole number of 0 or more' }]),
  ];
}
