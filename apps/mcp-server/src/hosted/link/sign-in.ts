import type { Configuration } from 'openid-client';
import type { Clock } from '@wemasy-orders/state';
import * as z from 'zod';
import type { Identity } from '../shops/linked-shops.js';

export interface SignInOptions {
  /** Written as in its tokens. */
  readonly issuer: string;
  /** Undefined where the issuer fetches the client's metadata from `clientMetadataUrl`. */
  readonly clientId: string | undefined;
  /** Undefined for a public client. */
  readonly clientSecret: string | undefined;
  readonly clientMetadataUrl: string;
  readonly redirectUrl: string;
  readonly clock: Clock;
}

export const signInSchema = z.strictObject({ state: z.string(), nonce: z.string(), verifier: z.string() });

/** What the browser keeps between leaving for the issuer and coming back. */
export type PendingSignIn = z.output<typeof signInSchema>;

/** The issuer cannot be used now. */
export class IssuerUnavailableError extends Error {
  override readonly name = 'IssuerUnavailableError';
}

/** The user did not sign in, or the answer is not the issuer's. */
export class SignInRefusedError extends Error {
  override readonly name = 'SignInRefusedError';
}

export interface SignIn {
  /** @throws {IssuerUnavailableError} */
  begin(): Promise<{ readonly url: URL; readonly pending: PendingSignIn }>;
  /**
   * @param returned the address that the browser came back to
   * @throws {SignInRefusedError} @throws {IssuerUnavailableError}
   */
  finish(returned: URL, pending: PendingSignIn): Promise<Identity>;
}

/** How long the issuer's metadata serves, in ms. */
const freshMs = 10 * 60_000;
const timeoutSeconds = 10;

/** Signs users in at the issuer of the access tokens: authorization code with PKCE (OpenID Connect Core §3.1, RFC 7636). */
export function createSignIn(options: SignInOptions): SignIn {
  const { issuer, clientId, clientSecret, clientMetadataUrl, redirectUrl, clock } = options;
  let found: { readonly configuration: Promise<Configuration>; readonly at: number } | undefined;

  async function discover(): Promise<Configuration> {
    const { allowInsecureRequests, discovery, None } = await import('openid-client');
    const isPlain = new URL(issuer).protocol === 'http:';
    const configuration = await discovery(
      new URL(issuer),
      clientId ?? clientMetadataUrl,
      clientSecret,
      clientSecret === undefined ? None() : undefined,
      // The settings allow plain HTTP on this machine only.
      { timeout: timeoutSeconds, execute: isPlain ? [allowInsecureRequests] : [] },
    );
    const metadata = configuration.serverMetadata();
    if (metadata.issuer !== issuer) throw new Error('The issuer has another name in its metadata');
    if (clientId === undefined && metadata['client_id_metadata_document_supported'] !== true) {
      throw new Error('The issuer needs a registered client: set WEMASY_OAUTH_CLIENT_ID');
    }
    return configuration;
  }

  async function present(): Promise<Configuration> {
    if (found === undefined || clock.monotonic() - found.at > freshMs) {
      found = { configuration: discover(), at: clock.monotonic() };
    }
    try {
      return await found.configuration;
    } catch (error) {
      found = undefined;
      throw new IssuerUnavailableError('The identity provider cannot be used', { cause: error });
    }
  }

  return {
    async begin() {
      const configuration = await present();
      const oidc = await import('openid-client');
      const pending = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        verifier: oidc.randomPKCECodeVerifier(),
      };
      const url = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUrl,
        scope: 'openid',
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
      });
      return { url, pending };
    },
    async finish(returned, { state, nonce, verifier }) {
      const configuration = await present();
      const { authorizationCodeGrant, ClientError } = await import('openid-client');
      try {
        const tokens = await authorizationCodeGrant(configuration, returned, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (claims === undefined) throw new TypeError('unreachable: an id token is expected');
        return { issuer: claims.iss, subject: claims.sub };
      } catch (error) {
        const isSilence = error instanceof ClientError && error.code === 'OAUTH_TIMEOUT';
        if (isSilence || error instanceof TypeError) {
          throw new IssuerUnavailableError('The identity provider did not answer', { cause: error });
        }
        throw new SignInRefusedError('The sign-in was not completed', { cause: error });
      }
    },
  };
}
