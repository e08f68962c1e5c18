import { createHash, randomBytes } from 'node:crypto';
import { ConfigurationError } from '@wemasy-orders/client';
import { decrypt, encrypt, keyBytes } from './box.js';
import type { KeyKeeper } from './sealing.js';

export interface FoundKey {
  /** Names the key without giving it away. */
  readonly id: string;
  readonly key: Buffer;
  /** Its line in the file. */
  readonly line: string;
}

const variable = 'WEMASY_KEY_FILE';

/**
 * Understands a key file: a key a line, 32 random bytes in base64 (`openssl rand -base64 32`). The first one is in use, the
 * others open what they sealed before. Empty lines and lines that begin with `#` do not count.
 *
 * @throws {ConfigurationError} with all faults; never a part of a key
 */
export function parseKeyFile(text: string): readonly [FoundKey, ...FoundKey[]] {
  const lines = text.split('\n').map((line, index) => ({ text: line.trim(), number: index + 1 }));
  const given = lines.filter((line) => line.text !== '' && !line.text.startsWith('#'));
  const faults = given.flatMap((line) =>
    isKey(line.text)
      ? []
      : [
          `${variable}: line ${line.number} is no key of ${keyBytes} bytes in base64 (openssl rand -base64 32).`,
        ],
  );
  const keys = given.map((line) => foundKey(line.text));
  const [first, ...others] = keys;
  if (faults.length > 0 || first === undefined) {
    throw new ConfigurationError(
      ...(faults.length > 0 ? faults : [`${variable} names a file without a key.`]),
    );
  }
  if (new Set(keys.map(({ id }) => id)).size < keys.length) {
    throw new ConfigurationError(`${variable}: a key is on two lines.`);
  }
  return [first, ...others];
}

function isKey(line: string): boolean {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(line) && Buffer.from(line, 'base64').length === keyBytes;
}

function foundKey(line: string): FoundKey {
  const key = Buffer.from(line, 'base64');
  const id = createHash('sha256').update('wemasy-orders key id').update(key).digest('hex').slice(0, 12);
  return { id, key, line };
}

/** A new key, in the form of a key file. */
export function newKeyLine(): string {
  return randomBytes(keyBytes).toString('base64');
}

/**
 * Keys in a file. It is read again for each new seal and for a key that is not known yet, so that a rotation needs no
 * restart.
 *
 * @throws {ConfigurationError} where the file cannot be used; afterwards a faulty edit does not matter to what is open
 */
export async function openKeyFile(read: () => Promise<string>): Promise<KeyKeeper> {
  let keys = await load();

  async function load() {
    let text;
    try {
      text = await read();
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
      throw new ConfigurationError(`${variable} names a file that cannot be read${reason}.`);
    }
    return parseKeyFile(text);
  }

  async function find(keyId: string): Promise<Buffer> {
    const isKnown = () => keys.find(({ id }) => id === keyId);
    if (isKnown() === undefined) keys = await load();
    const found = isKnown();
    if (found === undefined) {
      throw new ConfigurationError(
        `${variable} lacks the key ${keyId}, which a shop's token is sealed with.`,
      );
    }
    return found.key;
  }

  return {
    async wrap(dataKey, context) {
      keys = await load();
      const [{ id, key }] = keys;
      return { keyId: id, wrapped: encrypt(key, dataKey, context) };
    },
    async unwrap({ keyId, wrapped }, context) {
      return decrypt(await find(keyId), wrapped, context);
    },
    async currentKeyId() {
      keys = await load();
      return keys[0].id;
    },
  };
}
