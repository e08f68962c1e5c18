import type { Clock } from '@wemasy-orders/state';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod';

/** The identity provider cannot say which keys it signs with: whether a token is good is then not known. */
export class IssuerAwayError extends Error {
  override readonly name = 'IssuerAwayError';
}

export interface IssuerKeysOptions {
  readonly issuer: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** Called when the keys could not be read and earlier ones are still used. */
  readonly onWarning: (error: Error) => void;
}

/** After that they are read again, while the earlier ones are still used. In ms. */
const refreshAfterMs = 10 * 60_000;
/** After that a token waits for the reading: the issuer may have removed a key while no call came. In ms. */
const waitAfterMs = 20 * 60_000;
/** Time between two attempts to read them again, while the issuer is away. In ms. */
const retryRefreshMs = 30_000;
/** Longest that keys are used while the issuer is away, in ms. */
const keepMs = 24 * 3_600_000;
/** Time between two readings, in ms: a token can name any key, and each unknown one asks for a reading. */
const pauseMs = 1_000;
/** Deadline of a request to the issuer, in ms. */
const timeoutMs = 5_000;

const Metadata = z.looseObject({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });
const Jwks = z.custom<JSONWebKeySet>(
  (value) => z.object({ keys: z.array(z.looseObject({ kty: z.string() })) }).safeParse(value).success,
);

interface Keys {
  readonly find: JWTVerifyGetKey;
  /** Monotonic, in ms. */
  readonly readAt: number;
}

/**
 * Finds the issuer's keys. They are read with the first token, kept, and read again when a token names a key that is not
 * among them (it may be a new one) and from time to time. When the issuer is away, the keys that are known still serve.
 *
 * @returns a function for `jwtVerify` that throws {@link IssuerAwayError}
 */
export function createIssuerKeys(options: IssuerKeysOptions): JWTVerifyGetKey {
  const { clock, onWarning } = options;
  let keys: Keys | undefined;
  let reading: Promise<Keys> | undefined;
  /** Monotonic, in ms. */
  let lastTriedAt = -Infinity;

  /** Reads the keys; who comes meanwhile gets the same answer. */
  function read(): Promise<Keys> {
    reading ??= readAfterPause().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function readAfterPause(): Promise<Keys> {
    const waitMs = lastTriedAt + pauseMs - clock.monotonic();
    if (waitMs > 0) await new Promise<void>((resolve) => void clock.setTimer(resolve, waitMs));
    lastTriedAt = clock.monotonic();
    keys = { find: await readIssuerKeys(options), readAt: lastTriedAt };
    return keys;
  }

  async function current(): Promise<Keys> {
    const ageMs = keys === undefined ? Infinity : clock.monotonic() - keys.readAt;
    if (keys === undefined || ageMs > keepMs) return read();
    const isDue = ageMs > refreshAfterMs && clock.monotonic() - lastTriedAt > retryRefreshMs;
    if (isDue && reading === undefined) read().catch(onWarning);
    if (ageMs > waitAfterMs) await reading?.catch(() => undefined);
    return keys;
  }

  return async (header, token) => {
    const askedAt = clock.monotonic();
    for (let known = await current(); ;) {
      try {
        return await known.find(header, token);
      } catch (error) {
        // What was read since the question came has every key that the issuer knows.
        if (!(error instanceof errors.JWKSNoMatchingKey) || known.readAt >= askedAt) throw error;
        known = keys !== undefined && keys.readAt > known.readAt ? keys : await read();
      }
    }
  };
}

/** `fetch` says why only in the cause, and each address has a reason of its own. */
function reasonsOf(error: unknown): string[] {
  if (error instanceof AggregateError) return error.errors.flatMap(reasonsOf);
  if (!(error instanceof Error)) return [String(error)];
  return error.cause instanceof Error ? reasonsOf(error.cause) : [error.message.replace(/\.$/, '')];
}

/**
 * Reads the keys that the issuer signs with now.
 *
 * @throws {IssuerAwayError} with the reasons
 */
export async function readIssuerKeys(
  options: Omit<IssuerKeysOptions, 'onWarning'>,
): Promise<JWTVerifyGetKey> {
  try {
    return await readKeys(options);
  } catch (error) {
    const reasons = [...new Set(reasonsOf(error))].join('; ');
    throw new IssuerAwayError(`The keys of ${options.issuer} cannot be read: ${reasons}.`, { cause: error });
  }
}

async function readKeys({
  issuer,
  fetch,
  clock,
}: Omit<IssuerKeysOptions, 'onWarning'>): Promise<JWTVerifyGetKey> {
  const deadline = new AbortController();
  const stopTimer = clock.setTimer(() => {
    deadline.abort(new Error(`no answer within ${timeoutMs / 1000} s`));
  }, timeoutMs);
  const readJson = async (url: string): Promise<unknown> => {
    const response = await fetch(url, {
      headers: { accept: 'application/json' },
      // Hosts that may answer for the issuer are known beforehand.
      redirect: 'error',
      signal: deadline.signal,
    });
    if (!response.ok) throw new Error(`${url} answered with status ${response.status}`);
    return response.json();
  };
  try {
    const { jwks_uri: jwksUri } = await firstOf(metadataUrls(issuer), async (url) => {
      const metadata = Metadata.parse(await readJson(url));
      // RFC 8414 §3.3: otherwise one issuer could answer for another.
      if (metadata.issuer === issuer) return metadata;
      throw new Error(`${url} is about another issuer`);
    });
    if (issuer.startsWith('https:') && !jwksUri.startsWith('https:')) {
      throw new Error(`the keys at ${jwksUri} are not protected by TLS`);
    }
    return createLocalJWKSet(Jwks.parse(await readJson(jwksUri)));
  } finally {
    stopTimer();
  }
}

/** Where the issuer describes itself, in the order of the MCP specification (RFC 8414 §3, OpenID Connect Discovery §4). */
function metadataUrls(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const names = ['oauth-authorization-server', 'openid-configuration'];
  return [
    ...names.map((name) => `${origin}/.well-known/${name}${path}`),
    ...(path === '' ? [] : [`${origin}${path}/.well-known/openid-configuration`]),
  ];
}

/** The first success; where there is none, what all of them threw. */
async function firstOf<Result>(
  urls: readonly string[],
  attempt: (url: string) => Promise<Result>,
): Promise<Result> {
  const failures: unknown[] = [];
  for (const url of urls) {
    try {
      return await attempt(url);
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(failures, 'the issuer has no description');
}
