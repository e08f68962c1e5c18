/** The sandbox's two tokens. They are valid nowhere else, so they are not secret. */
export const tokens = {
  fullAccess: 'sandbox-full-access',
  /** May list orders; a sync is answered with 403. */
  readOnly: 'sandbox-read-only',
} as const;

export type Token = (typeof tokens)[keyof typeof tokens];

/** The token of an `Authorization` header, read as Laravel does: the text after the last `Bearer `. */
export function authenticate(authorization: string | null): Token | undefined {
  const [, given] = /^.*Bearer ([^,]*)/s.exec(authorization ?? '') ?? [];
  return Object.values(tokens).find((token) => token === given);
}
