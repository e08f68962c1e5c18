import type { Advice, Failure } from '@wemasy-orders/presentation';

export const exitCodes = {
  done: 0,
  /** Some order failed, may be missing or was left out, the API could not be asked, or the output could not be written. */
  failed: 1,
  /** The command line or the configuration must be corrected first. */
  usage: 2,
  /** Some order was sent and may or may not be in the books. */
  unknown: 3,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What the user must correct first; a firewall is not among it. */
const usageAdvice: ReadonlySet<Advice> = new Set([
  'invalid_arguments',
  'configuration_error',
  'authentication_failed',
  'permission_denied',
]);

/** The exit code of a command that failed as a whole. */
export function exitCodeOf({ code, advice }: Pick<Failure, 'code' | 'advice'>): ExitCode {
  if (code === 'cancelled') return exitCodes.interrupted;
  if (code === 'outcome_unknown') return exitCodes.unknown;
  return usageAdvice.has(advice) ? exitCodes.usage : exitCodes.failed;
}
