/** What a principal may do. Every tool that only reads needs `orders:read`, every other one `orders:sync`. */
export const scopes = ['orders:read', 'orders:sync'] as const;
export type Scope = (typeof scopes)[number];

/** Who sends a request, as far as it could be proved. */
export interface Principal {
  /** By an access token of the identity provider, or by a secret from the file of shops. */
  readonly kind: 'oauth' | 'token';
  /** `iss` of the access token; for a secret the same text for all of them, see `secretIssuer`. */
  readonly issuer: string;
  /** `sub` of the access token, or the name of the secret. Unique together with the issuer. */
  readonly subject: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** Issuer of principals that a secret proves. No identity provider can have it: an issuer is a URL. */
export const secretIssuer = 'secret';
