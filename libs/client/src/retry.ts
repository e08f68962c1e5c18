import { ConnectionError, type OrdersError, RateLimitedError, UpstreamError } from './errors.js';

/** First backoff; each further one is twice as long. */
const backoffMs = 250;
/** Longest backoff. */
const longestBackoffMs = 8_000;
/** A call does not wait longer than this for a server that asks for a delay. */
const longestServerDelayMs = 5_000;
/** Answers of a machine that is overloaded or restarting; the cause of a plain 500 stays. */
const passingStatuses = new Set([502, 503, 504]);

/**
 * Decides whether a failed attempt is worth another one.
 *
 * A write is repeated only when it certainly did not reach the API: there was no connection, or the API rejected it
 * with its documented 429, which it does before processing.
 *
 * @param safe whether repeating the operation changes nothing at the API
 * @param retries how often the call was already repeated
 * @param maxRetries how often it may be
 * @param random a number in [0, 1), spreads simultaneous retries
 * @returns ms to wait before the next attempt, or undefined to give up
 */
export function retryDelayMs(
  error: OrdersError,
  {
    safe,
    retries,
    maxRetries,
    random,
  }: { safe: boolean; retries: number; maxRetries: number; random: number },
): number | undefined {
  if (retries >= maxRetries) return undefined;
  // The limiter knows about the 429 and makes the next attempt wait for its permit.
  if (error instanceof RateLimitedError) return error.source === 'upstream' ? 0 : undefined;
  if (!safe && error.effect !== 'none') return undefined;
  const backoff = Math.min(backoffMs * 2 ** retries, longestBackoffMs) * (0.5 + random / 2);
  if (error instanceof ConnectionError) return backoff;
  if (error instanceof UpstreamError && passingStatuses.has(error.status ?? 0)) {
    const asked = (error.retryAfterSeconds ?? 0) * 1000;
    return asked > longestServerDelayMs ? undefined : Math.max(asked, backoff);
  }
  return undefined;
}
