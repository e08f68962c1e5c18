import type { Log } from '@wemasy-orders/runtime';
import type { Clock } from '@wemasy-orders/state';

export interface RefusalLog {
  /** @param facts of the first refusal of its kind; those of the others are only counted */
  refused(kind: string, facts?: Readonly<Record<string, unknown>>): void;
}

/** How long refusals of a kind are counted before the log says how many there were, in ms. */
const periodMs = 60_000;

/** Logs refused requests without a line for each: any client can send many. */
export function createRefusalLog({ log, clock }: { readonly log: Log; readonly clock: Clock }): RefusalLog {
  /** How many there were since the line about the first one, by kind. */
  const further = new Map<string, number>();
  return {
    refused(kind, facts = {}) {
      const count = further.get(kind);
      if (count !== undefined) {
        further.set(kind, count + 1);
        return;
      }
      further.set(kind, 0);
      log.warn('request refused', { kind, ...facts });
      clock.setTimer(() => {
        const more = further.get(kind) ?? 0;
        further.delete(kind);
        if (more > 0) log.warn('more requests refused', { kind, count: more, seconds: periodMs / 1_000 });
      }, periodMs);
    },
  };
}

/** Longest part of a message of the SDK that is logged: it may repeat what the client sent. */
const longestMessage = 200;

/** What the SDK says of a request that it does not accept; the stack only where the fault is in a program. */
export function refusalOfProtocol(error: Error): Parameters<RefusalLog['refused']> {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError
    ? ['fault', { error }]
    : ['protocol', { message: error.message.slice(0, longestMessage) }];
}
