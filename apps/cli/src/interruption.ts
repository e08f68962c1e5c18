import type { Session } from './session.js';

export interface Interruption {
  readonly interruptibly: Session['interruptibly'];
  /** Call it for every signal that asks the process to end. */
  readonly interrupt: () => void;
}

/** Lets one piece of work at a time finish its step after the first signal; anything else ends at once. */
export function createInterruption({ end }: { readonly end: () => void }): Interruption {
  let working: AbortController | undefined;
  return {
    async interruptibly(work) {
      const controller = new AbortController();
      working = controller;
      try {
        return await work(controller.signal);
      } finally {
        working = undefined;
      }
    },
    interrupt() {
      if (working === undefined || working.signal.aborted) end();
      else working.abort();
    },
  };
}
