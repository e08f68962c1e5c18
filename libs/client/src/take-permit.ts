import { type Permit, type RateLimiter, RateLimitDeadlineError } from '@wemasy-orders/rate-limit';
import type { Clock } from '@wemasy-orders/state';
import { CancelledError, type OrdersError, RateLimitedError } from './errors.js';
import type { TokenSource } from './token-source.js';
import type { CallOptions, Rollback } from './types.js';

export interface ReadyPermit {
  readonly permit: Permit;
  /** To send with this request. */
  readonly token: string;
  /** Takes the announcement back, where `beforeSend` gave a way to. */
  readonly rollback: Rollback | undefined;
}

export interface TakePermitOptions {
  readonly rateLimiter: RateLimiter;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  readonly operationId: string;
  readonly call: CallOptions;
  /** On the monotonic clock. */
  readonly waitEndsAt: number;
  /** The error of the attempt before: where there is no time for another attempt, the call ends with it. */
  readonly failure: OrdersError | undefined;
}

/**
 * Takes a permit that is valid at this moment, looks the token up, and announces the request with `beforeSend`. The caller
 * sends without another await.
 *
 * @throws {CancelledError} when the caller cancels
 * @throws {RateLimitedError} when no permit is available, or usable, in time
 */
export async function takePermit(options: TakePermitOptions): Promise<ReadyPermit> {
  const { clock, call, tokens, waitEndsAt, failure } = options;
  const isCancelled = () => call.signal?.aborted === true;
  let token: string | undefined;
  for (;;) {
    if (isCancelled()) throw new CancelledError('none');
    const permit = await acquire(options);
    const isUsable = () => !isCancelled() && permit.isValid();
    let rollback: Rollback | undefined;
    try {
      token ??= await tokens.current(call.signal);
      if (isUsable()) {
        rollback = await call.beforeSend?.();
        // Announcing takes time, and the permit may run out meanwhile.
        if (isUsable()) return { permit, token, rollback };
      }
    } catch (error) {
      await permit.release();
      throw error;
    }
    await permit.release();
    await rollback?.();
    // A limiter with room gives a permit however little time is left, so it does not end this loop.
    if (!isCancelled() && clock.monotonic() >= waitEndsAt) {
      throw failure ?? new RateLimitedError('local', 1, { message: permitRanOut });
    }
  }
}

const permitRanOut = 'The permit for the call ran out before it was ready to be sent; it was not sent.';

async function acquire({
  rateLimiter,
  clock,
  operationId,
  call,
  waitEndsAt,
  failure,
}: TakePermitOptions): Promise<Permit> {
  const { signal, priority, onWait } = call;
  const maxWaitMs = Math.max(0, waitEndsAt - clock.monotonic());
  try {
    return await rateLimiter.acquire(operationId, { signal, maxWaitMs, priority, onWait });
  } catch (error) {
    if (signal?.aborted) throw new CancelledError('none');
    if (!(error instanceof RateLimitDeadlineError)) throw error;
    throw failure ?? new RateLimitedError('local', Math.ceil(error.retryAfterMs / 1000));
  }
}
