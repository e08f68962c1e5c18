import { isOrdersError, type OrdersErrorCode } from '@wemasy-orders/client';
import { WriteRefusedError } from '@wemasy-orders/order-sync';
import { type Advice, type Failure, failureOf, type PersonalData } from '@wemasy-orders/presentation';
import { exitCodeOf, type ExitCode, exitCodes } from './exit-codes.js';

interface CliErrorFacts {
  readonly code: OrdersErrorCode;
  /** What to do about it, one sentence. */
  readonly remedy: string;
  readonly exitCode: ExitCode;
  readonly cause?: unknown;
}

/** Why a command ended early, for the person who ran it. `message` is one sentence. */
export class CliError extends Error {
  override readonly name: string = 'CliError';
  readonly code: OrdersErrorCode;
  readonly remedy: string;
  readonly exitCode: ExitCode;

  constructor(message: string, { code, remedy, exitCode, ...cause }: CliErrorFacts) {
    super(message, cause);
    this.code = code;
    this.remedy = remedy;
    this.exitCode = exitCode;
  }
}

/** The command line asks for something impossible. */
export class UsageError extends CliError {
  override readonly name = 'UsageError';

  constructor(message: string, remedy: string) {
    super(message, { code: 'invalid_arguments', remedy, exitCode: exitCodes.usage });
  }
}

/** The output or a report could not be written. */
export class OutputError extends CliError {
  override readonly name = 'OutputError';

  /** @param what the subject of the sentence, e.g. `The output` */
  constructor(
    what: string,
    cause: unknown,
    remedy = 'Free some space or choose another place; `wemasy-orders journal` shows what was sent.',
  ) {
    super(`${what} could not be written: ${reasonOf(cause)}.`, {
      code: 'internal_error',
      remedy,
      exitCode: exitCodes.failed,
      cause,
    });
  }
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'the disk is full';
  return typeof code === 'string' ? code : String(cause);
}

const remedies: Readonly<Record<Advice, string>> = {
  invalid_arguments: 'Correct the command; --help shows examples.',
  configuration_error: 'Set what is missing; `wemasy-orders config` shows the settings.',
  authentication_failed: 'Set a valid WEMASY_API_TOKEN, or name its file in WEMASY_API_TOKEN_FILE.',
  permission_denied: 'Use a token that has this permission.',
  validation_failed: 'Correct the values that the API names.',
  rate_limited: 'Try again then, or wait longer with --max-wait-ms.',
  upstream_error: 'Try again later; the API has a problem.',
  upstream_timeout: 'Try again later, or allow more time with --timeout-ms.',
  network_error: 'Check the connection and WEMASY_API_URL; `wemasy-orders doctor` tests both.',
  unexpected_response: 'Check that WEMASY_API_URL is the address of the API.',
  outcome_unknown: 'Look for the order in SnelStart, then record what you find with `wemasy-orders confirm`.',
  in_progress: 'Wait for its outcome; `wemasy-orders journal` shows it.',
  already_synced: 'Nothing is left to do.',
  cancelled: 'Run the command again to continue.',
  blocked_before_api:
    'Ask the administrator of the firewall or of the shop to let this machine through; the token is not the cause.',
  wrong_address: 'Check that WEMASY_API_URL is the address of the API.',
  unknown_to_api: 'Check the order id, if you named one; otherwise the API does not offer this operation.',
  refused_by_api: 'Correct what the API names; the same command fails again until then.',
  unusable_answer: 'If it happens again, report it to the operator of the API.',
  internal_error: 'Check the place that WEMASY_STATE names; `wemasy-orders doctor` shows what is wrong.',
};

/** What a thrown error means to the person who ran the command. */
export function cliErrorOf(error: unknown, personalData: PersonalData): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof WriteRefusedError) {
    const { code, reason, details } = error;
    return new CliError(reason, { code, remedy: details.join(' '), exitCode: exitCodes.usage, cause: error });
  }
  const failure = failureOf(error, personalData);
  if (failure.code === 'internal_error' && !isOrdersError(error)) return unexpected(error);
  return new CliError(sentenceOf(failure), {
    code: failure.code,
    remedy: remedyOf(failure),
    exitCode: exitCodeOf(failure),
    cause: error,
  });
}

function unexpected(cause: unknown): CliError {
  return new CliError('Unexpected error.', {
    code: 'internal_error',
    remedy: 'Run the command again with --log-level debug and report the output.',
    exitCode: exitCodes.failed,
    cause,
  });
}

/** The failure and the API's words about it, on one line. */
function sentenceOf({ sentence, details }: Pick<Failure, 'sentence' | 'details'>): string {
  return details.length === 0
    ? sentence
    : `${withoutStop(sentence)}: ${details.map(withoutStop).join('; ')}.`;
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, '');
}

function remedyOf({ advice, retryAfterSeconds }: Failure): string {
  return retryAfterSeconds === undefined ? remedies[advice] : `Try again in ${retryAfterSeconds} s.`;
}

/** The error as the one line that goes to stderr. */
export function errorLine({ code, message, remedy }: CliError, { json }: { readonly json: boolean }): string {
  return json ? JSON.stringify({ error: { code, message, remedy } }) : `wemasy-orders: ${message} ${remedy}`;
}
