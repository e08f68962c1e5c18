/** What went wrong, for programs. Each code has one meaning, given at the class that carries it. */
export type OrdersErrorCode =
  | 'invalid_arguments'
  | 'configuration_error'
  | 'authentication_failed'
  | 'permission_denied'
  | 'validation_failed'
  | 'rate_limited'
  | 'upstream_error'
  | 'upstream_timeout'
  | 'network_error'
  | 'unexpected_response'
  | 'outcome_unknown'
  | 'cancelled';

/** The allowance as the answer's headers told it; absent where they did not. */
export interface RateLimitFacts {
  /** Requests a window. */
  readonly limit?: number;
  /** Requests left in the window. */
  readonly remaining?: number;
}

export interface OrdersErrorFacts {
  /** Where the fault was found: on this side, or in what the API answered (or did not). */
  readonly source: 'local' | 'upstream';
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /**
   * Whether the operation may have taken effect at the API all the same: `none` is certain, `unknown` is not. A write
   * with an unknown effect must not be repeated blindly.
   */
  readonly effect: 'none' | 'unknown';
  /** HTTP status of the answer, where there was one. */
  readonly status?: number;
  /** The answer's request id, where it carried one. */
  readonly requestId?: string;
  readonly rateLimit?: RateLimitFacts;
  /** Whole seconds until the same call is worth repeating, where that is known. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/**
 * Common ground of everything that this client throws. `message` is a sentence of ours; what the API wrote is kept
 * apart (`apiMessage` of the classes that have one), because it is untrusted text. The token is in neither.
 */
export abstract class OrdersError extends Error {
  abstract readonly code: OrdersErrorCode;
  readonly source: 'local' | 'upstream';
  readonly retryable: boolean;
  readonly effect: 'none' | 'unknown';
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly rateLimit: RateLimitFacts | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, facts: OrdersErrorFacts) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    this.source = facts.source;
    this.retryable = facts.retryable;
    this.effect = facts.effect;
    this.status = facts.status;
    this.requestId = facts.requestId;
    this.rateLimit = facts.rateLimit;
    this.retryAfterSeconds = facts.retryAfterSeconds;
  }
}

/** Whether a caught value is one of this client's errors. */
export function isOrdersError(error: unknown): error is OrdersError {
  return error instanceof OrdersError;
}

/** What every error about an answer is told: its status, its request id, and what its headers say of the allowance. */
export type AnswerFacts = Pick<OrdersErrorFacts, 'requestId' | 'rateLimit'> & { readonly status: number };
