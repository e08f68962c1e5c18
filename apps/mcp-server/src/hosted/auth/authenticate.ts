import type { Principal } from '../principal.js';

/** Why a request has no principal. */
export type Refusal =
  /** It carries no credential. */
  | { readonly kind: 'none' }
  /** Its credential is not good; `reason` is for the log and never holds any of it. */
  | { readonly kind: 'invalid'; readonly reason: string }
  /** Its validity cannot be checked now. */
  | { readonly kind: 'unavailable'; readonly reason: string };

export type Authentication = { readonly principal: Principal } | { readonly refusal: Refusal };

/** Finds out who presents a credential. */
export type Authenticate = (credential: string) => Promise<Authentication>;

/**
 * The credential of a request (RFC 6750 §2.1: only the header is read, neither the URL nor the body); undefined where there
 * is none.
 */
export function bearerOf(request: Request): string | undefined {
  const value = request.headers.get('authorization');
  return value === null ? undefined : (/^bearer +([\w.~+/-]+=*)$/i.exec(value)?.[1] ?? '');
}
