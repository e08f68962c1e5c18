// @ts-check

/**
 * What every contestant is given; it makes of it a function that sends a call when it may be sent.
 *
 * @typedef {object} StrategyOptions
 * @property {number} limit
 * @property {number} windowMs
 * @property {string} store
 */
/** @typedef {(call: () => Promise<Response>) => Promise<Response>} Paced */

/**
 * Sends a call again after every 429, when the server says so: what users of the other libraries have to add.
 *
 * @param {() => Promise<Response>} call
 * @param {number} windowMs a server's second lasts a sixtieth of it
 */
export async function untilAccepted(call, windowMs) {
  for (;;) {
    const response = await call();
    if (response.status !== 429) return response;
    const seconds = Number(response.headers.get('retry-after'));
    await new Promise((resolve) => setTimeout(resolve, (seconds * windowMs) / 60));
  }
}
