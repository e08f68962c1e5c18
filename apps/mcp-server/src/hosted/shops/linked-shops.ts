import { createHash } from 'node:crypto';
import { OrdersError } from '@wemasy-orders/client';
import { personalDataModes } from '@wemasy-orders/presentation';
import type { Clock, ListableStore } from '@wemasy-orders/state';
import * as z from 'zod';
import { type KeyKeeper, rewrap, seal, sealedSchema, unseal } from './sealing.js';

/** Who a link belongs to. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

const accessSchema = z.strictObject({
  /** Names allowance and journal: links of one account share both. */
  account: z.string().min(1),
  token: z.string().min(1),
  personalData: z.enum(personalDataModes),
  readOnly: z.boolean(),
});

/** What a link gives access to. */
export type ShopAccess = z.output<typeof accessSchema>;

const rowSchema = z.looseObject({
  version: z.literal(1),
  /** ISO 8601 in UTC. */
  linkedAt: z.string(),
  /** The whole access is sealed, so that a row cannot be changed to show or do more. */
  sealed: sealedSchema,
});

/** A linked shop, as its page shows it. */
export interface LinkedShop extends ShopAccess {
  readonly linkedAt: string;
}

/** The links cannot be read now. */
class LinksUnavailableError extends OrdersError {
  override readonly name = 'LinksUnavailableError';
  readonly code = 'internal_error';

  constructor(message: string, cause: unknown) {
    super(message, { source: 'local', retryable: true, effect: 'none', cause });
  }
}

export interface LinkedShops {
  /** @throws {LinksUnavailableError} when the store is away, or the row cannot be opened */
  find(identity: Identity): Promise<LinkedShop | undefined>;
  /** @throws {LinksUnavailableError} when it could not be recorded */
  save(identity: Identity, access: ShopAccess): Promise<void>;
  remove(identity: Identity): Promise<void>;
  /** Names of the keys that the rows are sealed with. */
  keyIds(): Promise<ReadonlySet<string>>;
  /** Wraps the data key of every row with the key that is in use now. Rows may be used and changed meanwhile. */
  rewrapAll(): Promise<Rewrapped>;
}

export interface Rewrapped {
  readonly rewrapped: number;
  /** Rows that had the key in use already. */
  readonly unchanged: number;
  /** Keys of rows that could not be opened. */
  readonly unreadable: readonly string[];
}

export interface LinkedShopsOptions {
  readonly store: ListableStore;
  readonly keys: KeyKeeper;
  /** A token is sealed for its API: with another base URL it does not open, and is sent nowhere else. */
  readonly apiUrl: string;
  readonly clock: Clock;
}

const folder = 'links';
/** How long a row serves while the store is away, in ms. */
const servesWithoutStoreMs = 5 * 60_000;
/** Rows that are kept opened. */
const mostOpened = 10_000;

interface Opened {
  readonly box: string;
  readonly wrapped: string;
  readonly shop: LinkedShop;
  readonly readAt: number;
}

/** Links of identities to shops, as rows of the store that the replicas share. */
export function createLinkedShops({ store, keys, apiUrl, clock }: LinkedShopsOptions): LinkedShops {
  const api = new URL(apiUrl).href.replace(/\/+$/, '');
  const opened = new Map<string, Opened>();

  /** Names the row, and is what the row is bound to. */
  function idOf({ issuer, subject }: Identity): string {
    return createHash('sha256')
      .update(JSON.stringify([api, issuer, subject]))
      .digest('hex');
  }

  async function read(key: string): Promise<unknown> {
    return await store.update(key, (record) => ({
      record: record === undefined ? undefined : Object(record),
      result: record,
    }));
  }

  async function open(id: string, record: unknown): Promise<LinkedShop> {
    const { linkedAt, sealed } = rowSchema.parse(record);
    const known = opened.get(id);
    const isSame = known?.box === sealed.box && known.wrapped === sealed.wrapped;
    const shop =
      known !== undefined && isSame
        ? known.shop
        : { ...accessSchema.parse(JSON.parse(await unseal(sealed, contextOf(id), keys))), linkedAt };
    opened.delete(id);
    opened.set(id, { box: sealed.box, wrapped: sealed.wrapped, shop, readAt: clock.monotonic() });
    const [oldest] = opened.size > mostOpened ? opened.keys() : [];
    if (oldest !== undefined) opened.delete(oldest);
    return shop;
  }

  return {
    async find(identity) {
      const id = idOf(identity);
      let record;
      try {
        record = await read(keyOf(id));
      } catch (error) {
        const known = opened.get(id);
        if (known !== undefined && clock.monotonic() - known.readAt < servesWithoutStoreMs) return known.shop;
        throw new LinksUnavailableError('It is not known now which shop is linked.', error);
      }
      if (record === undefined) {
        opened.delete(id);
        return undefined;
      }
      try {
        return await open(id, record);
      } catch (error) {
        throw new LinksUnavailableError('The link to the shop cannot be opened.', error);
      }
    },
    async save(identity, access) {
      const id = idOf(identity);
      try {
        const sealed = await seal(JSON.stringify(accessSchema.parse(access)), contextOf(id), keys);
        const row = { version: 1, linkedAt: new Date(clock.now()).toISOString(), sealed };
        await store.update(keyOf(id), () => ({ record: row, result: undefined }), { durable: true });
      } catch (error) {
        throw new LinksUnavailableError('The link to the shop could not be recorded.', error);
      }
    },
    async remove(identity) {
      const id = idOf(identity);
      opened.delete(id);
      try {
        await store.update(keyOf(id), () => ({ record: undefined, result: undefined }), {
          durable: true,
        });
      } catch (error) {
        throw new LinksUnavailableError('The link to the shop could not be removed.', error);
      }
    },
    async keyIds() {
      const rows = await Promise.all((await store.keys(folder)).map((key) => read(key)));
      return new Set(rows.flatMap((row) => rowSchema.safeParse(row).data?.sealed.keyId ?? []));
    },
    async rewrapAll() {
      const current = await keys.currentKeyId();
      let rewrapped = 0;
      let unchanged = 0;
      const unreadable: string[] = [];
      for (const key of await store.keys(folder)) {
        const id = key.slice(folder.length + 1);
        const row = rowSchema.safeParse(await read(key)).data;
        if (row?.sealed.keyId === current) {
          unchanged += 1;
          continue;
        }
        const sealed = row && (await rewrap(row.sealed, contextOf(id), keys).catch(() => undefined));
        if (row === undefined || sealed === undefined) {
          // A link that was removed meanwhile has no row.
          if ((await read(key)) !== undefined) unreadable.push(id);
          continue;
        }
        const isSwapped = await store.update(
          key,
          (record) => {
            // A link that was changed meanwhile has the key in use already.
            const isSame = rowSchema.safeParse(record).data?.sealed.box === row.sealed.box;
            return {
              record: isSame ? { ...row, sealed } : record === undefined ? undefined : Object(record),
              result: isSame,
            };
          },
          { durable: true },
        );
        if (isSwapped) rewrapped += 1;
        else unchanged += 1;
      }
      return { rewrapped, unchanged, unreadable };
    },
  };
}

function keyOf(id: string): string {
  return `${folder}/${id}`;
}

function contextOf(id: string): string {
  return `wemasy-orders link ${id}`;
}
