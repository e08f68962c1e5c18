import type {
  Attempt,
  RejectedAttempt,
  SendingAttempt,
  SyncedAttempt,
  UnknownAttempt,
  Verdict,
} from './record.js';

/** What the attempts of an order add up to. */
export type OrderState =
  /** Never sent, or a human confirmed that it did not arrive. */
  | { readonly state: 'not_sent' }
  | { readonly state: 'rejected'; readonly attempt: RejectedAttempt }
  | { readonly state: 'sending'; readonly attempt: SendingAttempt }
  /** The API said so, or a human confirmed it for an attempt of unknown outcome. */
  | { readonly state: 'synced'; readonly attempt: SyncedAttempt | UnknownAttempt }
  | { readonly state: 'unknown'; readonly attempt: UnknownAttempt };

/** The state as recorded; only `reduce` decides whether a `sending` attempt has outlived its lease. */
export function orderStateOf(attempts: readonly Attempt[]): OrderState {
  const sending = attempts.find((attempt) => attempt.state === 'sending');
  if (sending !== undefined) return { state: 'sending', attempt: sending };
  for (const attempt of attempts.toReversed()) {
    if (attempt.state === 'synced') return { state: 'synced', attempt };
    if (attempt.state !== 'unknown') continue;
    const verdict = verdictOn(attempt);
    if (verdict === undefined) return { state: 'unknown', attempt };
    if (verdict === 'synced') return { state: 'synced', attempt };
  }
  const last = attempts.at(-1);
  return last?.state === 'rejected' ? { state: 'rejected', attempt: last } : { state: 'not_sent' };
}

/** What a human last confirmed about an attempt. */
export function verdictOn({ resolutions }: Attempt): Verdict | undefined {
  return resolutions?.at(-1)?.as;
}
