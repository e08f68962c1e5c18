import { ConfigurationError, type OrdersError } from '@wemasy-orders/client';
import type { WriteRefusedError } from '@wemasy-orders/order-sync';
import { type FindJournal, type JournalAccess, moveAttempts } from '@wemasy-orders/order-sync';
import {
  type Clock,
  type Generation,
  GenerationUnreadableError,
  type ListableStore,
  notify,
  type Persistence,
} from '@wemasy-orders/state';
import { firstAccountName } from './account-name.js';
import {
  type Account,
  assignToken,
  beginAccount,
  type Claim,
  noteToken,
  ownerOf,
  parseRegistry,
  type Registry,
  renamed,
  type Resolution,
  resolveAccount,
} from './account-registry.js';
import { adopt, type FoundJournal, type KnownJournal, type Mismatch, withNewName } from './anchor.js';
import { apiNamespace, isSandbox, tokenFingerprint } from './api-identity.js';
import {
  accountRefusal,
  journalRefusal,
  movedRefusal,
  unreadableRegistryRefusal,
  volatileRefusal,
} from './refusals.js';
import { createRememberedJournals } from './remembered-journals.js';

export interface AccountJournalOptions {
  /** Holds journal, accounts and allowances. */
  readonly store: ListableStore;
  /** Holds the anchor, at a place that no setting moves; undefined where this user has none. */
  readonly anchorStore: ListableStore | undefined;
  readonly baseUrl: string;
  /** Normalised; undefined where the user named none. */
  readonly accountName: string | undefined;
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
  /** Key prefix of the account's records, for the limiter. @throws when the store fails */
  namespace(): Promise<string>;
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

/** How long what was found is taken for granted; the store itself compares the journal with every write. */
const freshMs = 1_000;
const noAccounts: Registry = { version: 1, accounts: [] };
/** How long the settings of a store are taken for granted. */
const settingsFreshMs = 60_000;

/** What was found. Without the registry: a hosted server keeps one of these for each of its shops. */
interface Sight {
  readonly resolution: Resolution;
  readonly found: FoundJournal;
  readonly mismatch: Mismatch | undefined;
  readonly refusal: WriteRefusedError | undefined;
  /** Whether account and journal are there, so that the first use has nothing to begin. */
  readonly isBegun: boolean;
}

export function createAccountJournal(options: AccountJournalOptions): AccountJournal {
  const { store, baseUrl, token, clock } = options;
  const api = apiNamespace(baseUrl);
  const accountsKey = `${api}/accounts`;
  const generationKey = `${api}/journal`;
  const claim: Claim = { name: options.accountName, token: tokenFingerprint(baseUrl, token) };
  const isExempt = options.acceptsVolatile || isSandbox(baseUrl, token);

  let persistence: { readonly value: Persistence; readonly at: number } | undefined;
  let last: { readonly sight: Sight; readonly at: number } | undefined;
  const noticed = new Set<string>();

  const now = () => new Date(clock.now()).toISOString();
  const namespaceOf = ({ id }: Pick<Resolution, 'id'>) => `${api}/${id}`;

  function noticeOnce(message: string): void {
    if (noticed.has(message)) return;
    noticed.add(message);
    notify(options.onNotice, message);
  }

  const remembered = createRememberedJournals({ ...options, generationKey, onNotice: noticeOnce });

  async function findPersistence(): Promise<Persistence> {
    if (persistence === undefined || clock.monotonic() - persistence.at > settingsFreshMs) {
      persistence = { value: await store.persistence(), at: clock.monotonic() };
    }
    return persistence.value;
  }

  async function readRegistry(): Promise<Registry | undefined> {
    return await store.update(accountsKey, (record) => ({
      record: record === undefined ? undefined : Object(record),
      result: parseRegistry(record),
    }));
  }

  async function look(): Promise<Sight> {
    const [registry, { description }] = await Promise.all([readRegistry(), store.place(generationKey)]);
    const resolution = resolveAccount(registry ?? noAccounts, claim);
    const account = resolution.account?.name ?? claim.name ?? firstAccountName;
    // First, since others may write meanwhile: what is remembered must not be newer than what is found.
    const before = await remembered.recall();
    const generation = await store.readGeneration(generationKey).catch((error: unknown) => {
      if (error instanceof GenerationUnreadableError) return undefined;
      throw error;
    });
    const found = { generation, place: description, account };
    const mismatch = await remembered.findMismatch(before, found);
    const refusal = await refusalOf({ registry, resolution, found, mismatch });
    const isBegun =
      registry !== undefined && generation !== undefined && beginAccount(registry, claim, now()) === registry;
    return { resolution, found, mismatch, refusal, isBegun };
  }

  async function refusalOf({
    registry,
    resolution: { doubt },
    found,
    mismatch,
  }: Pick<Sight, 'resolution' | 'found' | 'mismatch'> & {
    readonly registry: Registry | undefined;
  }): Promise<WriteRefusedError | undefined> {
    const kept = await findPersistence();
    if (kept.kind === 'volatile' && !isExempt) return volatileRefusal(kept);
    if (kept.kind === 'unknown')
      noticeOnce(`Whether the journal outlasts a restart is not known: ${kept.description}`);
    if (registry === undefined) return unreadableRegistryRefusal(found.place);
    if (mismatch !== undefined) return journalRefusal(mismatch, found);
    return doubt === undefined ? undefined : accountRefusal(doubt);
  }

  async function lookLately(): Promise<Sight> {
    if (last === undefined || clock.monotonic() - last.at > freshMs) {
      last = { sight: await look(), at: clock.monotonic() };
    }
    return last.sight;
  }

  /** The generation, begun if need be; callers have checked that nothing speaks against it. */
  async function openJournal(found: FoundJournal): Promise<Generation> {
    return found.generation ?? (await store.openGeneration(generationKey));
  }

  async function updateRegistry(
    generation: Generation,
    change: (registry: Registry) => Registry,
  ): Promise<{ readonly registry: Registry; readonly generation: Generation }> {
    const guard = { key: generationKey, expected: generation };
    const written = await store.updateGuarded(
      accountsKey,
      (record) => {
        const before = parseRegistry(record);
        if (before === undefined) throw new TypeError('unreachable: the registry was readable');
        const after = change(before);
        return { record: after === before ? Object(record) : after, result: after };
      },
      guard,
    );
    last = undefined;
    return { registry: written.result, generation: written.generation };
  }

  /** Begins what the first use of an API begins. */
  async function begin(sight: Sight): Promise<Sight> {
    const isDisputed = sight.resolution.doubt?.kind === 'disputed';
    if (sight.isBegun) return sight;
    if (sight.refusal !== undefined && !isDisputed) return sight;
    const generation = await openJournal(sight.found);
    await updateRegistry(generation, (registry) => beginAccount(registry, claim, now()));
    return await lookLately();
  }

  /**
   * Why the journal that was written to is not the right one after all. Between the look and the write, the store may have
   * lost writes, and the user may have moved the token's attempts to another account.
   */
  async function doubtAfter(
    written: Generation,
    { resolution, found }: Sight,
  ): Promise<WriteRefusedError | undefined> {
    const mismatch = await remembered.noteWrite(found, written);
    if (mismatch !== undefined) {
      last = undefined;
      // A new look says what is there now.
      return (await lookLately()).refusal ?? journalRefusal(mismatch, { ...found, generation: written });
    }
    const registry = await readRegistry();
    if (registry !== undefined && resolveAccount(registry, claim).id === resolution.id) return undefined;
    last = undefined;
    return registry === undefined ? unreadableRegistryRefusal(found.place) : movedRefusal();
  }

  function accessOf(sight: Sight): JournalAccess {
    const { resolution, found, refusal } = sight;
    const { generation } = found;
    const namespace = namespaceOf(resolution);
    if (refusal !== undefined || generation === undefined) return { namespace, refusal };
    const known = remembered.byThisProcess(generation.id);
    // What was read may not have reached a replica yet; what this process wrote has.
    const expected = { id: generation.id, writes: known?.writes ?? generation.writes };
    return {
      namespace,
      guard: { key: generationKey, expected, writer: remembered.writerOf(generation.id) },
      token: claim.token,
      onWritten: (written) => doubtAfter(written, sight),
      onChanged: (changed) => {
        last = undefined;
        const known: KnownJournal = { ...expected, place: found.place, accounts: [], seenAt: now() };
        const kind =
          changed === undefined ? 'none_here' : changed.id === expected.id ? 'lost_writes' : 'other_journal';
        return journalRefusal({ kind, expected: known }, { ...found, generation: changed });
      },
      onSynced: () => noteTokenOf(expected),
    };
  }

  async function noteTokenOf(generation: Generation): Promise<void> {
    const registry = await readRegistry();
    if (registry === undefined || noteToken(registry, claim, now()) === registry) return;
    await updateRegistry(generation, (before) => noteToken(before, claim, now()));
  }

  /** The journal, begun if need be. @throws {WriteRefusedError} when it may not be the right one */
  async function openTrusted(): Promise<Generation> {
    last = undefined;
    const sight = await lookLately();
    const isDoubt = sight.resolution.doubt !== undefined;
    if (sight.mismatch !== undefined) throw journalRefusal(sight.mismatch, sight.found);
    if (sight.refusal !== undefined && !isDoubt) throw sight.refusal;
    return await openJournal(sight.found);
  }

  function summaryOf({ id, name, createdAt, tokens }: Account, resolution: Resolution): AccountSummary {
    return {
      name,
      createdAt,
      tokens: tokens.length,
      isCurrent: resolution.doubt === undefined && resolution.account?.id === id,
    };
  }

  async function status(): Promise<JournalStatus> {
    last = undefined;
    const { resolution, found, refusal } = await lookLately();
    const { file } = await remembered.recall();
    return {
      place: found.place,
      account: resolution.doubt === undefined ? resolution.account?.name : undefined,
      journal: found.generation,
      namespace: namespaceOf(resolution),
      persistence: await findPersistence(),
      anchor: file.journals.find(({ id }) => id === found.generation?.id) ?? file.journals[0],
      hasAnchorFile: await remembered.hasFile(),
      refusal,
    };
  }

  return {
    async find(purpose) {
      const sight = await lookLately();
      if (purpose === 'read') return accessOf(sight);
      const begun = await begin(sight);
      const { generation } = begun.found;
      if (begun.refusal === undefined && generation !== undefined) {
        const known = remembered.byThisProcess(generation.id);
        await remembered.note(begun.found, { ...generation, writes: known?.writes ?? 0 });
      }
      return accessOf(begun);
    },
    async namespace() {
      const registry = await readRegistry();
      const known = registry && resolveAccount(registry, claim);
      if (known?.account !== undefined && known.doubt === undefined) return namespaceOf(known);
      // One allowance from the first call on, also if that only reads.
      const begun = await begin(await lookLately());
      return namespaceOf(begun.resolution);
    },
    status,
    async listAccounts() {
      const registry = (await readRegistry()) ?? noAccounts;
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
          from: `${api}/${from.id}`,
          to: `${api}/${account.id}`,
          token: claim.token,
          guard: { key: generationKey, expected: written.generation },
        });
      }
      await remembered.note({ ...(await lookLately()).found, account: name }, written.generation);
      return { ...summaryOf(account, { id: account.id, account }), isCurrent: true };
    },
    async claimAccount(name) {
      const registry = await readRegistry();
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
      const registry = (await readRegistry()) ?? noAccounts;
      if (renamed(registry, from, to) === undefined) throw renameFault(registry, from, to);
      const written = await updateRegistry(generation, (before) => renamed(before, from, to) ?? before);
      await remembered.update((anchor) => withNewName(anchor, from, to));
      const account = written.registry.accounts.find(({ name }) => name === to);
      if (account === undefined) throw renameFault(written.registry, from, to);
      return summaryOf(account, resolveAccount(written.registry, claim));
    },
    async useJournal() {
      last = undefined;
      const { found } = await lookLately();
      const generation = await openJournal(found);
      await remembered.update((anchor) => {
        const lastWrite = generation.lastWrites?.[anchor.writer];
        return adopt(anchor, { ...found, generation, lastWrite }, now());
      });
      return await status();
    },
  };
}

function renameFault(registry: Registry, from: string, to: string): OrdersError {
  const known = registry.accounts.map(({ name }) => name);
  return known.includes(to)
    ? new ConfigurationError(`There is already an account "${to}".`)
    : new ConfigurationError(`There is no account "${from}"; known: ${known.join(', ') || 'none'}.`);
}
