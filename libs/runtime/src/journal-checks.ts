import type { WriteRefusedError } from '@wemasy-orders/order-sync';
import {
  type Clock,
  GenerationUnreadableError,
  type ListableStore,
  type Persistence,
} from '@wemasy-orders/state';
import { firstAccountName } from './account-name.js';
import {
  beginAccount,
  type Registry,
  type Resolution,
  resolveAccount,
  type StoredAccounts,
} from './account-registry.js';
import type { FoundJournal, Mismatch } from './anchor.js';
import { isSandbox } from './api-identity.js';
import { accountRefusal, journalRefusal, unreadableRegistryRefusal, volatileRefusal } from './refusals.js';
import type { RememberedJournals } from './remembered-journals.js';

export interface JournalChecksOptions {
  readonly store: ListableStore;
  readonly accounts: StoredAccounts;
  readonly remembered: RememberedJournals;
  readonly baseUrl: string;
  readonly token: string;
  readonly clock: Clock;
  /** Whether the user accepts a store that forgets. */
  readonly acceptsVolatile: boolean;
  readonly onNotice: (message: string) => void;
}

/** What was found. Without the registry: a hosted server keeps one of these for each of its shops. */
export interface JournalCheck {
  readonly resolution: Resolution;
  readonly found: FoundJournal;
  readonly mismatch: Mismatch | undefined;
  /** Why no order can be sent. */
  readonly refusal: WriteRefusedError | undefined;
  /** Whether account and journal are there, so that the first use has nothing to begin. */
  readonly isBegun: boolean;
}

/** Finds account and journal, and checks that the journal is the one that this user's orders were recorded in. */
export interface JournalChecks {
  /** A check of the last second, or a new one; the store itself compares the journal with every write. */
  latest(): Promise<JournalCheck>;
  /** Has the next one be new. */
  expire(): void;
  persistence(): Promise<Persistence>;
}

export const noAccounts: Registry = { version: 1, accounts: [] };

const freshMs = 1_000;
/** How long the settings of a store are taken for granted. */
const settingsFreshMs = 60_000;

export function createJournalChecks(options: JournalChecksOptions): JournalChecks {
  const { store, accounts, remembered, clock, onNotice } = options;
  const isExempt = options.acceptsVolatile || isSandbox(options.baseUrl, options.token);
  let settings: { readonly persistence: Persistence; readonly at: number } | undefined;
  let last: { readonly check: JournalCheck; readonly at: number } | undefined;

  async function persistence(): Promise<Persistence> {
    if (settings === undefined || clock.monotonic() - settings.at > settingsFreshMs) {
      settings = { persistence: await store.persistence(), at: clock.monotonic() };
    }
    return settings.persistence;
  }

  async function check(): Promise<JournalCheck> {
    const { claim, journalKey } = accounts;
    const [registry, { description: place }] = await Promise.all([accounts.read(), store.place(journalKey)]);
    const resolution = resolveAccount(registry ?? noAccounts, claim);
    const account = resolution.account?.name ?? claim.name ?? firstAccountName;
    // First, since others may write meanwhile: what is remembered must not be newer than what is found.
    const before = await remembered.recall();
    const generation = await store.readGeneration(journalKey).catch((error: unknown) => {
      if (error instanceof GenerationUnreadableError) return undefined;
      throw error;
    });
    const found = { generation, place, account };
    const mismatch = await remembered.findMismatch(before, found);
    const refusal = await refusalOf({ registry, resolution, found, mismatch });
    const now = new Date(clock.now()).toISOString();
    const isBegun =
      registry !== undefined && generation !== undefined && beginAccount(registry, claim, now) === registry;
    return { resolution, found, mismatch, refusal, isBegun };
  }

  async function refusalOf({
    registry,
    resolution: { ambiguity },
    found,
    mismatch,
  }: Pick<JournalCheck, 'resolution' | 'found' | 'mismatch'> & {
    readonly registry: Registry | undefined;
  }): Promise<WriteRefusedError | undefined> {
    const kept = await persistence();
    if (kept.kind === 'volatile' && !isExempt) return volatileRefusal(kept);
    if (kept.kind === 'unknown')
      onNotice(`Whether the journal outlasts a restart is not known: ${kept.description}`);
    if (registry === undefined) return unreadableRegistryRefusal(found.place);
    if (mismatch !== undefined) return journalRefusal(mismatch, found);
    return ambiguity === undefined ? undefined : accountRefusal(ambiguity);
  }

  return {
    async latest() {
      if (last === undefined || clock.monotonic() - last.at > freshMs) {
        last = { check: await check(), at: clock.monotonic() };
      }
      return last.check;
    },
    expire() {
      last = undefined;
    },
    persistence,
  };
}
