import { seconds } from './duration.js';
import type { Channel } from './terminal.js';

/** A wait that is over before anybody wonders is not worth a line. */
const noticeableMs = 1_000;

/** Says on a terminal why nothing happens for a while. */
export function waitNotice(err: Channel): (wait: { readonly expectedWaitMs: number }) => void {
  return ({ expectedWaitMs }) => {
    if (!err.isTerminal || expectedWaitMs < noticeableMs) return;
    void err.write(`Waiting ${seconds(expectedWaitMs)} for the API's allowance.\n`);
  };
}
