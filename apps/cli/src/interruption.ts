import type { Session } from './session.js';

export interface Interruption {
  readonly interruptibly: Session['interruptibly'];
  /** Ctrl-C was pressed, or somebody else wants the process to end. */
  readonly interrupt: () => void;
}

/** Lets one piece of work at a time stop with care; whatever is not such work just ends. */
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
