import { seconds } from '../duration.js';
import type { Progress, ProgressOptions } from './progress-types.js';

/** A bar on a terminal, plain lines elsewhere. */
export async function createProgress(options: ProgressOptions): Promise<Progress> {
  if (!options.err.isTerminal || options.quiet) return createLines(options);
  const { createProgressBar } = await import('./progress-bar.js');
  return createProgressBar(options);
}

/** A shorter wait needs no explanation. */
const longWaitMs = 2_000;

function createLines({ total, err, quiet }: ProgressOptions): Progress {
  const notify = (text: string) => {
    if (!quiet) void err.write(`${text}\n`);
  };
  return {
    update(progress) {
      if (progress.step === 'end') {
        notify(
          `${progress.done}/${total} order ${progress.orderId}: ${progress.outcome.replaceAll('_', ' ')}`,
        );
      } else if (progress.step === 'wait' && progress.expectedWaitMs >= longWaitMs) {
        notify(
          `${progress.done}/${total} waiting ${seconds(progress.expectedWaitMs)} for the API's allowance`,
        );
      }
    },
    notify,
    end: () => undefined,
  };
}
