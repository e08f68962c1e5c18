// @ts-check

/**
 * What every contestant is given; it makes of it a function that sends a call when it may be sent.
 *
 * @typedef {object} StrategyOptions
 * @property {import('./server.js').ServerKind} kind
 * @property {number} limit
 * @property {number} windowMs
 * @property {string} store
 * @property {number | undefined} tries how often a call is sent at most; default: until it is accepted
 */
/** @typedef {(call: () => Promise<Response>) => Promise<Response>} Paced */

/** Whether a server's limit refused a call. @param {Response} response */
function isRefused(response) {
  return response.status === 429 || response.status === 403;
}

/**
 * Sends a refused call again, when the server says so: what users of the other libraries have to add.
 *
 * @param {() => Promise<Response>} call
 * @param {Pick<StrategyOptions, 'windowMs' | 'tries'>} options a server's second lasts a sixtieth of a window
 */
export async function untilAccepted(call, { windowMs, tries = Infinity }) {
  for (let sent = 1; ; sent += 1) {
    const response = await call();
    if (!isRefused(response) || sent >= tries) return response;
    const reset = response.headers.get('x-ratelimit-reset');
    const waitMs =
      reset === null
        ? (Number(response.headers.get('retry-after')) * windowMs) / 60
        : Number(reset) * 1000 - Date.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, waitMs)));
  }
}
