/** The part of `Headers` that is used here. Names are lower case, so a `Map` with such keys works too. */
export interface ResponseHeaders {
  get(name: string): string | null | undefined;
}

/** What a response says about the limit; without what is missing or invalid. */
export interface RateLimitFacts {
  limit?: number;
  remaining?: number;
  /** From Retry-After. */
  retryAfterMs?: number;
  /** Time until the server's window is over, from X-RateLimit-Reset or RateLimit. */
  resetMs?: number;
}

/** From this value on (the year 2001, or 31 years), X-RateLimit-Reset is a date, not a number of seconds to wait. */
const FIRST_EPOCH_SECONDS = 1_000_000_000;

/**
 * Reads `Retry-After` (seconds or an HTTP date, RFC 9110 §10.2.3), `RateLimit` and `RateLimit-Policy`
 * (draft-ietf-httpapi-ratelimit-headers-10) and `X-RateLimit-Limit`, `-Remaining` and `-Reset` (convention;
 * Laravel sends unix seconds, and only with a 429). If both forms are present, the X- form wins, because the vendor
 * documents it. Invalid values are left out; never throws.
 *
 * @param nowMs Wall clock, milliseconds since the epoch. Dates are compared with the response's own `Date` if it has
 *   one, because the server's clock may differ from ours.
 */
export function parseRateLimitHeaders(headers: ResponseHeaders, nowMs: number): RateLimitFacts {
  const serverNowMs = parseHttpDate(headers.get('date')) ?? nowMs;
  const standard = parseStandard(headers);
  return {
    ...standard,
    ...present('limit', parseCount(headers.get('x-ratelimit-limit'), 1)),
    ...present('remaining', parseCount(headers.get('x-ratelimit-remaining'), 0)),
    ...present('retryAfterMs', parseRetryAfter(headers.get('retry-after'), serverNowMs)),
    ...present('resetMs', parseReset(headers.get('x-ratelimit-reset'), serverNowMs)),
  };
}

function parseRetryAfter(value: string | null | undefined, serverNowMs: number): number | undefined {
  const seconds = parseCount(value, 0);
  if (seconds !== undefined) return seconds * 1000;
  const dateMs = parseHttpDate(value);
  return dateMs === undefined ? undefined : Math.max(0, dateMs - serverNowMs);
}

function parseReset(value: string | null | undefined, serverNowMs: number): number | undefined {
  const seconds = parseCount(value, 0);
  if (seconds === undefined) return undefined;
  return seconds < FIRST_EPOCH_SECONDS ? seconds * 1000 : Math.max(0, seconds * 1000 - serverNowMs);
}

/** The limit of the standard fields with the least left, because it will refuse first. */
function parseStandard(headers: ResponseHeaders): RateLimitFacts {
  const quotas = new Map<string, number>();
  for (const { name, parameters } of parseList(headers.get('ratelimit-policy'))) {
    const quota = parseCount(parameters.get('q') ?? null, 1);
    if (quota !== undefined) quotas.set(name, quota);
  }

  let tightest: RateLimitFacts | undefined;
  for (const { name, parameters } of parseList(headers.get('ratelimit'))) {
    const remaining = parseCount(parameters.get('r') ?? null, 0);
    if (remaining === undefined) continue;
    if (tightest?.remaining !== undefined && tightest.remaining <= remaining) continue;
    const reset = parseCount(parameters.get('t') ?? null, 0);
    tightest = {
      remaining,
      ...present('limit', quotas.get(name)),
      ...present('resetMs', reset === undefined ? undefined : reset * 1000),
    };
  }
  if (tightest) return tightest;
  const [only] = quotas.values();
  return quotas.size === 1 ? present('limit', only) : {};
}

interface ListMember {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * The subset of structured fields (RFC 9651) that the draft uses: `"name";key=integer;key="string", …`.
 * Commas and semicolons inside strings do not separate.
 */
function parseList(value: string | null | undefined): ListMember[] {
  return split(value ?? '', ',').flatMap((member) => {
    const [head = '', ...rest] = split(member, ';');
    const name = unquote(head);
    if (name === '') return [];
    const parameters = new Map<string, string>();
    for (const parameter of rest) {
      const equals = parameter.indexOf('=');
      if (equals > 0) parameters.set(parameter.slice(0, equals).trim(), unquote(parameter.slice(equals + 1)));
    }
    return [{ name, parameters }];
  });
}

function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let part = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quoted && character === '\\') part += character + text.charAt((at += 1));
    else if (character === separator && !quoted) {
      parts.push(part);
      part = '';
    } else {
      if (character === '"') quoted = !quoted;
      part += character;
    }
  }
  return [...parts, part];
}

function unquote(text: string): string {
  return text
    .trim()
    .replace(/^"(.*)"$/s, '$1')
    .replaceAll(/\\(.)/gs, '$1');
}

/** A non-negative integer. Two headers of one name arrive as `60, 60`; the first counts. */
function parseCount(value: string | null | undefined, least: number): number | undefined {
  const match = /^\s*(\d{1,15})\s*(?:,|$)/.exec(value ?? '');
  if (!match) return undefined;
  const count = Number(match[1]);
  return count >= least ? count : undefined;
}

/**
 * Accepts only text that begins like an HTTP date, because `Date.parse` turns almost anything into a date. The asctime
 * form has no zone and means GMT.
 */
function parseHttpDate(value: string | null | undefined): number | undefined {
  if (typeof value !== 'string' || !/^\s*(mon|tue|wed|thu|fri|sat|sun)/i.test(value)) return undefined;
  const ms = Date.parse(/gmt\s*$/i.test(value) ? value : `${value} GMT`);
  return Number.isNaN(ms) ? undefined : ms;
}

function present<K extends keyof RateLimitFacts>(key: K, value: number | undefined): RateLimitFacts {
  return value === undefined ? {} : { [key]: value };
}
