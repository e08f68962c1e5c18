/** The sandbox's two tokens; they open nothing else, so they need no secrecy. */
export const tokens = {
  fullAccess: 'sandbox-full-access',
  /** May list orders; a sync is forbidden. */
  readOnly: 'sandbox-read-only',
} as const;

export type Token = (typeof tokens)[keyof typeof tokens];

/** The token of an `Authorization` header, read as Laravel does: what follows the last `Bearer `. */
export function authenticate(authorization: string | null): Token | undefined {
  const [, given] = /^.*Bearer ([^,]*)/s.exec(authorization ?? '') ?? [];
  return Object.values(tokens).find((token) => token === given);
}
