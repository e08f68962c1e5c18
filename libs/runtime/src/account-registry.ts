import type { Generation, ListableStore } from '@wemasy-orders/state';
import * as z from 'zod';
import { firstAccountName } from './account-name.js';
import { apiNamespace, tokenFingerprint } from './api-identity.js';

/** A token that an account's orders were sent with. */
export interface KnownToken {
  /** See `tokenFingerprint`; never the token. */
  readonly fingerprint: string;
  /** ISO 8601 in UTC. */
  readonly firstSeenAt: string;
  /** The user said which account the token belongs to, by its name or by a command. */
  readonly confirmed?: true | undefined;
}

export interface Account {
  /** Part of the keys of the account's records, so that a new name keeps journal and allowance. */
  readonly id: string;
  readonly name: string;
  /** ISO 8601 in UTC. */
  readonly createdAt: string;
  /** The last one is in use; those before it were replaced, or are in use too where they are confirmed. */
  readonly tokens: readonly KnownToken[];
  /** A token came back after another had replaced it: two shops, or two tokens of one. The user has to say which. */
  readonly disputed?: true | undefined;
}

/** The accounts of one API that share a store. */
export interface Registry {
  readonly version: 1;
  readonly accounts: readonly Account[];
}

const registrySchema = z.looseObject({
  version: z.literal(1),
  accounts: z.array(
    z.looseObject({
      id: z.string().min(1),
      name: z.string().min(1),
      createdAt: z.string(),
      tokens: z.array(
        z.looseObject({
          fingerprint: z.string().min(1),
          firstSeenAt: z.string(),
          confirmed: z.literal(true).optional(),
        }),
      ),
      disputed: z.literal(true).optional(),
    }),
  ),
});

/** @returns undefined for a record that this version cannot read */
function parseRegistry(stored: unknown): Registry | undefined {
  if (stored === undefined) return { version: 1, accounts: [] };
  return registrySchema.safeParse(stored).data;
}

/** Who wants to use an account. */
export interface Claim {
  /** The normalised name; undefined where the user named none. */
  readonly name: string | undefined;
  /** Fingerprint of the token. */
  readonly token: string;
}

/** Why it is not certain which account a claim is about. */
export type Ambiguity =
  /** The name is new while there are other accounts. */
  | { readonly kind: 'new_name'; readonly name: string; readonly known: readonly string[] }
  /** The token is known under another name. */
  | { readonly kind: 'other_name'; readonly name: string; readonly owner: string; readonly exists: boolean }
  /** No name, several accounts and a token of none of them. */
  | { readonly kind: 'no_name'; readonly known: readonly string[] }
  /** Two tokens take turns without a name. */
  | { readonly kind: 'disputed'; readonly owner: string };

export interface Resolution {
  /** Of the account whose records are read. */
  readonly id: string;
  /** Undefined where nothing is known about the claim yet. */
  readonly account: Account | undefined;
  readonly ambiguity?: Ambiguity | undefined;
}

/** Decides which account a claim is about. */
export function resolveAccount(registry: Registry, claim: Claim): Resolution {
  const { accounts } = registry;
  const { name, token } = claim;
  const owner = ownerOf(registry, token);
  const known = accounts.map((account) => account.name);
  const as = (account: Account | undefined, ambiguity?: Ambiguity): Resolution => ({
    id: account?.id ?? token,
    account,
    ...(ambiguity === undefined ? {} : { ambiguity }),
  });
  if (accounts.length === 0) return as(undefined);
  if (name !== undefined) {
    const named = accounts.find((account) => account.name === name);
    if (owner !== undefined && owner !== named) {
      return as(owner, { kind: 'other_name', name, owner: owner.name, exists: named !== undefined });
    }
    return named === undefined ? as(undefined, { kind: 'new_name', name, known }) : as(named);
  }
  if (owner !== undefined) {
    return as(owner, isDisputed(owner, token) ? { kind: 'disputed', owner: owner.name } : undefined);
  }
  return accounts.length === 1 ? as(accounts[0]) : as(undefined, { kind: 'no_name', known });
}

/** The account that a token is known of. */
export function ownerOf({ accounts }: Registry, fingerprint: string): Account | undefined {
  return accounts.find((account) => knownToken(account, fingerprint) !== undefined);
}

function knownToken({ tokens }: Account, fingerprint: string): KnownToken | undefined {
  return tokens.find((token) => token.fingerprint === fingerprint);
}

function isDisputed(account: Account, fingerprint: string): boolean {
  if (knownToken(account, fingerprint)?.confirmed === true) return false;
  return account.disputed === true || account.tokens.at(-1)?.fingerprint !== fingerprint;
}

/** The registry with the account that a claim begins, or whose dispute it shows; the same one if nothing changes. */
export function beginAccount(registry: Registry, claim: Claim, now: string): Registry {
  const { account, ambiguity } = resolveAccount(registry, claim);
  if (ambiguity?.kind === 'disputed' && account !== undefined && account.disputed !== true) {
    return withAccount(registry, { ...account, disputed: true });
  }
  if (account !== undefined || ambiguity !== undefined) return registry;
  return withAccount(registry, {
    id: claim.token,
    name: claim.name ?? firstAccountName,
    createdAt: now,
    tokens: [seenToken(claim.token, now, claim.name !== undefined)],
  });
}

/** The registry after an order was sent: the token of the claim is one of the account's. */
export function noteToken(registry: Registry, claim: Claim, now: string): Registry {
  const { account, ambiguity } = resolveAccount(registry, claim);
  if (account === undefined || ambiguity !== undefined) return registry;
  const isConfirmed = claim.name !== undefined;
  const known = knownToken(account, claim.token);
  if (known !== undefined && (known.confirmed === true || !isConfirmed)) return registry;
  return withAccount(registry, withToken(account, claim.token, now, isConfirmed));
}

/** The registry with this token under this name, as the user said; `from` is the account that had the token. */
export function assignToken(
  registry: Registry,
  { name, token }: { readonly name: string; readonly token: string },
  now: string,
): { readonly registry: Registry; readonly account: Account; readonly from: Account | undefined } {
  const from = registry.accounts.find(
    (account) => account.name !== name && knownToken(account, token) !== undefined,
  );
  const without =
    from === undefined
      ? registry
      : withAccount(registry, {
          ...from,
          tokens: from.tokens.filter(({ fingerprint }) => fingerprint !== token),
        });
  const named = without.accounts.find((account) => account.name === name);
  const account =
    named === undefined
      ? {
          id: freeId(without, token),
          name,
          createdAt: now,
          tokens: [seenToken(token, now, true)],
        }
      : withToken(named, token, now, true);
  return { registry: withAccount(without, account), account, from };
}

/** @returns undefined where there is no account `from`, or there is one `to` */
export function renamed(registry: Registry, from: string, to: string): Registry | undefined {
  const account = registry.accounts.find(({ name }) => name === from);
  if (account === undefined || registry.accounts.some(({ name }) => name === to)) return undefined;
  return withAccount(registry, { ...account, name: to });
}

function withToken(account: Account, fingerprint: string, now: string, isConfirmed: boolean): Account {
  const known = knownToken(account, fingerprint);
  const token: KnownToken = {
    ...(known ?? seenToken(fingerprint, now, false)),
    ...(isConfirmed ? { confirmed: true } : {}),
  };
  return {
    ...account,
    tokens:
      known === undefined
        ? [...account.tokens, token]
        : account.tokens.map((other) => (other === known ? token : other)),
  };
}

function seenToken(fingerprint: string, now: string, isConfirmed: boolean): KnownToken {
  return { fingerprint, firstSeenAt: now, ...(isConfirmed ? { confirmed: true } : {}) };
}

function withAccount(registry: Registry, account: Account): Registry {
  const isKnown = registry.accounts.some(({ id }) => id === account.id);
  return {
    ...registry,
    accounts: isKnown
      ? registry.accounts.map((other) => (other.id === account.id ? account : other))
      : [...registry.accounts, account],
  };
}

/** The token's fingerprint, unless an account that it has left is named by it. */
function freeId({ accounts }: Registry, token: string): string {
  for (let id = token, n = 2; ; n += 1) {
    if (!accounts.some((account) => account.id === id)) return id;
    id = `${token}-${n}`;
  }
}

export interface StoredAccountsOptions {
  readonly store: ListableStore;
  readonly baseUrl: string;
  /** Normalised; undefined where the user named none. */
  readonly accountName: string | undefined;
  readonly token: string;
}

/** The registry of one API in a store, and the account of it that the settings claim. */
export interface StoredAccounts {
  readonly claim: Claim;
  /** Where the identity of the API's journal is kept. */
  readonly journalKey: string;
  /** Key prefix of an account's records. */
  namespaceOf(account: Pick<Account, 'id'>): string;
  /** Key prefix of the records of the claimed account; undefined where it has not begun, or is not certain. */
  findNamespace(): Promise<string | undefined>;
  /** @returns undefined for a registry that this version cannot read */
  read(): Promise<Registry | undefined>;
  /** Changes the registry, if the journal is still the expected one. */
  update(
    expected: Generation,
    change: (registry: Registry) => Registry,
  ): Promise<{ readonly registry: Registry; readonly generation: Generation }>;
}

export function openStoredAccounts(options: StoredAccountsOptions): StoredAccounts {
  const { store, baseUrl, accountName, token } = options;
  const api = apiNamespace(baseUrl);
  const registryKey = `${api}/accounts`;
  const journalKey = `${api}/journal`;
  const claim: Claim = { name: accountName, token: tokenFingerprint(baseUrl, token) };
  const namespaceOf = ({ id }: Pick<Account, 'id'>) => `${api}/${id}`;

  async function read(): Promise<Registry | undefined> {
    return await store.update(registryKey, (record) => ({
      record: record === undefined ? undefined : Object(record),
      result: parseRegistry(record),
    }));
  }

  return {
    claim,
    journalKey,
    namespaceOf,
    read,
    async findNamespace() {
      const registry = await read();
      const known = registry && resolveAccount(registry, claim);
      return known?.account === undefined || known.ambiguity !== undefined ? undefined : namespaceOf(known);
    },
    async update(expected, change) {
      const { result, generation } = await store.updateGuarded(
        registryKey,
        (record) => {
          const before = parseRegistry(record);
          if (before === undefined) throw new TypeError('unreachable: the registry was readable');
          const after = change(before);
          return { record: after === before ? Object(record) : after, result: after };
        },
        { key: journalKey, expected },
      );
      return { registry: result, generation };
    },
  };
}
