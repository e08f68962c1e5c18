import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { decrypt, encrypt, keyBytes } from './box.js';

/** A data key, encrypted with a key that never leaves its keeper. */
export interface WrappedKey {
  /** Names the key that it was wrapped with. */
  readonly keyId: string;
  /** Base64. */
  readonly wrapped: string;
}

/** Keeps the keys that data keys are wrapped with: a file, or a key management service. */
export interface KeyKeeper {
  /** Wraps with the key that is in use. @param context the same text is needed to unwrap */
  wrap(dataKey: Buffer, context: string): Promise<WrappedKey>;
  /** @throws {Error} where the key is not known, or the data key was wrapped for another context */
  unwrap(wrappedKey: WrappedKey, context: string): Promise<Buffer>;
  /** Name of the key in use. */
  currentKeyId(): Promise<string>;
}

export const sealedSchema = z.strictObject({
  version: z.literal(1),
  keyId: z.string(),
  wrapped: z.string(),
  /** Base64: what is sealed, encrypted with the data key. */
  box: z.string(),
});

/** A text that opens for its own context only. Each has a data key of its own. */
export type Sealed = z.output<typeof sealedSchema>;

export async function seal(text: string, context: string, keys: KeyKeeper): Promise<Sealed> {
  const dataKey = randomBytes(keyBytes);
  const box = encrypt(dataKey, Buffer.from(text), context);
  return { version: 1, ...(await keys.wrap(dataKey, context)), box };
}

/** @throws {Error} where it was changed, was sealed for another context, or its key is not known */
export async function unseal(sealed: Sealed, context: string, keys: KeyKeeper): Promise<string> {
  return decrypt(await keys.unwrap(sealed, context), sealed.box, context).toString();
}

/** The same content under the key that is in use now; the content itself is not decrypted. */
export async function rewrap(sealed: Sealed, context: string, keys: KeyKeeper): Promise<Sealed> {
  return { ...sealed, ...(await keys.wrap(await keys.unwrap(sealed, context), context)) };
}
