import { duration, seconds } from '../duration.js';
import { type Allowance, leastTimeMs } from './allowance.js';

/** How far a run has come. Times are of the monotonic clock in ms. */
export interface RunState {
  readonly total: number;
  readonly done: number;
  readonly startedAt: number;
  readonly now: number;
  /** When the current order may leave, if it waits for allowance. */
  readonly waitsUntil: number | undefined;
}

const barWidth = 24;

/** A run on one line: a bar, the number of orders, the rate, the current wait and the time left. */
export function progressText(state: RunState, allowance: Allowance): string {
  const { total, done, now, waitsUntil } = state;
  const filled = total === 0 ? 0 : Math.floor((barWidth * done) / total);
  const waitMs = waitsUntil === undefined ? 0 : Math.max(0, waitsUntil - now);
  return [
    `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${done}/${total}`,
    ...(done === 0 ? [] : [`${ratePerMinute(state)} a minute`]),
    waitMs > 0 ? `waiting ${seconds(waitMs)}` : 'sending',
    ...(done < total ? [`about ${duration(timeLeftMs(state, allowance))} left`] : []),
  ].join(' · ');
}

/** Time left in ms: what the allowance requires, or more where the run has been slower so far. */
export function timeLeftMs(
  { total, done, startedAt, now, waitsUntil }: RunState,
  allowance: Allowance,
): number {
  const rest = total - done;
  const waitMs = waitsUntil === undefined ? 0 : Math.max(0, waitsUntil - now);
  const byAllowance = waitMs + leastTimeMs(rest, allowance);
  // Other processes may use a part of the allowance, which shows only after some windows.
  const elapsedMs = now - startedAt;
  const byExperience = elapsedMs >= 2 * allowance.windowMs && done > 0 ? (elapsedMs / done) * rest : 0;
  return Math.max(byAllowance, byExperience);
}

function ratePerMinute({ done, startedAt, now }: RunState): string {
  const minutes = Math.max(1, now - startedAt) / 60_000;
  const rate = done / Math.max(minutes, 1 / 60);
  return rate >= 10 ? String(Math.round(rate)) : rate.toFixed(1);
}
