import type { Attempt } from '@wemasy-orders/order-sync';
import { cleanText } from '@wemasy-orders/presentation';

/** An attempt in one line: when, by whom, and what came of it. */
export function attemptText(attempt: Attempt): string {
  const { by, startedAt } = attempt;
  const who = `${by.app} ${by.version}, process ${by.pid} on ${by.host}`;
  const said = attempt.resolutions?.at(-1);
  const confirmed = said === undefined ? '' : ` Confirmed as ${said.as.replace('_', ' ')} at ${said.at}.`;
  return `${startedAt} ${cleanText(who)}: ${attempt.state}${detailOf(attempt)}${confirmed}`;
}

function detailOf(attempt: Attempt): string {
  switch (attempt.state) {
    case 'sending':
      return '.';
    case 'synced':
      return attempt.message === '' ? '.' : `, the API says ${JSON.stringify(cleanText(attempt.message))}.`;
    case 'rejected':
    case 'unknown':
      return `. ${cleanText(attempt.reason)}`;
  }
}
