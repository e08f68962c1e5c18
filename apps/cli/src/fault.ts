import { isOrdersError, type OrdersErrorCode } from '@wemasy-orders/client';
import { type Failure, failureOf } from '@wemasy-orders/presentation';
import { exitCodeOf, type ExitCode, exitCodes } from './exit-codes.js';
import { OutputError } from './output-error.js';
import { UsageError } from './usage-error.js';

/** Why a command ended early, in the terms of a person. */
export interface Fault {
  readonly code: OrdersErrorCode;
  /** What happened. */
  readonly sentence: string;
  /** What to do about it. */
  readonly remedy: string;
  readonly exitCode: ExitCode;
}

const remedies: Readonly<Record<OrdersErrorCode, string>> = {
  invalid_arguments: 'Correct the command; --help shows examples.',
  configuration_error: 'Set what is missing; `wemasy-orders config` shows what is set.',
  authentication_failed: 'Set a valid WEMASY_API_TOKEN, or name its file in WEMASY_API_TOKEN_FILE.',
  permission_denied: 'Use a token that has this permission.',
  validation_failed: 'Correct the values that the API names.',
  rate_limited: 'Try again then, or wait longer with --max-wait-ms.',
  upstream_error: 'Try again later; the fault is on the side of the API.',
  upstream_timeout: 'Try again later, or allow more time with --timeout-ms.',
  network_error: 'Check the connection and WEMASY_API_URL; `wemasy-orders doctor` looks at both.',
  unexpected_response: 'Check that WEMASY_API_URL is the address of the API.',
  outcome_unknown: 'Look for the order in SnelStart, then tell the journal with `wemasy-orders confirm`.',
  in_progress: 'Wait for its outcome; `wemasy-orders journal` shows it.',
  already_synced: 'Nothing is left to do.',
  cancelled: 'Run it again to go on.',
  internal_error:
    'See to the place that WEMASY_STATE names; `wemasy-orders doctor` says what is wrong with it.',
};

/** What a thrown error means to whoever runs the command. */
export function faultOf(error: unknown): Fault {
  if (error instanceof UsageError) {
    const { message: sentence, remedy } = error;
    return { code: 'invalid_arguments', sentence, remedy, exitCode: exitCodes.usage };
  }
  if (error instanceof OutputError) {
    const { message: sentence, remedy } = error;
    return { code: 'internal_error', sentence, remedy, exitCode: exitCodes.failed };
  }
  const failure = failureOf(error);
  if (failure.code === 'internal_error' && !isOrdersError(error)) return bug;
  return {
    code: failure.code,
    sentence: sentenceOf(failure),
    remedy: remedyOf(failure),
    exitCode: exitCodeOf(failure),
  };
}

const bug: Fault = {
  code: 'internal_error',
  sentence: 'The program failed in a way that it does not know.',
  remedy: 'Run it again with --log-level debug and report what it says.',
  exitCode: exitCodes.failed,
};

/** What happened and what the API says about it, on one line. */
export function sentenceOf({ sentence, details }: Pick<Failure, 'sentence' | 'details'>): string {
  return details.length === 0
    ? sentence
    : `${withoutStop(sentence)}: ${details.map(withoutStop).join('; ')}.`;
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, '');
}

function remedyOf({ code, retryAfterSeconds }: Failure): string {
  return retryAfterSeconds === undefined ? remedies[code] : `Try again in ${retryAfterSeconds} s.`;
}

/** The fault as the one line that is written to stderr. */
export function faultLine({ code, sentence, remedy }: Fault, { json }: { readonly json: boolean }): string {
  return json
    ? JSON.stringify({ error: { code, message: sentence, remedy } })
    : `wemasy-orders: ${sentence} ${remedy}`;
}
