import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file of shops with one shop. */
export interface ShopsFile {
  readonly path: string;
  remove(): Promise<void>;
}

export interface ShopsFileOptions {
  readonly apiToken: string;
  /** Who has the shop. */
  readonly identities?: readonly { readonly issuer: string; readonly subject: string }[];
  /** Machines that have it, with what their secrets grant. */
  readonly secrets?: readonly {
    readonly name: string;
    readonly secret: string;
    readonly scopes: readonly string[];
  }[];
}

export async function writeShopsFile(options: ShopsFileOptions): Promise<ShopsFile> {
  const { apiToken, identities = [], secrets = [] } = options;
  const folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-shops-'));
  const path = join(folder, 'shops.json');
  await writeFile(join(folder, 'api-token'), apiToken);
  const shop = {
    account: 'shop',
    api_token_file: 'api-token',
    identities,
    secrets: secrets.map(({ name, secret, scopes }) => ({ name, sha256: sha256(secret), scopes })),
  };
  await writeFile(path, JSON.stringify({ shops: [shop] }));
  return { path, remove: () => rm(folder, { recursive: true }) };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
