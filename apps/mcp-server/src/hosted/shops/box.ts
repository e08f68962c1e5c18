import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Length of an AES-256 key, in bytes. */
export const keyBytes = 32;
/** NIST SP 800-38D §8.2: 96 bits, random for each message. */
const ivBytes = 12;
const tagBytes = 16;

/** AES-256-GCM. @param context what the box is bound to: it opens with the same text only */
export function encrypt(key: Buffer, content: Buffer, context: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(context));
  const encrypted = Buffer.concat([cipher.update(content), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), encrypted]).toString('base64');
}

/** @throws {Error} where the box was changed, is bound to something else, or has another key */
export function decrypt(key: Buffer, box: string, context: string): Buffer {
  const bytes = Buffer.from(box, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]);
}
