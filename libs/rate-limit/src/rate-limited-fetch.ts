import { RateLimitDeadlineError } from './errors.js';
import { isRateLimited, parseRateLimitHeaders } from './headers.js';
import type { AcquireOptions, Permit, RateLimiter } from './types.js';
import { isUnsent } from './unsent.js';

/** How requests are paced; only the limiter and their policies are required. */
export interface RateLimitedFetchOptions extends Pick<AcquireOptions, 'priority' | 'onWait'> {
  /** Gives the permits. */
  limiter: RateLimiter;
  /** The policy of a request, or several; a request without one is sent without a permit. */
  policyOf: (request: Request) => string | readonly string[] | undefined;
  /** How much a request counts against its limits; default 1. */
  costOf?: (request: Request) => number;
  /** Whether a response says that the rate limit refused the request; default: `isRateLimited`. */
  isRefused?: (response: Response) => boolean;
  /** Default: the global `fetch`, looked up for each request. */
  fetch?: typeof globalThis.fetch;
  /**
   * How often a refused request is repeated, POST included, because it had no effect. Default 2. The body is kept in
   * memory for this. A write is not repeated if the refusal says that calls remain: then it comes from behind the limit,
   * and the write may have had an effect.
   */
  maxResends?: number;
  /** Longest wait for permits in milliseconds, over all repetitions of a request; default: unlimited. */
  maxWaitMs?: number;
}

/**
 * A `fetch` that takes a permit for each request.
 *
 * It rejects as `fetch` and `RateLimiter.acquire` do. The response is a refusal only if the request is not repeated
 * (any more), because of `maxResends` or `maxWaitMs`.
 */
export function createRateLimitedFetch(options: RateLimitedFetchOptions): typeof globalThis.fetch {
  const {
    limiter,
    policyOf,
    costOf,
    isRefused = isRateLimited,
    maxResends = 2,
    maxWaitMs = Infinity,
  } = options;
  const { priority, onWait } = options;
  const send = (request: Request): Promise<Response> => (options.fetch ?? globalThis.fetch)(request);

  return async (input, init) => {
    let request = new Request(input, init);
    const { signal } = request;
    const policy = policyOf(request);
    if (policy === undefined) return send(request);
    const cost = costOf?.(request);

    let leftMs = maxWaitMs;
    const acquire = async (): Promise<Permit> => {
      const permit = await limiter.acquire(policy, {
        priority,
        onWait,
        cost,
        signal,
        maxWaitMs: leftMs,
      });
      leftMs -= permit.waitedMs;
      return permit;
    };

    let permit = await acquire();
    for (let resends = 0; ; resends += 1) {
      while (!permit.isValid()) {
        await permit.release();
        permit = await acquire();
      }
      const again = resends < maxResends ? request.clone() : undefined;
      const { response, refused } = await sendWith(permit, request, send, isRefused);
      if (!refused || !again || mayHaveHadEffect(again, response)) return response;
      try {
        permit = await acquire();
      } catch (error) {
        if (error instanceof RateLimitDeadlineError) return response;
        throw error;
      }
      // Releases the connection.
      await response.body?.cancel();
      request = again;
    }
  };
}

function mayHaveHadEffect({ method }: Request, { headers }: Response): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  const { remaining = 0 } = parseRateLimitHeaders(headers, 0);
  return remaining > 0;
}

async function sendWith(
  permit: Permit,
  request: Request,
  send: (request: Request) => Promise<Response>,
  isRefused: (response: Response) => boolean,
): Promise<{ response: Response; refused: boolean }> {
  try {
    const response = await send(request);
    const { status, headers } = response;
    const refused = isRefused(response);
    void permit.report({ kind: 'answered', status, headers, refused });
    return { response, refused };
  } catch (error) {
    void (isUnsent(error) ? permit.release() : permit.report({ kind: 'lost' }));
    throw error;
  }
}
