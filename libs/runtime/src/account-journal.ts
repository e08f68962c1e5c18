import { ConfigurationError, type OrdersError } from '@wemasy-orders/client';
import {
  type FindJournal,
  type JournalAccess,
  moveAttempts,
  type WriteRefusedError,
} from '@wemasy-orders/order-sync';
import {
  type Clock,
  type Generation,
  type ListableStore,
  notify,
  type Persistence,
} from '@wemasy-orders/state';
import {
  type Account,
  assignToken,
  beginAccount,
  noteToken,
  ownerOf,
  type Registry,
  renamed,
  type Resolution,
  resolveAccount,
  type StoredAccounts,
} from './account-registry.js';
import { adopt, type FoundJournal, type KnownJournal, withNewName } from './anchor.js';
import { createJournalChecks, type JournalCheck, noAccounts } from './journal-checks.js';
import { journalRefusal, movedRefusal, unreadableRegistryRefusal } from './refusals.js';
import { createRememberedJournals } from './remembered-journals.js';

export interface AccountJournalOptions {
  /** Holds journal, accounts and allowances. */
  readonly store: ListableStore;
  /** Holds the anchor, at a place that no setting moves; undefined where this user has none. */
  readonly anchorStore: ListableStore | undefined;
  /** The accounts of the same store. */
  readonly accounts: StoredAccounts;
  readonly baseUrl: string;
  readonly token: string;
  readonly clock: Clock;
  /** Whether the user accepts a store that forgets. */
  readonly acceptsVolatile: boolean;
  /** Opens the folder of a journal that was used before, to see whether it is this one. */
  readonly openFolder: (folder: string) => ListableStore | undefined;
  /** Called once for each thing that a person should know. */
  readonly onNotice: (message: string) => void;
}

/** An account as `account list` shows it. */
export interface AccountSummary {
  readonly name: string;
  /** ISO 8601 in UTC. */
  readonly createdAt: string;
  /** How many tokens were seen with it. */
  readonly tokens: number;
  /** Whether the present settings lead to it. */
  readonly isCurrent: boolean;
}

/** What the doctor shows about the journal. */
export interface JournalStatus {
  /** Where it is, without a password. */
  readonly place: string;
  /** Undefined where no account is known yet, or it is not certain which one it is. */
  readonly account: string | undefined;
  /** Undefined where no journal has begun. */
  readonly journal: Generation | undefined;
  readonly namespace: string;
  readonly persistence: Persistence;
  /** What this user remembers about the journal; undefined where nothing is remembered yet. */
  readonly anchor: KnownJournal | undefined;
  /** Whether a file keeps what this user remembers. */
  readonly hasAnchorFile: boolean;
  /** Why no order can be sent. */
  readonly refusal: WriteRefusedError | undefined;
}

/** The journal and the allowance of one account: the same for every process, however its settings are spelled. */
export interface AccountJournal {
  readonly find: FindJournal;
  /** Begins the account if need be, for the limiter. @returns key prefix of its records. @throws when the store fails */
  beginNamespace(): Promise<string>;
  status(): Promise<JournalStatus>;
  /** The accounts of the API, in the order in which they began. */
  listAccounts(): Promise<AccountSummary[]>;
  /**
   * Says that the token belongs to this account, which begins if it is new. Attempts that were made with the token move
   * from the account that had it.
   *
   * @param name normalised
   * @throws {WriteRefusedError} when the journal may not be the right one
   */
  addAccount(name: string): Promise<AccountSummary>;
  /**
   * Finds the account of the token. A token that is known of none belongs to the account `name` from now on, which begins
   * if it is new.
   *
   * @param name normalised
   * @returns the account's name, which differs from `name` where the token is known of another one
   * @throws {WriteRefusedError} when the journal may not be the right one
   */
  claimAccount(name: string): Promise<string>;
  /**
   * Gives an account another name; journal and allowance stay.
   *
   * @throws {ConfigurationError} when there is no account `from`, or there is one `to`
   * @throws {WriteRefusedError} when the journal may not be the right one
   */
  renameAccount(from: string, to: string): Promise<AccountSummary>;
  /** Says that the journal at the present place is the right one for the account. */
  useJournal(): Promise<JournalStatus>;
}

export function createAccountJournal(options: AccountJournalOptions): AccountJournal {
  const { store, accounts, clock } = options;
  const { claim, journalKey, namespaceOf } = accounts;
  const noticed = new Set<string>();

  function onNotice(message: string): void {
    if (noticed.has(message)) return;
    noticed.add(message);
    notify(options.onNotice, message);
  }

  const remembered = createRememberedJournals({ ...options, generationKey: journalKey, onNotice });
  const checks = createJournalChecks({ ...options, remembered, onNotice });
  const now = () => new Date(clock.now()).toISOString();

  async function checkAnew(): Promise<JournalCheck> {
    checks.expire();
    return await checks.latest();
  }

  /** The generation, begun if need be; callers have checked that nothing speaks against it. */
  async function openJournal(found: FoundJournal): Promise<Generation> {
    return found.generation ?? (await store.openGeneration(journalKey));
  }

  /** The journal, begun if need be. @throws {WriteRefusedError} when it may not be the right one */
  async function openTrusted(): Promise<Generation> {
    const { resolution, found, mismatch, refusal } = await checkAnew();
    if (mismatch !== undefined) throw journalRefusal(mismatch, found);
    // The user is about to say which account it is.
    if (refusal !== undefined && resolution.ambiguity === undefined) throw refusal;
    return await openJournal(found);
  }

  async function updateRegistry(generation: Generation, change: (registry: Registry) => Registry) {
    const written = await accounts.update(generation, change);
    checks.expire();
    return written;
  }

  /** Begins what the first use of an API begins. */
  async function begin(check: JournalCheck): Promise<JournalCheck> {
    const isDisputed = check.resolution.ambiguity?.kind === 'disputed';
    if (check.isBegun) return check;
    if (check.refusal !== undefined && !isDisputed) return check;
    const generation = await openJournal(check.found);
    await updateRegistry(generation, (registry) => beginAccount(registry, claim, now()));
    return await checks.latest();
  }

  /** What a call may do with the journal as it was found. */
  function accessOf(check: JournalCheck): JournalAccess {
    const { resolution, found, refusal } = check;
    const { generation } = found;
    const namespace = namespaceOf(resolution);
    if (refusal !== undefined || generation === undefined) return { namespace, refusal };
    const known = remembered.byThisProcess(generation.id);
    // What was read may not have reached a replica yet; what this process wrote has.
    const expected = { id: generation.id, writes: known?.writes ?? generation.writes };
    return {
      namespace,
      guard: { key: journalKey, expected, writer: remembered.writerOf(generation.id) },
      token: claim.token,
      onWritten: (written) => refusalAfter(written, check),
      onChanged: (changed) => {
        checks.expire();
        const known: KnownJournal = { ...expected, place: found.place, accounts: [], seenAt: now() };
        const kind =
          changed === undefined ? 'none_here' : changed.id === expected.id ? 'lost_writes' : 'other_journal';
        return journalRefusal({ kind, expected: known }, { ...found, generation: changed });
      },
      onSynced: () => noteTokenOf(expected),
    };
  }

  /**
   * Why the journal that was written to is not the right one after all. Between the check and the write, the store may
   * have lost writes, and the user may have moved the token's attempts to another account.
   */
  async function refusalAfter(
    written: Generation,
    { resolution, found }: JournalCheck,
  ): Promise<WriteRefusedError | undefined> {
    const mismatch = await remembered.noteWrite(found, written);
    if (mismatch !== undefined) {
      // A new check says what is there now.
      return (await checkAnew()).refusal ?? journalRefusal(mismatch, { ...found, generation: written });
    }
    const registry = await accounts.read();
    if (registry !== undefined && resolveAccount(registry, claim).id === resolution.id) return undefined;
    checks.expire();
    return registry === undefined ? unreadableRegistryRefusal(found.place) : movedRefusal();
  }

  /** After an order was sent: the token is one of the account's. */
  async function noteTokenOf(generation: Generation): Promise<void> {
    const registry = await accounts.read();
    if (registry === undefined || noteToken(registry, claim, now()) === registry) return;
    await updateRegistry(generation, (before) => noteToken(before, claim, now()));
  }

  async function status(): Promise<JournalStatus> {
    const { resolution, found, refusal } = await checkAnew();
    const { file } = await remembered.recall();
    return {
      place: found.place,
      account: resolution.ambiguity === undefined ? resolution.account?.name : undefined,
      journal: found.generation,
      namespace: namespaceOf(resolution),
      persistence: await checks.persistence(),
      anchor: file.journals.find(({ id }) => id === found.generation?.id) ?? file.journals[0],
      hasAnchorFile: await remembered.hasFile(),
      refusal,
    };
  }

  return {
    async find(purpose) {
      const check = await checks.latest();
      if (purpose === 'read') return accessOf(check);
      const begun = await begin(check);
      const { generation } = begun.found;
      if (begun.refusal === undefined && generation !== undefined) {
        const known = remembered.byThisProcess(generation.id);
        await remembered.note(begun.found, { ...generation, writes: known?.writes ?? 0 });
      }
      return accessOf(begun);
    },
    async beginNamespace() {
      return namespaceOf((await begin(await checks.latest())).resolution);
    },
    status,
    async listAccounts() {
      const registry = (await accounts.read()) ?? noAccounts;
      const resolution = resolveAccount(registry, claim);
      return registry.accounts.map((account) => summaryOf(account, resolution));
    },
    async addAccount(name) {
      const generation = await openTrusted();
      let assigned: ReturnType<typeof assignToken> | undefined;
      const written = await updateRegistry(generation, (registry) => {
        assigned = assignToken(registry, { name, token: claim.token }, now());
        return assigned.registry;
      });
      if (assigned === undefined) throw new TypeError('unreachable: the updater has run');
      const { account, from } = assigned;
      if (from !== undefined) {
        await moveAttempts(store, {
          from: namespaceOf(from),
          to: namespaceOf(account),
          token: claim.token,
          guard: { key: journalKey, expected: written.generation },
        });
      }
      await remembered.note({ ...(await checks.latest()).found, account: name }, written.generation);
      return { ...summaryOf(account, { id: account.id, account }), isCurrent: true };
    },
    async claimAccount(name) {
      const registry = await accounts.read();
      const owner = registry && ownerOf(registry, claim.token);
      if (owner !== undefined) return owner.name;
      const generation = await openTrusted();
      const written = await updateRegistry(generation, (before) =>
        ownerOf(before, claim.token) === undefined
          ? assignToken(before, { name, token: claim.token }, now()).registry
          : before,
      );
      return ownerOf(written.registry, claim.token)?.name ?? name;
    },
    async renameAccount(from, to) {
      const generation = await openTrusted();
      const registry = (await accounts.read()) ?? noAccounts;
      if (renamed(registry, from, to) === undefined) throw renameFault(registry, from, to);
      const written = await updateRegistry(generation, (before) => renamed(before, from, to) ?? before);
      await remembered.update((anchor) => withNewName(anchor, from, to));
      const account = written.registry.accounts.find(({ name }) => name === to);
      if (account === undefined) throw renameFault(written.registry, from, to);
      return summaryOf(account, resolveAccount(written.registry, claim));
    },
    async useJournal() {
      const { found } = await checkAnew();
      const generation = await openJournal(found);
      await remembered.update((anchor) => {
        const lastWrite = generation.lastWrites?.[anchor.writer];
        return adopt(anchor, { ...found, generation, lastWrite }, now());
      });
      return await status();
    },
  };
}

function summaryOf({ id, name, createdAt, tokens }: Account, resolution: Resolution): AccountSummary {
  return {
    name,
    createdAt,
    tokens: tokens.length,
    isCurrent: resolution.ambiguity === undefined && resolution.account?.id === id,
  };
}

function renameFault(registry: Registry, from: string, to: string): OrdersError {
  const known = registry.accounts.map(({ name }) => name);
  return known.includes(to)
    ? new ConfigurationError(`There is already an account "${to}".`)
    : new ConfigurationError(`There is no account "${from}"; known: ${known.join(', ') || 'none'}.`);
}
