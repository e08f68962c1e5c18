import type { Clock } from '@wemasy-orders/state';

/** Time between two notices, in ms; some clients give up on a call after a minute without progress. */
const everyMs = 5_000;

/** How a call is getting on, as the protocol wants it: `progress` rises with each notice. */
export interface ProgressNotice {
  /** Requests done, and a part of the one at hand. */
  readonly progress: number;
  /** How many requests the call takes, as far as is known. */
  readonly total: number;
  readonly message: string;
}

/** What a running call says of how it is getting on. */
export interface Progress {
  /** The request at hand waits for allowance. */
  waits(wait: { readonly expectedWaitMs: number }): void;
  /** So many requests are done. */
  done(requests: number, of: { readonly total: number; readonly message: string }): void;
}

export interface ProgressReporter extends Progress {
  /** The call is over. */
  stop(): void;
}

export interface ProgressOptions {
  readonly clock: Clock;
  readonly tell: (notice: ProgressNotice) => void;
}

/** Reports what happens in a call, and every few seconds that it still runs. */
export function startProgress({ clock, tell }: ProgressOptions): ProgressReporter {
  let requestsDone = 0;
  let total = 1;
  let progress = 0;
  /** The wait for allowance, on the monotonic clock. */
  let wait: { readonly since: number; readonly until: number } | undefined;
  let over = false;
  let cancelTimer = clock.setTimer(beat, everyMs);

  /** Approaches the end of the request at hand and never reaches it, since a wait can outlast what was expected. */
  function part(): number {
    if (wait === undefined) return 0;
    return Math.min(0.9, (clock.monotonic() - wait.since) / (wait.until - wait.since));
  }

  function say(message: string): void {
    if (over) return;
    cancelTimer();
    cancelTimer = clock.setTimer(beat, everyMs);
    const reached = requestsDone + part();
    progress = reached > progress ? reached : progress + (requestsDone + 1 - progress) / 10;
    tell({ progress, total, message });
  }

  function beat(): void {
    const leftMs = wait === undefined ? 0 : wait.until - clock.monotonic();
    say(
      leftMs > 0
        ? `waiting ${Math.ceil(leftMs / 1000)} s for the API's allowance`
        : 'waiting for the API to answer',
    );
  }

  return {
    waits({ expectedWaitMs }) {
      const since = clock.monotonic();
      wait = { since, until: since + expectedWaitMs };
      beat();
    },
    done(requests, of) {
      requestsDone = requests;
      total = of.total;
      wait = undefined;
      say(of.message);
    },
    stop() {
      over = true;
      cancelTimer();
    },
  };
}
