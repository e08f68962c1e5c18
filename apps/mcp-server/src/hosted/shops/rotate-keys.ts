import { chmod, chown, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConfigurationError } from '@wemasy-orders/client';
import { openStore } from '@wemasy-orders/runtime';
import type { HostedConfig } from '@wemasy-orders/runtime/hosted';
import type { Clock } from '@wemasy-orders/state';
import { newKeyLine, openKeyFile, parseKeyFile } from './key-file.js';
import { createLinkedShops } from './linked-shops.js';

export interface RotateKeysOptions {
  readonly config: HostedConfig;
  readonly clock: Clock;
  /** Takes a line for the operator. */
  readonly print: (line: string) => void;
}

/**
 * Seals all links with a new key, while servers run. The key before stays in the file, since a running server may still
 * seal with it; the next rotation removes it. Where links have an older key than the first of the file, because the
 * operator put a new one there or a rotation was interrupted, no further key is added.
 *
 * @returns whether every link could be opened
 * @throws {ConfigurationError} where the key file or the state cannot be used
 */
export async function rotateKeys({ config, clock, print }: RotateKeysOptions): Promise<boolean> {
  const { WEMASY_KEY_FILE: path, WEMASY_API_URL: apiUrl, state } = config;
  if (path === undefined) throw new ConfigurationError('WEMASY_KEY_FILE is not set.');
  if (state === undefined || state.kind === 'memory') {
    throw new ConfigurationError('WEMASY_STATE must be the place where the servers keep the links.');
  }
  const keys = await openKeyFile(() => readFile(path, 'utf8'));
  const store = await openStore(state, {
    clock,
    onWarning: ({ message }) => {
      print(message);
    },
    acceptVolatile: config.WEMASY_ACCEPT_VOLATILE_JOURNAL,
  });
  try {
    const links = createLinkedShops({ store, keys, apiUrl, clock });
    const current = await keys.currentKeyId();
    const used = await links.keyIds();
    if ([...used].every((id) => id === current)) await addKey(path);
    const { rewrapped, unchanged, unreadable } = await links.rewrapAll();
    print(
      `Key ${await keys.currentKeyId()} seals ${rewrapped + unchanged} links now; ${rewrapped} were changed.`,
    );
    print(`The keys below it in ${path} only open what they sealed; the next rotation removes them.`);
    if (unreadable.length === 0) return true;
    print(
      `${unreadable.length} links cannot be opened with the keys of the file. Their users have to link again:`,
    );
    for (const id of unreadable) print(`  links/${id}`);
    return false;
  } finally {
    await store.close();
  }
}

/** Puts a new key first, and leaves out those that no link needs: all but the first. */
async function addKey(path: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  const [, ...unused] = parseKeyFile(text);
  const lines = text.split('\n').filter((line) => !unused.some((key) => key.line === line.trim()));
  const draft = join(dirname(path), `.${newKeyLine().slice(0, 8).replace(/\W/g, '-')}.keys`);
  try {
    const { mode, uid, gid } = await stat(path);
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile([newKeyLine(), ...lines].join('\n'));
      await file.sync();
    } finally {
      await file.close();
    }
    if (process.getuid?.() === 0) await chown(draft, uid, gid);
    await chmod(draft, mode & 0o777);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    const reason = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new ConfigurationError(
      `WEMASY_KEY_FILE cannot be written${reason}. Put a new key on its first line everywhere (openssl rand -base64 32), then rotate again.`,
    );
  }
}
