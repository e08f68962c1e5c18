import { operations } from '@wemasy-orders/client/operations';
import type { Advice, Failure } from '@wemasy-orders/presentation';

/** What a model should do next, where that differs from the usual. */
export type NextSteps = Readonly<Partial<Record<Advice, string>>>;

const nextSteps: Readonly<Record<Advice, string>> = {
  invalid_arguments: 'Correct the arguments and call again.',
  configuration_error:
    "Tell the user what to set in this server's configuration; calling again does not help.",
  authentication_failed: 'Ask the user to set a valid WEMASY_API_TOKEN; calling again does not help.',
  permission_denied: 'Ask the user for a token with this permission; calling again does not help.',
  validation_failed: 'Correct these values and call again.',
  rate_limited: 'Wait that long, then make the same call once.',
  upstream_error: 'Tell the user; the fault is on the side of the API.',
  upstream_timeout: 'Try again once; if it happens again, tell the user that the API is slow.',
  network_error:
    'Try again once; if it happens again, ask the user to check the connection and WEMASY_API_URL.',
  unexpected_response: 'Ask the user to check WEMASY_API_URL; calling again does not help.',
  outcome_unknown: `Do not repeat it. Ask the user to look for the order in SnelStart; ${operations.listOrders.tool.name} with search_query shows what the shop knows of it.`,
  in_progress: 'Make the same call again in a few seconds; it gets the outcome, and nothing is sent twice.',
  already_synced:
    'Nothing is left to do; only if the user insists on a second booking, call again with resend true.',
  cancelled: 'Nothing was done; call again if it is still wanted.',
  blocked_before_api:
    'Tell the user that a firewall or proxy in front of the API blocks this machine; the token is not the cause.',
  wrong_address: 'Ask the user to check WEMASY_API_URL; calling again does not help.',
  unknown_to_api: 'Check the order id, if there is one; the same call fails again.',
  refused_by_api: 'Tell the user what the API says; the same call fails again until that is corrected.',
  unusable_answer:
    'Try again once; if it happens again, tell the user that the answers of the API cannot be used.',
  internal_error: 'Tell the user; this is a fault of the server, described in its log.',
};

/**
 * The failure as text: `code: sentence`, then `key: value` lines, the last of which says what to do.
 *
 * @param own next steps of this server, which take the place of the usual ones
 * @param requestId names the request, so that its lines in the log can be found
 */
export function failureText(failure: Failure, own: NextSteps = {}, requestId?: string): string {
  return [
    `${failure.code}: ${failure.sentence}`,
    `source: ${failure.source}`,
    `retryable: ${failure.retryable ? 'yes' : 'no'}`,
    ...(failure.retryAfterSeconds === undefined ? [] : [`retry_after_seconds: ${failure.retryAfterSeconds}`]),
    ...failure.details.map((detail) => `detail: ${detail}`),
    ...(requestId === undefined ? [] : [`request_id: ${requestId}`]),
    `next: ${own[failure.advice] ?? nextStep(failure)}`,
  ].join('\n');
}

function nextStep({ code, advice, effect, canResend }: Failure): string {
  if (code === 'cancelled' && effect === 'unknown') {
    return 'The API may have worked on it; look before you repeat it.';
  }
  // Only a journal that cannot be written fails so.
  if (code === 'internal_error' && effect === 'none') {
    return 'Nothing was done. Ask the user to see to the place that WEMASY_STATE names, then call again.';
  }
  return code === 'outcome_unknown' && canResend
    ? `${nextSteps[code]} Only if the user says that it is not there, call with resend true.`
    : nextSteps[advice];
}
