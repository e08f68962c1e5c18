/** The part of `Headers` that is used here. Names are lower case, so a `Map` with such keys works too. */
export interface ResponseHeaders {
  /** The value of a header, by its name in lower case. */
  get(name: string): string | null | undefined;
}

/** What a response says about the limit; without what is missing or invalid. */
export interface RateLimitFacts {
  /** Calls a window. */
  limit?: number;
  /** Calls left in the window. */
  remaining?: number;
  /** From Retry-After. */
  retryAfterMs?: number;
  /** Time until the server's window is over. */
  resetMs?: number;
}

/** One limit that a response describes. */
interface LimitFacts extends Omit<RateLimitFacts, 'retryAfterMs'> {
  name?: string;
  windowMs?: number;
}

/** From this value on (the year 2001, or 31 years), a number of seconds is a date, not a time to wait. */
const FIRST_EPOCH_SECONDS = 1_000_000_000;

/**
 * Reads what a response says about the limit. If it describes several limits, the one with the least left counts.
 * Invalid values are left out; never throws.
 *
 * - `Retry-After`: seconds or an HTTP date (RFC 9110 §10.2.3).
 * - `X-RateLimit-Limit`, `-Remaining`, `-Reset` (convention; Laravel and GitHub send Reset in unix seconds) and the
 *   spelling `X-Rate-Limit-…`.
 * - `RateLimit-Limit`, `-Remaining`, `-Reset` (draft-ietf-httpapi-ratelimit-headers up to 06; Moneybird sends Reset in
 *   unix seconds).
 * - `RateLimit` and `RateLimit-Policy` (drafts 07 to 10).
 * - `X-Shopify-Shop-Api-Call-Limit: 32/40` (Shopify, a leaky bucket).
 *
 * If several forms are present, the X- form wins, because vendors document it.
 *
 * @param nowMs Wall clock, milliseconds since the epoch. Dates are compared with the response's own `Date` if it has
 *   one, because the server's clock may differ from ours.
 */
export function parseRateLimitHeaders(headers: ResponseHeaders, nowMs: number): RateLimitFacts {
  const { standard, vendor, retryAfter } = parseAll(headers, nowMs);
  return { ...factsOf(tightestOf(standard)), ...vendor, ...retryAfter };
}

/**
 * As `parseRateLimitHeaders`, for servers that describe one limit in three headers, as Laravel does. It reads neither
 * `RateLimit` and `RateLimit-Policy` nor Shopify's header, and is smaller in a page.
 */
export function parseSimpleHeaders(headers: ResponseHeaders, nowMs: number): RateLimitFacts {
  const serverNowMs = parseHttpDate(headers.get('date')) ?? nowMs;
  return {
    ...parseTriple(headers, 'ratelimit-', serverNowMs),
    ...parseTriple(headers, 'x-rate-limit-', serverNowMs),
    ...parseTriple(headers, 'x-ratelimit-', serverNowMs),
    ...present('retryAfterMs', parseRetryAfter(headers.get('retry-after'), serverNowMs)),
  };
}

/**
 * What a response says about one policy. A limit that the response describes belongs to the policy with its name, its
 * window or its size; a request with a single policy needs no such match.
 */
export function parsePolicyHeaders(
  headers: ResponseHeaders,
  nowMs: number,
  policy: { readonly name: string; readonly limit: number; readonly windowMs: number },
  isOnly: boolean,
): RateLimitFacts {
  const { standard, vendor, retryAfter } = parseAll(headers, nowMs);
  const match = standard.find(({ name, windowMs }) => name === policy.name || windowMs === policy.windowMs);
  const all = { ...factsOf(tightestOf(standard)), ...vendor };
  const isOurs = isOnly ? !match || vendor.limit !== undefined : !match && all.limit === policy.limit;
  return { ...(isOurs ? all : factsOf(match)), ...retryAfter };
}

function parseAll(
  headers: ResponseHeaders,
  nowMs: number,
): { standard: LimitFacts[]; vendor: RateLimitFacts; retryAfter: RateLimitFacts } {
  const serverNowMs = parseHttpDate(headers.get('date')) ?? nowMs;
  return {
    standard: parseStandardLimits(headers, serverNowMs),
    vendor: parseVendorLimit(headers, serverNowMs),
    retryAfter: present('retryAfterMs', parseRetryAfter(headers.get('retry-after'), serverNowMs)),
  };
}

function tightestOf(limits: readonly LimitFacts[]): LimitFacts | undefined {
  const remainingOf = ({ remaining = Infinity }: LimitFacts): number => remaining;
  return [...limits].sort((a, b) => remainingOf(a) - remainingOf(b))[0];
}

/** Whether a response refuses a request because of a rate limit: 429, or GitHub's 403. */
export function isRateLimited(response: {
  readonly status: number;
  readonly headers: ResponseHeaders;
}): boolean {
  if (response.status !== 403) return response.status === 429;
  const { remaining, retryAfterMs } = parseRateLimitHeaders(response.headers, 0);
  return remaining === 0 || retryAfterMs !== undefined;
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

function parseVendorLimit(headers: ResponseHeaders, serverNowMs: number): RateLimitFacts {
  // The used part of a bucket and its size.
  const [, used, size] =
    /^\s*(\d{1,9})\/(\d{1,9})\s*$/.exec(headers.get('x-shopify-shop-api-call-limit') ?? '') ?? [];
  return {
    ...(size !== undefined &&
      Number(size) > 0 && { limit: Number(size), remaining: Math.max(0, Number(size) - Number(used)) }),
    ...parseTriple(headers, 'x-rate-limit-', serverNowMs),
    ...parseTriple(headers, 'x-ratelimit-', serverNowMs),
  };
}

function parseTriple(headers: ResponseHeaders, prefix: string, serverNowMs: number): RateLimitFacts {
  return {
    ...present('limit', parseCount(headers.get(`${prefix}limit`), 1)),
    ...present('remaining', parseCount(headers.get(`${prefix}remaining`), 0)),
    ...present('resetMs', parseReset(headers.get(`${prefix}reset`), serverNowMs)),
  };
}

/** The limits of the standard fields, in all their drafts. */
function parseStandardLimits(headers: ResponseHeaders, serverNowMs: number): LimitFacts[] {
  const quotas = [
    ...parseList(headers.get('ratelimit-policy')),
    ...parseList(headers.get('ratelimit-limit')),
  ].flatMap(({ name, parameters }) => {
    // `"name";q=100;w=60`, up to draft 07 `100;w=60`.
    const limit = parseCount(parameters.get('q') ?? name, 1);
    const window = parseCount(parameters.get('w'), 1);
    return limit === undefined
      ? []
      : [{ name, limit, ...(window !== undefined && { windowMs: window * 1000 }) }];
  });
  const members = parseList(headers.get('ratelimit'));
  const limits = members.flatMap(({ name, parameters }): LimitFacts[] => {
    const remaining = parseCount(parameters.get('r'), 0);
    if (remaining === undefined) return [];
    const resetMs = parseReset(parameters.get('t'), serverNowMs);
    const quota = quotas.find((each) => each.name === name);
    return [{ ...quota, name, remaining, ...present('resetMs', resetMs) }];
  });

  // Draft 07: `limit=100, remaining=50, reset=5`; up to draft 06 three headers.
  const fields = new Map(members.map(({ name }) => splitOnce(name)));
  const single = {
    ...parseTriple(headers, 'ratelimit-', serverNowMs),
    ...parseTriple({ get: (field) => fields.get(field) }, '', serverNowMs),
  };
  if (single.limit !== undefined || single.remaining !== undefined) {
    const windowMs = quotas.find(
      (quota) => quota.limit === single.limit && quota.windowMs !== undefined,
    )?.windowMs;
    limits.push({ ...single, ...(windowMs !== undefined && { windowMs }) });
  }
  return limits.length === 0 && quotas.length === 1 ? quotas : limits;
}

function splitOnce(text: string): [string, string] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, ''] : [text.slice(0, equals).trim(), text.slice(equals + 1)];
}

function factsOf({ limit, remaining, resetMs }: LimitFacts = {}): RateLimitFacts {
  return { ...present('limit', limit), ...present('remaining', remaining), ...present('resetMs', resetMs) };
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

/** A non-negative integer; Shopify writes it as `2.0`. Two headers of one name arrive as `60, 60`; the first counts. */
function parseCount(value: string | null | undefined, least: number): number | undefined {
  const match = /^\s*(\d{1,15})(?:\.0+)?\s*(?:,|$)/.exec(value ?? '');
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
