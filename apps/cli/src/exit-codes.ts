import type { OrdersErrorCode } from '@wemasy-orders/client';
import type { Failure } from '@wemasy-orders/presentation';

/** What the process tells whoever started it. */
export const exitCodes = {
  done: 0,
  /** Some order failed, the API could not be asked, or the output could not be written. */
  failed: 1,
  /** The command line or the configuration has to be put right first. */
  usage: 2,
  /** Some order was sent and it is not known whether it reached the books. */
  unknown: 3,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const needsSettingUp: ReadonlySet<OrdersErrorCode> = new Set([
  'invalid_arguments',
  'configuration_error',
  'authentication_failed',
  'permission_denied',
]);

/** How a command ends that failed as a whole. */
export function exitCodeOf({ code }: Pick<Failure, 'code'>): ExitCode {
  if (code === 'cancelled') return exitCodes.interrupted;
  if (code === 'outcome_unknown') return exitCodes.unknown;
  return needsSettingUp.has(code) ? exitCodes.usage : exitCodes.failed;
}
