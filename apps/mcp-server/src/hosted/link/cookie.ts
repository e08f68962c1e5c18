import type { Clock } from '@wemasy-orders/state';
import * as z from 'zod';
import { type KeyKeeper, seal, sealedSchema, unseal } from '../shops/sealing.js';

/** A cookie whose content only the servers can read and write, so that any replica can go on with it. */
export interface SealedCookie<Content> {
  /** Undefined where there is none, or it is not valid (any more). */
  read(request: Request): Promise<Content | undefined>;
  /** The value of a `Set-Cookie` header. */
  write(content: Content): Promise<string>;
  /** The value of a `Set-Cookie` header that deletes it. */
  readonly cleared: string;
}

export interface CookieOptions<Content> {
  /** Names the cookie, and is what it is bound to: one cookie does not pass for another. */
  readonly name: string;
  readonly schema: z.ZodType<Content>;
  readonly lastsSeconds: number;
  readonly isSecure: boolean;
  readonly keys: KeyKeeper;
  readonly clock: Clock;
}

export function sealedCookie<Content>(options: CookieOptions<Content>): SealedCookie<Content> {
  const { name, schema, lastsSeconds, isSecure, keys, clock } = options;
  // RFC 6265bis §4.1.3.2: with the prefix, no other host and no plain connection can set it.
  const fullName = isSecure ? `__Host-${name}` : name;
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  const context = `wemasy-orders cookie ${name}`;
  const envelope = z.strictObject({ endsAt: z.number(), content: schema });

  return {
    async read(request) {
      const value = (request.headers.get('cookie') ?? '')
        .split(';')
        .map((pair) => pair.trim())
        .find((pair) => pair.startsWith(`${fullName}=`))
        ?.slice(fullName.length + 1);
      if (value === undefined) return undefined;
      try {
        const sealed = sealedSchema.parse(JSON.parse(Buffer.from(value, 'base64url').toString()));
        const { endsAt, content } = envelope.parse(JSON.parse(await unseal(sealed, context, keys)));
        return clock.now() < endsAt ? content : undefined;
      } catch {
        return undefined;
      }
    },
    async write(content) {
      const text = JSON.stringify({ endsAt: clock.now() + lastsSeconds * 1_000, content });
      const value = Buffer.from(JSON.stringify(await seal(text, context, keys))).toString('base64url');
      return `${fullName}=${value}; Max-Age=${lastsSeconds}; ${attributes}`;
    },
    cleared: `${fullName}=; Max-Age=0; ${attributes}`,
  };
}
