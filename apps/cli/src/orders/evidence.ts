import { isOrdersError, type OrdersErrorCode } from '@wemasy-orders/client';
import {
  type Attempt,
  JournalUnreadableError,
  type OrderHistory,
  type OrderLookup,
  type OrderSync,
} from '@wemasy-orders/order-sync';
import {
  type Cell,
  cleanText,
  type PersonalData,
  readableDate,
  showsField,
  showsWords,
} from '@wemasy-orders/presentation';
import { cliErrorOf } from '../errors.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { cleanJson } from '../output/json.js';
import type { Session } from '../session.js';

/** The journal's record of one order; `unreadable` where it is damaged. */
export type JournalEntry =
  OrderHistory | { readonly orderId: number; readonly state: 'unreadable'; readonly reason: string };

export async function readEntry(
  orderSync: Pick<OrderSync, 'history'>,
  orderId: number,
  personalData: PersonalData,
): Promise<JournalEntry> {
  try {
    return visibleHistory(await orderSync.history(orderId), personalData);
  } catch (error) {
    if (!(error instanceof JournalUnreadableError)) throw error;
    return { orderId, state: 'unreadable', reason: error.message };
  }
}

/** What a reader may see of an order's history: all but what the API said, where that is private. */
export function visibleHistory(history: OrderHistory, personalData: PersonalData): OrderHistory {
  if (showsWords(personalData, 'syncOrder')) return history;
  const attempts = history.attempts.map((attempt) =>
    'message' in attempt ? { ...attempt, message: '' } : attempt,
  );
  return { ...history, attempts };
}

/** What the API says about an order now, or why it did not say anything. */
type ApiAnswer =
  | (Omit<OrderLookup, 'order'> & { readonly order?: Readonly<Record<string, Cell>> })
  | { readonly error: { readonly code: OrdersErrorCode; readonly message: string } };

/** Shows what the journal and the API know about an order, without a conclusion. The journal comes first, and always. */
export async function showEvidence(
  orderId: number,
  { json }: { readonly json: boolean },
  { services, config: { WEMASY_PERSONAL_DATA: personalData }, terminal: { out } }: Session,
): Promise<ExitCode> {
  const { orderSync } = services();
  const journal = await readEntry(orderSync, orderId, personalData);
  if (!json) await out.write(entryText(journal));
  const api = await askApi(orderSync, orderId, personalData);
  await out.write(json ? cleanJson({ journal, api }) : apiText(api));
  return 'error' in api ? exitCodes.failed : exitCodes.done;
}

async function askApi(
  orderSync: Pick<OrderSync, 'check'>,
  orderId: number,
  personalData: PersonalData,
): Promise<ApiAnswer> {
  try {
    const { api } = await orderSync.check(orderId);
    const { order, ...looks } = api;
    if (order === undefined) return looks;
    const facts = Object.entries({ ...order, date: order.date === null ? null : readableDate(order.date) });
    return {
      order: Object.fromEntries(facts.filter(([name]) => showsField(name, personalData))),
      ...looks,
    };
  } catch (error) {
    if (!isOrdersError(error)) throw error;
    const { code, message } = cliErrorOf(error, personalData);
    return { error: { code, message } };
  }
}

function entryText(entry: JournalEntry): string {
  const lines = entry.state === 'unreadable' ? [cleanText(entry.reason)] : entry.attempts.map(attemptText);
  const state = entry.state.replace('_', ' ');
  return [`Journal of order ${entry.orderId}: ${state}`, ...lines.map((line) => `  ${line}`), ''].join('\n');
}

function apiText(api: ApiAnswer): string {
  return ['The API:', ...apiFacts(api).map((fact) => `  ${fact}`), ''].join('\n');
}

function apiFacts(api: ApiAnswer): string[] {
  if ('error' in api) return [`cannot be asked: ${api.error.message}`];
  if (api.order !== undefined) {
    return Object.entries(api.order).map(([name, value]) => `${name}: ${cleanText(String(value ?? ''))}`);
  }
  const looks = api.looks.map(
    ({ by, orders, of }) =>
      `${orders} of ${of} by ${by === 'search' ? 'a search for the id' : 'looking at the newest'}`,
  );
  return [`not among the orders looked at (${looks.join(', ')}); it may exist all the same`];
}

/** An attempt in one line: when, by whom, and its outcome. */
function attemptText(attempt: Attempt): string {
  const { by, startedAt } = attempt;
  const sender = `${by.app} ${by.version}, process ${by.pid} on ${by.host}`;
  const resolution = attempt.resolutions?.at(-1);
  const confirmed =
    resolution === undefined ? '' : ` Confirmed as ${resolution.as.replace('_', ' ')} at ${resolution.at}.`;
  return `${startedAt} ${cleanText(sender)}: ${attempt.state}. ${reasonText(attempt)}${confirmed}`.trimEnd();
}

/** Why an attempt has its outcome, in our words and in the API's, which are untrusted text. */
export function reasonText(attempt: Attempt): string {
  const reason = 'reason' in attempt && attempt.reason !== undefined ? cleanText(attempt.reason) : '';
  const said = 'message' in attempt ? cleanText(attempt.message ?? '') : '';
  // A reason may quote the API already.
  const words = said === '' || reason.includes(said) ? [] : [`The API says ${JSON.stringify(said)}.`];
  return [reason, ...words].join(' ').trim();
}
