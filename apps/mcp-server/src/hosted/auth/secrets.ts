import { createHash, timingSafeEqual } from 'node:crypto';
import { secretIssuer } from '../principal.js';
import type { Shops } from '../shop.js';
import type { Authenticate } from './authenticate.js';

/** A shorter secret could be guessed, whatever its hash says. `openssl rand -base64 32` writes 44. */
const shortestSecret = 32;

/** Proves machines by the secrets in the file of shops. */
export function authenticateBySecret({ secretWith }: Pick<Shops, 'secretWith'>): Authenticate {
  return async (secret) => {
    const hash = createHash('sha256').update(secret).digest();
    const found = await secretWith(hash.toString('hex'));
    if (
      found === undefined ||
      secret.length < shortestSecret ||
      !timingSafeEqual(hash, Buffer.from(found.sha256, 'hex'))
    ) {
      return { refusal: { kind: 'invalid', reason: 'unknown secret' } };
    }
    return {
      principal: {
        kind: 'token',
        issuer: secretIssuer,
        subject: found.name,
        scopes: new Set(found.scopes),
      },
    };
  };
}
