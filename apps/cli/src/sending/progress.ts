import type { SyncProgress } from '@wemasy-orders/order-sync';
import type { Clock } from '@wemasy-orders/state';
import { seconds } from '../duration.js';
import type { Channel } from '../terminal.js';
import type { Allowance } from './allowance.js';

/** Shows a run while it goes on. */
export interface Progress {
  follow(progress: SyncProgress): void;
  /** Says something in between. */
  say(line: string): void;
  /** Leaves nothing behind that would stand in the way of the report. */
  end(): void;
}

export interface ProgressOptions {
  readonly total: number;
  readonly allowance: Allowance;
  readonly err: Channel;
  readonly clock: Clock;
  /** Say nothing that needs no attention. */
  readonly quiet: boolean;
}

/** A bar on a terminal, plain lines elsewhere. */
export async function createProgress(options: ProgressOptions): Promise<Progress> {
  if (!options.err.isTerminal || options.quiet) return createLines(options);
  const { createProgressBar } = await import('./progress-bar.js');
  return createProgressBar(options);
}

/** A shorter wait than this needs no explanation. */
const longWaitMs = 2_000;

function createLines({ total, err, quiet }: ProgressOptions): Progress {
  const say = (text: string) => {
    if (!quiet) void err.write(`${text}\n`);
  };
  return {
    follow(progress) {
      if (progress.step === 'end') {
        say(`${progress.done}/${total} order ${progress.orderId}: ${progress.outcome.replaceAll('_', ' ')}`);
      } else if (progress.step === 'wait' && progress.expectedWaitMs >= longWaitMs) {
        say(`${progress.done}/${total} waiting ${seconds(progress.expectedWaitMs)} for the API's allowance`);
      }
    },
    say,
    end: () => undefined,
  };
}
