import type { Clock } from '@wemasy-orders/state';
import type { PermitStamp } from './counter.js';
import type { RateLimitFacts, ResponseHeaders } from './headers.js';
import type { Permit, PermitOutcome } from './types.js';
import type { WindowEvent } from './window.js';

export interface PermitOptions {
  readonly waitedMs: number;
  readonly clock: Clock;
  /** Both clocks, read before the permit was issued. */
  readonly requestedAt: { readonly monotonic: number; readonly wall: number };
  readonly lifeMs: number;
  /** What a response says about the permit's policy. */
  readonly parse: (headers: ResponseHeaders) => RateLimitFacts;
  /** Writes the event to the record. */
  readonly write: (event: WindowEvent) => Promise<void>;
}

export function createPermit(stamp: PermitStamp, options: PermitOptions): Permit {
  const { waitedMs, clock, requestedAt, lifeMs, parse, write } = options;
  let settled: Promise<void> | undefined;
  return {
    policy: stamp.policy,
    waitedMs,
    isValid() {
      // The longer of both: the wall clock may have been set, and the monotonic clock may stop while the machine sleeps.
      const age = Math.max(clock.monotonic() - requestedAt.monotonic, clock.now() - requestedAt.wall);
      return settled === undefined && age < lifeMs;
    },
    report(outcome) {
      return (settled ??= write(eventOf(stamp, outcome, parse)));
    },
    release() {
      return (settled ??= write({ kind: 'release', permit: stamp }));
    },
  };
}

function eventOf(permit: PermitStamp, outcome: PermitOutcome, parse: PermitOptions['parse']): WindowEvent {
  if (outcome.kind === 'lost') return { kind: 'lost', permit };
  const { status, headers, refused = status === 429 } = outcome;
  return { kind: refused ? 'refusal' : 'answer', permit, status, facts: parse(headers) };
}
