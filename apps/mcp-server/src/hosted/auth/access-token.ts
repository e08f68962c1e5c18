import { createHash } from 'node:crypto';
import type { Clock } from '@wemasy-orders/state';
import { errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod';
import { type Principal, scopes } from '../principal.js';
import type { Authenticate, Authentication } from './authenticate.js';
import { IssuerAwayError } from './issuer-keys.js';

export interface AccessTokenOptions {
  readonly issuer: string;
  /** What tokens must be made for: the public address of this server, without a slash at its end. */
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly keys: JWTVerifyGetKey;
  readonly clock: Clock;
}

/** How far the clocks of issuer and server may differ, in s. */
const clockToleranceSeconds = 5;
/** Longest that a token is taken for good without another look, in ms; it saves a signature check a call. */
const rememberMs = 60_000;
/** Tokens that are remembered; more are checked again. */
const remembered = 10_000;

const Claims = z.looseObject({
  sub: z.string().min(1).max(1_000),
  exp: z.number(),
  scope: z.string().default(''),
  // RFC 7800: such a token is good only together with a proof that a bearer does not carry.
  cnf: z.undefined().optional(),
});

/**
 * Proves principals by access tokens: JWTs of the issuer for this server (RFC 9068 §4). An id token, a token for another
 * server and a token with a symmetric signature are none.
 */
export function authenticateByAccessToken(options: AccessTokenOptions): Authenticate {
  const { issuer, audience, algorithms, keys, clock } = options;
  /** By hash, so that memory holds no credential. */
  const good = new Map<string, { readonly principal: Principal; readonly until: number }>();
  // A client that makes a URL of an address without a path writes the slash.
  const audiences = [audience, ...(new URL(audience).pathname === '/' ? [`${audience}/`] : [])];

  async function check(token: string): Promise<{ principal: Principal; until: number }> {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience: audiences,
      algorithms: [...algorithms],
      typ: 'at+jwt',
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(clock.now()),
    });
    const { sub, exp, scope } = Claims.parse(payload);
    const granted = scope.split(' ');
    const principal: Principal = {
      kind: 'oauth',
      issuer,
      subject: sub,
      scopes: new Set(scopes.filter((name) => granted.includes(name))),
    };
    return { principal, until: Math.min(exp * 1_000, clock.now() + rememberMs) };
  }

  return async (token) => {
    const hash = createHash('sha256').update(token).digest('base64');
    const earlier = good.get(hash);
    if (earlier !== undefined && clock.now() < earlier.until) return { principal: earlier.principal };
    good.delete(hash);
    try {
      const checked = await check(token);
      const [oldest] = good.keys();
      if (good.size >= remembered && oldest !== undefined) good.delete(oldest);
      good.set(hash, checked);
      return { principal: checked.principal };
    } catch (error) {
      return { refusal: refusalOf(error) };
    }
  };
}

function refusalOf(error: unknown): Extract<Authentication, { refusal: unknown }>['refusal'] {
  if (error instanceof IssuerAwayError) return { kind: 'unavailable', reason: error.message };
  if (error instanceof errors.JOSEError) return { kind: 'invalid', reason: error.code };
  if (error instanceof z.ZodError) {
    return { kind: 'invalid', reason: `claim ${String(error.issues[0]?.path[0])} is not usable` };
  }
  throw error;
}
