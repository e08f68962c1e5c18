import { existsSync, statSync } from 'node:fs';
import { type Drift, isOrdersError, type OrdersClient, type OperationId } from '@wemasy-orders/client';
import { operations } from '@wemasy-orders/client/operations';
import type { Clock } from '@wemasy-orders/state';
import type { Config } from './config.js';
import { journalText } from './refusals.js';
import type { Services } from './services.js';
import { describeStatePlace, openStore, type StatePlace } from './state-place.js';

/** What was looked at and what was found; never a part of the token. */
export interface Check {
  readonly what: string;
  readonly works: boolean;
  readonly found: string;
}

export interface DoctorOptions {
  readonly config: Config;
  readonly faults: readonly string[];
  readonly clock: Clock;
  /** @throws {ConfigurationError} where there are faults */
  readonly services: () => Pick<Services, 'client' | 'journal' | 'recordedOrders'>;
}

/**
 * Checks the whole set-up as a call would use it: with a record that is written to the state and removed again, and with
 * one list of orders, which costs one of the allowance.
 */
export async function examine({ config, faults, clock, services }: DoctorOptions): Promise<Check[]> {
  const { state, token } = config;
  const checks = faults.map((found): Check => ({ what: 'configuration', works: false, found }));
  if (faults.length === 0) {
    const found = `${config.WEMASY_API_URL}, personal data ${config.WEMASY_PERSONAL_DATA}`;
    checks.push({ what: 'configuration', works: true, found });
  }
  const shared = state === undefined ? undefined : await checkState(state, clock);
  if (shared !== undefined) checks.push(shared);
  if (token !== '') checks.push({ what: 'token', works: true, found: `${token.length} characters` });
  if (faults.length > 0) return checks;
  try {
    // The more orders, the more differences show; no API is known to refuse so few.
    const { total = 'an uncounted number', drift = [] } = await services().client.list({ per_page: 25 });
    checks.push({
      what: 'API',
      works: true,
      found: `answers, and the token may list orders; there are ${total}`,
    });
    checks.push(...drift.map(driftCheck));
  } catch (error) {
    if (!isOrdersError(error)) throw error;
    checks.push({ what: 'API', works: false, found: `${error.code}: ${error.message}` });
    return checks;
  }
  // Without the shared state nothing is known about the use by other processes.
  if (shared?.works !== true) return checks;
  checks.push(...(await journalChecks(services())));
  for (const { operationId } of Object.values(operations))
    checks.push(await allowanceOf(services().client, operationId));
  return checks;
}

/** Enough to see whether another process, such as the nightly job, uses the same journal. */
async function journalChecks({ journal, recordedOrders }: Pick<Services, 'journal' | 'recordedOrders'>) {
  const {
    account,
    journal: generation,
    place,
    persistence,
    anchor,
    hasAnchorFile,
    refusal,
  } = await journal.status();
  const records = (await recordedOrders()).length;
  const known = account === undefined ? 'none yet; the first order begins it' : account;
  const checks: Check[] = [
    {
      what: 'account',
      works: true,
      found: refusal === undefined || account !== undefined ? known : 'not certain; see sending',
    },
    {
      what: 'journal',
      works: true,
      found: `${generation === undefined ? `none yet, at ${place}` : journalText({ ...generation, place })}; ${records} ${records === 1 ? 'order' : 'orders'} recorded; ${persistence.description}`,
    },
    {
      what: 'anchor',
      works: true,
      found: hasAnchorFile
        ? anchor === undefined
          ? 'no journal of this API is remembered yet'
          : `remembers ${journalText(anchor)}, last used at ${anchor.seenAt}`
        : 'no file remembers the journal, so each process knows only what it has seen itself',
    },
  ];
  if (refusal === undefined) return checks;
  // With state in memory, refusing orders is intended.
  const isFault = persistence.kind !== 'volatile';
  return [
    ...checks,
    { what: 'sending', works: !isFault, found: ['refused.', refusal.reason, ...refusal.details].join(' ') },
  ];
}

/** A difference costs nothing where it was converted; an absent field is missing from every list. */
function driftCheck({ path, expected, found, result }: Drift): Check {
  const kept = result === 'converted' ? 'it was converted' : 'it is left out';
  return { what: 'answer', works: true, found: `${path} should be ${expected} and is ${found}; ${kept}` };
}

async function checkState(place: StatePlace, clock: Clock): Promise<Check> {
  const store = await openStore(place, { clock, onWarning: () => undefined });
  const fault = await store.healthCheck();
  await store.close();
  const where = describeStatePlace(place);
  const sharing = place.kind === 'folder' ? sharingOf(place.folder) : '';
  if (fault === undefined) return { what: 'state', works: true, found: `${where}${sharing}` };
  const remedy =
    place.kind === 'redis'
      ? 'Start it, or correct WEMASY_STATE.'
      : 'Make it a folder that this user can write to, or name another one in WEMASY_STATE.';
  return { what: 'state', works: false, found: `${where}${sharing} cannot be used: ${fault}. ${remedy}` };
}

/** How several users of this machine share the folder, as far as it concerns them. */
function sharingOf(folder: string): string {
  if (process.getuid === undefined || !existsSync(folder)) return '';
  const stats = statSync(folder);
  if ((stats.mode & groupShared) === groupShared) return `, shared by the members of group ${stats.gid}`;
  return stats.uid === process.getuid()
    ? ''
    : `, which belongs to another user and is not shared (chmod g+ws)`;
}

/** Set-group-id and writable for the group: what the store creates in such a folder is for the group, too. */
const groupShared = 0o2020;

async function allowanceOf(client: OrdersClient, operationId: OperationId): Promise<Check> {
  const { remaining, limit, resetInMs } = await client.allowance(operationId);
  const reset = resetInMs > 0 ? `, all again in ${Math.ceil(resetInMs / 1000)} s` : '';
  return { what: 'allowance', works: true, found: `${operationId}: ${remaining} of ${limit} left${reset}` };
}

/** The checks as a table for people. */
export function checksText(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ what }) => what.length));
  return checks
    .map(({ what, works, found }) => `${works ? 'ok   ' : 'FAULT'}  ${what.padEnd(width)}  ${found}`)
    .join('\n');
}
