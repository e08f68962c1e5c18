import { brand, type OrdersErrorCode } from './error-codes.js';

/** The allowance as an answer's headers state it; absent where they do not. */
export interface RateLimitFacts {
  /** Requests a window. */
  readonly limit?: number;
  /** Requests left in the window. */
  readonly remaining?: number;
}

/** What an error is made of; the same names are properties of every `OrdersError`. */
export interface OrdersErrorFacts {
  /** Where the fault was found: on this side, or in what the API answered (or did not). */
  readonly source: 'local' | 'upstream';
  /** Whether the same call may succeed later without any change. */
  readonly retryable: boolean;
  /**
   * Whether the operation may have taken effect at the API all the same: `none` is certain, `unknown` is not. A write
   * with an unknown effect must not be repeated blindly.
   */
  readonly effect: 'none' | 'unknown';
  /** HTTP status of the answer, where there was one. */
  readonly status?: number | undefined;
  /** The answer's request id, where it carried one. */
  readonly requestId?: string | undefined;
  /** The allowance as the answer's headers state it. */
  readonly rateLimit?: RateLimitFacts | undefined;
  /** Whole seconds until the same call is worth repeating, where that is known. */
  readonly retryAfterSeconds?: number | undefined;
  /** What the API wrote: untrusted text, bounded. */
  readonly apiMessage?: string | undefined;
  /** Field → what the API says of it: untrusted text, bounded. */
  readonly apiErrors?: ApiErrors | undefined;
  /** Who seems to have written the answer. */
  readonly answeredBy?: AnsweredBy | undefined;
  /** The operation that the API answered. */
  readonly operationId?: string | undefined;
  /** The error behind this one. */
  readonly cause?: unknown;
}

/** Field → what the API says of it: untrusted text, bounded. */
export type ApiErrors = Readonly<Record<string, readonly string[]>>;

/**
 * Who seems to have written an answer: the API itself (JSON as it writes it), Cloudflare, or another machine in front of
 * the API (a web page of a proxy, firewall, web server or login). Unknown where the answer shows nothing.
 */
export type AnsweredBy = 'api' | 'cloudflare' | 'proxy';

/** What an answer itself says, for every error about an answer. */
export type AnswerFacts = Pick<
  OrdersErrorFacts,
  'requestId' | 'rateLimit' | 'apiMessage' | 'apiErrors' | 'answeredBy' | 'operationId'
> & {
  readonly status: number;
};

/**
 * Root of everything that this client, and what is built on it, throws. `message` is a sentence of ours; what the API
 * wrote is kept apart in `apiMessage`, because it is untrusted text. The token is in neither.
 */
export abstract class OrdersError extends Error implements OrdersErrorFacts {
  /** What went wrong, for programs; branch on it. */
  abstract readonly code: OrdersErrorCode;
  /** Where the fault was found: on this side, or in what the API answered (or did not). */
  declare readonly source: 'local' | 'upstream';
  /** Whether the same call may succeed later without any change. */
  declare readonly retryable: boolean;
  /** Whether the operation may have taken effect at the API all the same: `none` is certain, `unknown` is not. */
  declare readonly effect: 'none' | 'unknown';
  /** HTTP status of the answer; undefined where there was none. */
  readonly status: number | undefined;
  /** What to name when you ask the vendor about this call; undefined where the answer carried none. */
  readonly requestId: string | undefined;
  /** The allowance as the answer's headers state it. */
  readonly rateLimit: RateLimitFacts | undefined;
  /** Whole seconds until the same call is worth repeating; undefined where that is not known. */
  readonly retryAfterSeconds: number | undefined;
  /** What the API wrote: untrusted text, bounded. */
  readonly apiMessage: string | undefined;
  /** Field → what the API says of it: untrusted text, bounded; empty where it says nothing. */
  readonly apiErrors: ApiErrors;
  /** Who seems to have written the answer; undefined where it shows nothing. */
  readonly answeredBy: AnsweredBy | undefined;
  /** The operation that the API answered; undefined where it did not answer. */
  readonly operationId: string | undefined;

  constructor(message: string, facts: OrdersErrorFacts) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    // `facts` always has what is only declared above.
    Object.assign(this, facts);
    this.apiErrors = facts.apiErrors ?? {};
  }

  get [brand](): true {
    return true;
  }

  /** All that the API wrote, as one text: untrusted. */
  get apiReason(): string | undefined {
    const fields = Object.entries(this.apiErrors).map(([field, said]) => `${field}: ${said.join(' ')}`);
    const parts = this.apiMessage === undefined ? fields : [this.apiMessage, ...fields];
    return parts.length === 0 ? undefined : parts.join('; ');
  }
}

/** The client was set up with something that cannot work; nothing was sent. */
export class ConfigurationError extends OrdersError {
  override readonly name = 'ConfigurationError';
  readonly code = 'configuration_error';
  /** All that is wrong, one sentence each. */
  readonly faults: readonly string[];

  constructor(...faults: readonly string[]) {
    super(faults.join(' '), { source: 'local', retryable: false, effect: 'none' });
    this.faults = faults;
  }
}

/** What is wrong with one argument. */
export interface ArgumentFault {
  /** Name of the argument. */
  readonly argument: string;
  /** What is wrong, as the end of a sentence that names the argument. It does not repeat the value. */
  readonly fault: string;
}

/** The arguments are not as the document allows; nothing was sent. */
export class InvalidArgumentsError extends OrdersError {
  override readonly name = 'InvalidArgumentsError';
  readonly code = 'invalid_arguments';
  /** Every argument that cannot be sent. */
  readonly faults: readonly ArgumentFault[];

  constructor(faults: readonly ArgumentFault[]) {
    super(faults.map(({ argument, fault }) => `${argument}: ${fault}`).join('; '), {
      source: 'local',
      retryable: false,
      effect: 'none',
    });
    this.faults = faults;
  }
}

/** The caller cancelled: before anything was sent (`effect: none`) or while the request was in flight (`unknown`). */
export class CancelledError extends OrdersError {
  override readonly name = 'CancelledError';
  readonly code = 'cancelled';

  constructor(effect: 'none' | 'unknown') {
    super(
      effect === 'none'
        ? 'The call was cancelled before it was sent.'
        : 'The call was cancelled while the API was working on it.',
      { source: 'local', retryable: true, effect },
    );
  }
}

/** Certificates that do not lead to an authority that Node knows (Node.js, `tls`: X509 certificate error codes). */
const untrusted = /SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF)/;
const certificateRemedy =
  'Node does not trust its certificate: behind a company proxy, set NODE_EXTRA_CA_CERTS to the file with the ' +
  "company's root certificate.";

/** No connection (`effect: none`), or one that broke while the request was in flight (`effect: unknown`). */
export class ConnectionError extends OrdersError {
  override readonly name = 'ConnectionError';
  readonly code = 'network_error';
  /** What the operating system or the HTTP client called it, e.g. `ECONNREFUSED`. */
  readonly reason: string | undefined;

  constructor(effect: 'none' | 'unknown', reason: string | undefined) {
    const detail = reason === undefined ? '' : ` (${reason})`;
    const remedy = untrusted.test(reason ?? '') ? ` ${certificateRemedy}` : '';
    super(
      effect === 'none'
        ? `The API cannot be reached${detail}; nothing was sent.${remedy}`
        : `The connection to the API broke before an answer came${detail}.`,
      { source: 'local', retryable: true, effect },
    );
    this.reason = reason;
  }
}

/** The request was sent and no complete answer came before its deadline. */
export class TimeoutError extends OrdersError {
  override readonly name = 'TimeoutError';
  readonly code = 'upstream_timeout';
  /** The deadline that passed, in ms. */
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`The API did not answer within ${timeoutMs} ms.`, {
      source: 'upstream',
      retryable: true,
      effect: 'unknown',
    });
    this.timeoutMs = timeoutMs;
  }
}

/**
 * The call has no permit: none is available, or usable, in the time that the caller accepts (`source: local`, nothing was
 * sent), or the API answered with its documented 429 (`source: upstream`), which rejects a request before it is
 * processed.
 */
export class RateLimitedError extends OrdersError {
  override readonly name = 'RateLimitedError';
  readonly code = 'rate_limited';
  /** Whole seconds until a permit is available. */
  override readonly retryAfterSeconds: number;

  constructor(
    source: 'local' | 'upstream',
    retryAfterSeconds: number,
    {
      message = usedUp[source](retryAfterSeconds),
      ...facts
    }: Partial<AnswerFacts> & { readonly message?: string } = {},
  ) {
    super(message, { source, retryable: true, effect: 'none', retryAfterSeconds, ...facts });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const usedUp = {
  local: (seconds: number) =>
    `The allowance for this operation is used up for the next ${seconds} s; the call was not sent.`,
  upstream: (seconds: number) =>
    `The API rejected the call because its allowance is used up for the next ${seconds} s.`,
};

/** 401: the API does not accept the token. */
export class AuthenticationError extends OrdersError {
  override readonly name = 'AuthenticationError';
  readonly code = 'authentication_failed';

  constructor(facts: AnswerFacts) {
    super(refusal(facts) ?? 'The API does not accept the token.', {
      source: 'upstream',
      retryable: false,
      effect: 'none',
      ...facts,
    });
  }
}

/** 403: the token is known but may not do this. */
export class PermissionError extends OrdersError {
  override readonly name = 'PermissionError';
  readonly code = 'permission_denied';

  constructor(facts: AnswerFacts) {
    super(refusal(facts) ?? 'The token is not allowed to do this.', {
      source: 'upstream',
      retryable: false,
      effect: 'none',
      ...facts,
    });
  }
}

/** A refusal that the API did not write says nothing about the token. */
function refusal({ answeredBy, status }: AnswerFacts): string | undefined {
  if (answeredBy !== 'cloudflare' && answeredBy !== 'proxy') return undefined;
  return `${machines[answeredBy]} refused the request (status ${status}) before the API looked at the token.`;
}

const machines = {
  cloudflare: 'Cloudflare, in front of the API,',
  proxy: 'A machine in front of the API (a proxy, firewall or web server)',
} as const;

/** 422: the API read the request and refuses its values; `apiErrors` names them. */
export class ValidationFailedError extends OrdersError {
  override readonly name = 'ValidationFailedError';
  readonly code = 'validation_failed';

  constructor(facts: AnswerFacts) {
    super('The API refuses the values of the request.', {
      source: 'upstream',
      retryable: false,
      effect: 'none',
      ...facts,
    });
  }
}

/**
 * A 2xx answer whose body says `error: true`. The document says no more about it: the API may have declined, or failed
 * half way (after a time-out of the bookkeeping, say).
 */
export class ApiReportedError extends OrdersError {
  override readonly name = 'ApiReportedError';
  readonly code = 'upstream_error';

  constructor(facts: AnswerFacts) {
    super(`The API reported an error (\`error: true\` with status ${facts.status}).`, {
      source: 'upstream',
      retryable: false,
      effect: 'unknown',
      ...facts,
    });
  }
}

/** Statuses that say that the request was not accepted, and nothing else (RFC 9110 §15.5). */
const notAccepted: ReadonlySet<number> = new Set([400, 413, 414, 415]);

/**
 * A status that the document does not know and that has no class of its own: mostly 5xx, a fault of the API or of a
 * machine in front of it. Others, such as 408, 499 or a 429 without its headers, may hide a request that was carried out.
 */
export class UpstreamError extends OrdersError {
  override readonly name = 'UpstreamError';
  readonly code = 'upstream_error';

  constructor(facts: AnswerFacts & { readonly retryAfterSeconds?: number }) {
    const { status } = facts;
    super(sentenceOf(facts), {
      source: 'upstream',
      retryable: status >= 500,
      effect: notAccepted.has(status) ? 'none' : 'unknown',
      ...facts,
    });
  }
}

function sentenceOf({ status, answeredBy }: AnswerFacts): string {
  if (answeredBy === 'cloudflare' || answeredBy === 'proxy') {
    return `${machines[answeredBy]} answered with status ${status}.`;
  }
  if (status >= 500) return `The API failed with status ${status}.`;
  return status === 429
    ? 'The API answered a write with 429, without the rate-limit headers that its documentation names.'
    : `The API answered with the undocumented status ${status}.`;
}

/** What is unexpected about an answer. */
export type UnexpectedResponseKind =
  /** 2xx without a body. */
  | 'empty_body'
  /** 2xx with a web page, as a proxy, a login page or a captive portal sends it. */
  | 'html_body'
  /** 2xx with something that is not JSON, or JSON cut short. */
  | 'malformed_json'
  /** A body beyond `maxAnswerBytes`. */
  | 'too_large'
  /** A compressed body that cannot be decompressed. */
  | 'damaged_compression'
  /** A 2xx status that the document does not know, in answer to a write: it may mean accepted, queued or done. */
  | 'undocumented_success'
  /** 2xx with JSON that lacks what this client needs; `mismatches` says where. */
  | 'schema_mismatch'
  /** 3xx. It is not followed, since the token would go where it was not meant to go. */
  | 'redirect'
  /** 404 or 405. The document has neither: mostly the base URL is wrong; of a sync it may mean that there is no such order. */
  | 'not_found'
  /** A page of orders that is well formed but not the one asked for. */
  | 'wrong_page';

const unexpected: Readonly<Record<Exclude<UnexpectedResponseKind, 'not_found'>, string>> = {
  empty_body: 'The API answered without a body.',
  html_body: 'The API answered with a web page instead of data.',
  malformed_json: 'The API answered with something that is not JSON.',
  too_large: 'The API answered with more data than this client reads.',
  damaged_compression: "The API's answer is compressed and damaged.",
  undocumented_success: 'The API answered with a success that its documentation does not describe.',
  schema_mismatch: "The API's answer is not what its documentation describes",
  redirect: 'The API redirects to another address, which is not followed.',
  wrong_page: 'The API answered with another page than the one asked for.',
};

function notFound({ answeredBy, status }: Partial<AnswerFacts>): string {
  return answeredBy === 'api'
    ? `The API does not know what was asked for (status ${status}).`
    : `Nothing answers as the API at that address (status ${status}). Check the base URL.`;
}

/** An answer that this client cannot use. Its text is dropped and its values are not repeated: they may be personal. */
export class UnexpectedResponseError extends OrdersError {
  override readonly name = 'UnexpectedResponseError';
  readonly code = 'unexpected_response';
  /** What is unexpected about the answer. */
  readonly kind: UnexpectedResponseKind;
  /** Where the answer differs, e.g. `data.data.3.id: expected number`; empty for the other kinds. */
  readonly mismatches: readonly string[];

  constructor(
    kind: UnexpectedResponseKind,
    {
      message,
      mismatches = [],
      ...facts
    }: Partial<AnswerFacts> & { readonly message?: string; readonly mismatches?: readonly string[] } = {},
  ) {
    const sentence = message ?? (kind === 'not_found' ? notFound(facts) : unexpected[kind]);
    super(mismatches.length === 0 ? sentence : `${sentence}: ${mismatches.slice(0, 3).join('; ')}.`, {
      source: 'upstream',
      retryable: false,
      effect: kind === 'not_found' || kind === 'wrong_page' ? 'none' : 'unknown',
      ...facts,
    });
    this.kind = kind;
    this.mismatches = mismatches;
  }
}

/**
 * A write was sent and whether it took effect is not known: the answer was lost, late or unreadable. Do not repeat it
 * before you have looked. `cause` is the error that hid the outcome.
 */
export class OutcomeUnknownError extends OrdersError {
  override readonly name = 'OutcomeUnknownError';
  readonly code = 'outcome_unknown';
  /** The error that hid the outcome. */
  override readonly cause: OrdersError;

  constructor(cause: OrdersError) {
    const { source, status, requestId, rateLimit, apiMessage, apiErrors, answeredBy, operationId } = cause;
    super(`It is not known whether the API did this: ${cause.message}`, {
      source,
      status,
      requestId,
      rateLimit,
      apiMessage,
      apiErrors,
      answeredBy,
      operationId,
      retryable: false,
      effect: 'unknown',
    });
    this.cause = cause;
  }
}
