import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { isOrdersError } from '@wemasy-orders/client';
import { failureOf, personalDataModes } from '@wemasy-orders/presentation';
import { checkedToken, type Log, type Services } from '@wemasy-orders/runtime';
import type { Clock, StateStore } from '@wemasy-orders/state';
import * as z from 'zod';
import type { Identity, LinkedShop, LinkedShops, ShopAccess } from '../shops/linked-shops.js';
import type { KeyKeeper } from '../shops/sealing.js';
import type { Account } from '../shops/shop-services.js';
import { sealedCookie } from './cookie.js';
import { linkPath } from './link-path.js';
import {
  contentSecurityPolicy,
  type LinkChoices,
  type Notice,
  noticePage,
  operatorsShopPage,
  shopPage,
  signInPage,
} from './pages.js';
import {
  createSignIn,
  IssuerUnavailableError,
  SignInRefusedError,
  type SignInOptions,
  signInSchema,
} from './sign-in.js';

export interface LinkOptions extends Omit<SignInOptions, 'clientMetadataUrl' | 'redirectUrl'> {
  /** Origin that users reach the server at. */
  readonly publicOrigin: string;
  readonly keys: KeyKeeper;
  readonly links: LinkedShops;
  /** What the operator's file says of an identity. */
  readonly operatorsShop: (identity: Identity) => Promise<ShopAccess | undefined>;
  readonly servicesOf: (account: Account) => Pick<Services, 'client' | 'journal'>;
  /** Counts how often an identity tries a token. */
  readonly store: StateStore;
  readonly defaults: LinkChoices;
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  readonly clock: Clock;
}

/** The page on which users link their shop. */
export interface Link {
  /**
   * Answers a request whose path `isLinkPath`.
   *
   * @returns undefined where there is nothing at that path
   */
  respond(request: Request): Promise<Response | undefined>;
}

const sessionSchema = z.strictObject({ issuer: z.string(), subject: z.string(), csrf: z.string() });
type Session = z.output<typeof sessionSchema>;

const sessionSeconds = 15 * 60;
const signInSeconds = 10 * 60;
/** A form has some hundred bytes. */
const largestFormBytes = 16_384;
/** Tokens that an identity may try a minute: this is no place to guess them. */
const triesPerMinute = 5;
/** Longest wait for the allowance of a shop whose token is tried, in ms. */
const longestWaitMs = 10_000;

const formSchema = z.object({
  token: z.string().default(''),
  same_shop: z.enum(['yes', 'no']).optional(),
  personal_data: z.enum(personalDataModes),
  read_only: z.enum(['yes', 'no']),
});

/** What a redirect to the page says, by a word in its address. */
const notices: Readonly<Record<string, Notice>> = {
  linked: { kind: 'done', text: 'The shop is linked. Your assistant can use it now.' },
  saved: { kind: 'done', text: 'The changes are saved.' },
  unlinked: { kind: 'done', text: 'The shop is not linked any more, and its API token is deleted here.' },
};

const signedOut: Notice = { kind: 'done', text: 'You are signed out here.' };
const expired: Notice = { kind: 'fault', text: 'You were signed out after a while. Sign in and try again.' };

export function createLink(options: LinkOptions): Link {
  const { publicOrigin, keys, links, operatorsShop, servicesOf, store, defaults, log, clock } = options;
  const isSecure = publicOrigin.startsWith('https:');
  const shared = { isSecure, keys, clock };
  const sessions = sealedCookie({
    name: 'wemasy-link',
    schema: sessionSchema,
    lastsSeconds: sessionSeconds,
    ...shared,
  });
  const signIns = sealedCookie({
    name: 'wemasy-sign-in',
    schema: signInSchema,
    lastsSeconds: signInSeconds,
    ...shared,
  });
  const clientMetadataUrl = `${publicOrigin}${linkPath}/client.json`;
  const redirectUrl = `${publicOrigin}${linkPath}/callback`;
  const signIn = createSignIn({ ...options, clientMetadataUrl, redirectUrl });

  async function showShop(session: Session, notice?: Notice, chosen?: LinkChoices): Promise<Response> {
    const ofOperator = await operatorsShop(session);
    if (ofOperator !== undefined) return answer(200, operatorsShopPage(session, ofOperator.account));
    const link = await links.find(session);
    const choices = chosen ?? link ?? defaults;
    return answer(notice?.kind === 'fault' ? 422 : 200, shopPage(session, link, choices, notice));
  }

  async function beginSignIn(): Promise<Response> {
    const { url, pending } = await signIn.begin();
    return redirect(url.href, await signIns.write(pending));
  }

  async function finishSignIn(request: Request): Promise<Response> {
    const pending = await signIns.read(request);
    if (pending === undefined) {
      return answer(400, signInPage({ kind: 'fault', text: 'That took too long. Sign in again.' }));
    }
    const returned = new URL(new URL(request.url).search, redirectUrl);
    const identity = await signIn.finish(returned, pending);
    const csrf = randomBytes(24).toString('base64url');
    return redirect(linkPath, await sessions.write({ ...identity, csrf }), signIns.cleared);
  }

  /** Takes a form that the user sent from the page itself; otherwise says why not. */
  async function takeForm(request: Request): Promise<{ session: Session; form: URLSearchParams } | Response> {
    const origin = request.headers.get('origin');
    if (origin !== null && origin !== publicOrigin) return refusedForm();
    const session = await sessions.read(request);
    if (session === undefined) return answer(401, signInPage(expired));
    const form = await readForm(request);
    const csrf = form?.get('csrf') ?? '';
    return form === undefined || !isSame(csrf, session.csrf) ? refusedForm() : { session, form };
  }

  async function saveLink(session: Session, form: URLSearchParams): Promise<Response> {
    if ((await operatorsShop(session)) !== undefined) return await showShop(session);
    const parsed = formSchema.safeParse(Object.fromEntries(form));
    if (!parsed.success) return await showShop(session, fault('Choose what the assistant sees and may do.'));
    const { token: given, same_shop: sameShop, personal_data: personalData, read_only } = parsed.data;
    const choices = { personalData, readOnly: read_only === 'yes' };
    const link = await links.find(session);
    if (given.trim() === '') {
      if (link === undefined) return await showShop(session, fault('Enter the API token.'), choices);
      await links.save(session, { account: link.account, token: link.token, ...choices });
      log.info('a link was changed', { account: link.account });
      return redirect(`${linkPath}?done=saved`);
    }
    const { value: token, fault: tokenFault } = checkedToken(given, 'The API token');
    if (tokenFault !== undefined) return await showShop(session, fault(tokenFault), choices);
    const isNew = link !== undefined && link.token !== token;
    if (isNew && sameShop === undefined) {
      const text = 'Say whether the new token is of the same shop, and enter it again.';
      return await showShop(session, fault(text), choices);
    }
    if (!(await mayTry(session))) {
      const text = `You have tried ${triesPerMinute} tokens. Wait a minute, then try again.`;
      return await showShop(session, fault(text), choices);
    }
    const name = nameFor(token, link, sameShop);
    let account;
    try {
      const { client, journal } = servicesOf({ account: name, token });
      await client.list({ per_page: 25 }, { maxWaitMs: longestWaitMs });
      account = await journal.claimAccount(name);
    } catch (error) {
      if (!isOrdersError(error)) throw error;
      const { code, sentence, details } = failureOf(error, personalData);
      log.info('a shop could not be linked', { code });
      const notice: Notice = { kind: 'fault', text: `The shop is not linked: ${sentence}`, details };
      return await showShop(session, notice, choices);
    }
    await links.save(session, { account, token, ...choices });
    log.info('a shop was linked', { account });
    return redirect(`${linkPath}?done=linked`);
  }

  async function mayTry(identity: Identity): Promise<boolean> {
    const id = createHash('sha256')
      .update(JSON.stringify([identity.issuer, identity.subject]))
      .digest('hex');
    return await store.update(
      `tries/${id}`,
      (record, { wallMs }) => {
        const known = triesSchema.safeParse(record).data;
        const isOver = known === undefined || wallMs - known.since >= 60_000 || wallMs < known.since;
        const tries = isOver ? { since: wallMs, count: 1 } : { ...known, count: known.count + 1 };
        return { record: tries, result: tries.count <= triesPerMinute };
      },
      { expiresInMs: 60_000 },
    );
  }

  async function route(request: Request, path: string): Promise<Response | undefined> {
    const isPost = request.method === 'POST';
    if (!isPost && request.method !== 'GET' && request.method !== 'HEAD') {
      return answer(405, noticePage('Not possible', fault('This page takes forms only.')), [
        'allow',
        'GET, POST',
      ]);
    }
    if (isPost) {
      if (!['', '/unlink', '/sign-out'].includes(path)) return undefined;
      const taken = await takeForm(request);
      if (taken instanceof Response) return taken;
      const { session, form } = taken;
      if (path === '') return await saveLink(session, form);
      if (path === '/sign-out') return answer(200, signInPage(signedOut), ['set-cookie', sessions.cleared]);
      await links.remove(session);
      log.info('a shop was unlinked');
      return redirect(`${linkPath}?done=unlinked`);
    }
    switch (path) {
      case '': {
        const session = await sessions.read(request);
        const word = new URL(request.url).searchParams.get('done') ?? '';
        return session === undefined ? answer(200, signInPage()) : await showShop(session, notices[word]);
      }
      case '/sign-in':
        return await beginSignIn();
      case '/callback':
        return await finishSignIn(request);
      case '/client.json':
        return Response.json(clientMetadata(clientMetadataUrl, redirectUrl));
      default:
        return undefined;
    }
  }

  return {
    async respond(request) {
      const { pathname } = new URL(request.url);
      try {
        return await route(request, pathname.slice(linkPath.length));
      } catch (error) {
        if (error instanceof SignInRefusedError) {
          log.info('a sign-in was refused', { reason: reasonOf(error) });
          const text = 'The sign-in was not completed. Sign in again.';
          return answer(400, signInPage(fault(text)), ['set-cookie', signIns.cleared]);
        }
        if (error instanceof IssuerUnavailableError) {
          log.warn('the identity provider cannot be used', { reason: reasonOf(error) });
          return answer(503, signInPage(fault('Signing in is not possible now. Try again in a minute.')));
        }
        log.error('the page that links a shop failed', { error });
        const text = isOrdersError(error) ? error.message : 'Something went wrong here.';
        return answer(503, noticePage('Not possible now', fault(`${text} Try again in a minute.`)));
      }
    },
  };
}

const triesSchema = z.object({ since: z.number(), count: z.number() });

/**
 * The account that a link begins where its token is known of none. It depends on the token alone, so that identities that
 * link one shop at the same moment share it.
 */
function nameFor(token: string, link: LinkedShop | undefined, sameShop: 'yes' | 'no' | undefined): string {
  if (link !== undefined && (link.token === token || sameShop === 'yes')) return link.account;
  return `shop-${createHmac('sha256', token).update('wemasy-orders account').digest('hex').slice(0, 16)}`;
}

/** Client metadata, for issuers that fetch it (draft-ietf-oauth-client-id-metadata-document). */
function clientMetadata(url: string, redirectUrl: string) {
  return {
    client_id: url,
    client_name: 'Wemasy Orders',
    redirect_uris: [redirectUrl],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
}

async function readForm(request: Request): Promise<URLSearchParams | undefined> {
  const type = request.headers.get('content-type') ?? '';
  if (!type.startsWith('application/x-www-form-urlencoded') || request.body === null) return undefined;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.length;
    if (bytes > largestFormBytes) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** The messages alone: a cause may carry what the issuer says of the user. */
function reasonOf(error: Error): string {
  const { cause } = error;
  return cause instanceof Error ? `${error.message}: ${reasonOf(cause)}` : error.message;
}

function fault(text: string): Notice {
  return { kind: 'fault', text };
}

function refusedForm(): Response {
  return answer(
    403,
    noticePage('Not sent', fault('This form was not sent from its own page. Open it again.')),
  );
}

function answer(status: number, page: string, ...more: readonly (readonly [string, string])[]): Response {
  const headers = new Headers({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentSecurityPolicy,
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    // With `no-referrer`, browsers would hide the origin of a form, which is checked.
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-store',
  });
  for (const [name, value] of more) headers.append(name, value);
  return new Response(page, { status, headers });
}

function redirect(location: string, ...cookies: readonly string[]): Response {
  const headers = new Headers({ location, 'cache-control': 'no-store', 'referrer-policy': 'same-origin' });
  for (const cookie of cookies) headers.append('set-cookie', cookie);
  return new Response(null, { status: 303, headers });
}
