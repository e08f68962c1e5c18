import { ConfigurationError } from '@wemasy-orders/client';
import { type PersonalData, personalDataModes } from '@wemasy-orders/presentation';
import { accountNameFault, checkedToken, normalizeAccountName } from '@wemasy-orders/runtime';
import * as z from 'zod';
import { type Scope, scopes, secretIssuer } from '../principal.js';
import type { MachineSecret } from '../shop.js';
import type { Identity } from './linked-shops.js';

const account = z.string().transform((text, context) => {
  const name = normalizeAccountName(text);
  const fault = accountNameFault(name);
  if (fault === undefined) return name;
  context.addIssue({ code: 'custom', message: fault });
  return z.NEVER;
});

const secret = z.strictObject({
  name: z.string().min(1).max(64),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hexadecimal'),
  scopes: z.array(z.enum(scopes)).min(1),
});

const shop = z.strictObject({
  account,
  api_token_file: z.string().min(1),
  personal_data: z.enum(personalDataModes).optional(),
  read_only: z.boolean().default(false),
  identities: z.array(z.strictObject({ issuer: z.url(), subject: z.string().min(1) })).default([]),
  secrets: z.array(secret).default([]),
});

const file = z.strictObject({ shops: z.array(shop) });

/** A shop that the operator has linked. */
export interface FileShop {
  /** Normalised. */
  readonly account: string;
  /** As given: absolute, or below the folder of the file. */
  readonly tokenFile: string;
  /** Undefined where the server's own setting applies. */
  readonly personalData: PersonalData | undefined;
  readonly readOnly: boolean;
}

export interface ShopsFile {
  shopOf(identity: Identity): FileShop | undefined;
  secretWith(sha256: string): MachineSecret | undefined;
  readonly shops: readonly FileShop[];
}

const variable = 'WEMASY_SHOPS';

/**
 * Understands the file of shops.
 *
 * @throws {ConfigurationError} with all faults; values of the file are in none
 */
export function parseShopsFile(text: string): ShopsFile {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // The reason that JSON.parse gives quotes the text.
    throw new ConfigurationError(`${variable} names a file that is not JSON.`);
  }
  const parsed = file.safeParse(json);
  if (!parsed.success) throw new ConfigurationError(...parsed.error.issues.map(faultOf));

  const byIdentity = new Map<string, FileShop>();
  const secrets = new Map<string, MachineSecret>();
  const faults: string[] = [];
  const once = (isNew: boolean, path: string, what: string) => {
    if (!isNew) faults.push(`${variable}: ${path} ${what} is in the file twice.`);
  };
  const shops = parsed.data.shops.map((given, index): FileShop => {
    const path = `shops.${index}`;
    const { account, api_token_file: tokenFile, personal_data: personalData, read_only: readOnly } = given;
    const entry = { account, tokenFile, personalData, readOnly };
    const add = (identity: Identity, place: string, what: string) => {
      const key = keyOf(identity);
      once(!byIdentity.has(key), `${path}.${place}`, what);
      byIdentity.set(key, entry);
    };
    for (const [at, identity] of given.identities.entries())
      add(identity, `identities.${at}`, '(an identity)');
    for (const [at, { name, sha256, scopes: granted }] of given.secrets.entries()) {
      add({ issuer: secretIssuer, subject: name }, `secrets.${at}.name`, '(a name)');
      once(!secrets.has(sha256), `${path}.secrets.${at}.sha256`, '(a hash)');
      secrets.set(sha256, { name, sha256, scopes: granted satisfies readonly Scope[] });
    }
    return entry;
  });
  if (faults.length > 0) throw new ConfigurationError(...faults);
  return {
    shopOf: (identity) => byIdentity.get(keyOf(identity)),
    secretWith: (sha256) => secrets.get(sha256),
    shops,
  };
}

/** Zod's messages name what was expected, never what was found. */
function faultOf({ path, message }: z.core.$ZodIssue): string {
  return `${variable}: ${path.length === 0 ? 'the file' : path.join('.')}: ${message.replace(/\.$/, '')}.`;
}

function keyOf({ issuer, subject }: Identity): string {
  return JSON.stringify([issuer, subject]);
}

/**
 * The API token in the text of its file.
 *
 * @param path names the file in a fault
 * @throws {ConfigurationError}
 */
export function tokenIn(text: string, path: string): string {
  const { value, fault } = checkedToken(text, `${variable}: the API token in ${path}`);
  if (fault !== undefined) throw new ConfigurationError(fault);
  return value;
}
