import { createVirtualClock } from '@wemasy-orders/state/testing';
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createIssuerKeys, IssuerAwayError } from './issuer-keys.js';

const issuer = 'https://id.example.com/tenant';
const jwksUri = 'https://id.example.com/keys';
const minuteMs = 60_000;

let token: (kid?: string) => Promise<string>;
let jwk: object;

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' };
  token = (kid = 'one') => new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey);
});

/** An issuer whose answers a test sets; undefined is a connection that fails. */
function issuerWith(answers: (url: string) => object | number | undefined) {
  const asked: string[] = [];
  const warnings: Error[] = [];
  const clock = createVirtualClock();
  const keys = createIssuerKeys({
    issuer,
    clock,
    onWarning: (error) => void warnings.push(error),
    async fetch(url) {
      asked.push(String(url));
      const answer = answers(String(url));
      if (answer === undefined)
        throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
      return typeof answer === 'number'
        ? new Response('no', { status: answer })
        : new Response(JSON.stringify(answer));
    },
  });
  const verify = async (kid?: string) => (await jwtVerify(await token(kid), keys)).protectedHeader.kid;
  return { asked, warnings, clock, verify };
}

const metadata = { issuer, jwks_uri: jwksUri };
const good = (url: string) => (url === jwksUri ? { keys: [jwk] } : metadata);

describe("the issuer's keys", () => {
  it('are read once for tokens that come together', async () => {
    const { asked, verify } = issuerWith(good);
    expect(await Promise.all([verify(), verify(), verify()])).toEqual(['one', 'one', 'one']);
    expect(asked).toEqual(['https://id.example.com/.well-known/oauth-authorization-server/tenant', jwksUri]);
  });

  it('are found wherever the specification lets an issuer describe itself', async () => {
    const last = 'https://id.example.com/tenant/.well-known/openid-configuration';
    const { asked, verify } = issuerWith((url) => (url === last || url === jwksUri ? good(url) : 404));
    expect(await verify()).toBe('one');
    expect(asked).toEqual([
      'https://id.example.com/.well-known/oauth-authorization-server/tenant',
      'https://id.example.com/.well-known/openid-configuration/tenant',
      last,
      jwksUri,
    ]);
  });

  it.each([
    ['of another issuer', { issuer: 'https://id.example.com', jwks_uri: jwksUri }],
    ['without TLS', { issuer, jwks_uri: 'http://id.example.com/keys' }],
    ['nowhere', { issuer }],
    ['in another form', []],
  ])('%s are not used', async (_, described) => {
    const { verify } = issuerWith((url) => (url === jwksUri ? { keys: [jwk] } : described));
    await expect(verify()).rejects.toBeInstanceOf(IssuerAwayError);
  });

  it('that cannot be read say why', async () => {
    await expect(issuerWith(() => undefined).verify()).rejects.toThrow(/connect ECONNREFUSED/);
    await expect(issuerWith(() => 500).verify()).rejects.toThrow(/answered with status 500/);
  });

  it('are read again after a while, which no call waits for', async () => {
    const { asked, clock, verify } = issuerWith(good);
    await verify();
    await clock.advance(9 * minuteMs);
    await verify();
    expect(asked).toHaveLength(2);
    await clock.advance(2 * minuteMs);
    await verify();
    await clock.advance(0);
    expect(asked).toHaveLength(4);
  });

  it('that the issuer removed are refused after 20 minutes, also where no call came meanwhile', async () => {
    let shown = [jwk];
    const { clock, verify } = issuerWith((url) => (url === jwksUri ? { keys: shown } : metadata));
    await verify();
    shown = [{ ...jwk, kid: 'two' }];
    await clock.advance(21 * minuteMs);
    const first = await Promise.allSettled([verify(), verify(), verify('two')]);
    expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });

  it('serve for a day while the issuer is away, with few warnings', async () => {
    let isAway = false;
    const { warnings, clock, verify } = issuerWith((url) => (isAway ? undefined : good(url)));
    await verify();
    isAway = true;
    for (let hours = 0; hours < 23; hours += 1) {
      await clock.advance(60 * minuteMs);
      expect(await Promise.all([verify(), verify()])).toEqual(['one', 'one']);
      await clock.advance(0);
    }
    expect(warnings).toHaveLength(23);
    await clock.advance(120 * minuteMs);
    await expect(verify()).rejects.toBeInstanceOf(IssuerAwayError);
    isAway = false;
    const again = verify();
    await clock.advance(1_000);
    expect(await again).toBe('one');
  });

  it('are read at most once a second, however many tokens name unknown ones', async () => {
    const { asked, clock, verify } = issuerWith(good);
    await verify();
    const before = asked.length;
    const since = clock.monotonic();
    for (let round = 0; round < 10; round += 1) {
      let isOver = false;
      const refused = Promise.allSettled(
        Array.from({ length: 20 }, (_, at) => verify(`unknown-${at}`)),
      ).finally(() => (isOver = true));
      // Signatures are made and checked in real time.
      while (!isOver) await clock.advance(100);
      expect((await refused).every(({ status }) => status === 'rejected')).toBe(true);
    }
    const seconds = (clock.monotonic() - since) / 1_000;
    expect(asked.length - before).toBeGreaterThan(0);
    expect(asked.length - before).toBeLessThanOrEqual(2 * (seconds + 1));
  });

  it('that changed during a reading are found by the next one', async () => {
    let shown: object[] = [];
    const { clock, verify } = issuerWith((url) => (url === jwksUri ? { keys: shown } : metadata));
    await expect(verify()).rejects.toThrow();
    const first = verify('other').catch(() => 'refused');
    await clock.advance(500);
    shown = [jwk];
    const second = verify();
    await clock.advance(3_000);
    expect(await second).toBe('one');
    expect(await first).toBe('refused');
  });
});
