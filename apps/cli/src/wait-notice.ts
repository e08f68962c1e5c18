import type { CallOptions } from '@wemasy-orders/client';
import { seconds } from './duration.js';
import type { Session } from './session.js';
import type { Channel } from './terminal.js';

/** A shorter wait needs no explanation. */
const noticeableMs = 1_000;

/** Explains a wait on a terminal. */
export function waitNotice(err: Channel): (wait: { readonly expectedWaitMs: number }) => void {
  return ({ expectedWaitMs }) => {
    if (!err.isTerminal || expectedWaitMs < noticeableMs) return;
    void err.write(`Waiting ${seconds(expectedWaitMs)} for the API's allowance.\n`);
  };
}

/** How a command that only reads calls the API. */
export function callOf({ maxWaitMs, terminal: { err } }: Session): CallOptions {
  return { maxWaitMs, onWait: waitNotice(err) };
}
