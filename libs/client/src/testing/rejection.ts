/** The headers of the API's documented 429 for `syncOrder`. */
export function rejectionHeaders(retryAfterSeconds: number): Record<string, string> {
  return {
    'x-ratelimit-limit': '5',
    'x-ratelimit-remaining': '0',
    'retry-after': String(retryAfterSeconds),
  };
}
