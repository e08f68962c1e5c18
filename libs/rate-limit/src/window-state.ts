/**
 * What is known about one counter of the server, as plain JSON that processes share and a person can read.
 *
 * Times are milliseconds since the epoch on the record's own two scales (see `clock`), not wall-clock times.
 */
export interface WindowState {
  readonly version: 1;
  /** When the record was made; tells it from an earlier one that was lost. */
  readonly since: number;
  readonly clock: RecordClock;
  /** How many permits were ever issued; the number of a permit tells which came first. */
  readonly issued: number;
  /** Why the next permit goes alone and the others wait for its answer; absent when the mirror is trusted. */
  readonly doubt?: Doubt;
  /** The permit that went alone and has no answer yet. */
  readonly probe?: { readonly issued: number; readonly at: number; readonly by: string };
  /** The server's window that is known best; absent if none is open. */
  readonly window?: OpenWindow;
  /** Answered calls that may count in a window of the server that is still open. */
  readonly hits: readonly Hits[];
  /** Permits without an answer: in somebody's hand, under way, or lost. */
  readonly inFlight: readonly Flight[];
  /** Calls of others on the same account, as far as the server's own count has shown them. */
  readonly foreign?: Hits;
  /** Limits that the server named, by policy; they win over the configured ones. */
  readonly limits: Readonly<Record<string, number>>;
  /** No permit is issued before this; set by a 429. */
  readonly pausedUntil: number;
  /** Who waits in which process. */
  readonly waiting: readonly WaitingProcess[];
}

/**
 * The last reading of the store's clock and what it stood for.
 *
 * `certain` counts only time that has certainly passed: it answers "is the window over?". `possible` counts as
 * well what may have passed unseen while the machine slept or its clock was set: it answers "may the window be
 * over?". Without such events both run alike.
 */
export interface RecordClock {
  readonly certain: number;
  readonly possible: number;
  readonly wallMs: number;
  readonly monotonicMs?: number;
  readonly bootId?: string;
}

export interface Doubt {
  readonly reason: 'start' | 'idle' | 'restart' | 'rejected' | 'foreign-use' | 'outage';
  /** Answers to permits up to this number cannot remove the doubt. */
  readonly issued: number;
}

export interface OpenWindow {
  /** Number of the first permit that was issued when no window before `from` could be open any more. */
  readonly issued: number;
  /** The server opened it no earlier (scale: possible). */
  readonly from: number;
  /** The server had opened it by then (scale: certain); absent until an answer proves it. */
  readonly openBy?: number;
}

export interface Hits {
  readonly n: number;
  /** The earliest time at which one of them can have reached the server (scale: possible). */
  readonly from: number;
  /** The window in which the server counted them is over by then (scale: certain). */
  readonly until: number;
}

export interface Flight {
  readonly n: number;
  readonly policy: string;
  /** When the first of them was issued (scale: possible). */
  readonly from: number;
  /** When the first of them was issued (scale: certain), which names the group; absent if they were given up. */
  readonly first?: number;
  /** When the last of them was issued (scale: certain). */
  readonly last: number;
  /** They have reached the server by then, or never will (scale: certain). */
  readonly arrivesBy: number;
}

export interface WaitingProcess {
  readonly id: string;
  /** When it will look again; whoever does not come loses the place (scale: certain). */
  readonly due: number;
  readonly calls: readonly WaitingCalls[];
}

export type Priority = 'interactive' | 'background';

export interface WaitingCalls {
  readonly policy: string;
  readonly priority: Priority;
  /** Since about when (scale: certain). */
  readonly since: number;
  /** How many of this process that came at the same time have gone already. */
  readonly first: number;
  readonly n: number;
}

/**
 * Reads a record back. `undefined` for anything that this version did not write, which is as good as no record:
 * the limiter then asks the server with one call before it trusts itself again.
 */
export function parseWindowState(record: unknown): WindowState | undefined {
  return isWindowState(record) ? record : undefined;
}

function isWindowState(value: unknown): value is WindowState {
  return (
    isObject(value) &&
    value['version'] === 1 &&
    isTime(value['since']) &&
    isRecordClock(value['clock']) &&
    isCount(value['issued']) &&
    isAbsentOr(value['doubt'], isDoubt) &&
    isAbsentOr(value['probe'], isProbe) &&
    isAbsentOr(value['window'], isOpenWindow) &&
    isArrayOf(value['hits'], isHits) &&
    isArrayOf(value['inFlight'], isFlight) &&
    isAbsentOr(value['foreign'], isHits) &&
    isObject(value['limits']) &&
    Object.values(value['limits']).every(isCount) &&
    isTime(value['pausedUntil']) &&
    isArrayOf(value['waiting'], isWaitingProcess)
  );
}

function isRecordClock(value: unknown): boolean {
  return (
    isObject(value) &&
    isTime(value['certain']) &&
    isTime(value['possible']) &&
    isTime(value['wallMs']) &&
    isAbsentOr(value['monotonicMs'], isTime) &&
    isAbsentOr(value['bootId'], isText)
  );
}

function isDoubt(value: unknown): boolean {
  return isObject(value) && isText(value['reason']) && isCount(value['issued']);
}

function isProbe(value: unknown): boolean {
  return isObject(value) && isCount(value['issued']) && isTime(value['at']) && isText(value['by']);
}

function isOpenWindow(value: unknown): boolean {
  return (
    isObject(value) &&
    isCount(value['issued']) &&
    isTime(value['from']) &&
    isAbsentOr(value['openBy'], isTime)
  );
}

function isHits(value: unknown): boolean {
  return isObject(value) && isCount(value['n']) && isTime(value['from']) && isTime(value['until']);
}

function isFlight(value: unknown): boolean {
  return (
    isObject(value) &&
    isCount(value['n']) &&
    isText(value['policy']) &&
    isTime(value['from']) &&
    isAbsentOr(value['first'], isTime) &&
    isTime(value['last']) &&
    isTime(value['arrivesBy'])
  );
}

function isWaitingProcess(value: unknown): boolean {
  return (
    isObject(value) &&
    isText(value['id']) &&
    isTime(value['due']) &&
    isArrayOf(value['calls'], isWaitingCalls)
  );
}

function isWaitingCalls(value: unknown): boolean {
  return (
    isObject(value) &&
    isText(value['policy']) &&
    (value['priority'] === 'interactive' || value['priority'] === 'background') &&
    isTime(value['since']) &&
    isCount(value['first']) &&
    isCount(value['n'])
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isArrayOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}

function isAbsentOr(value: unknown, is: (value: unknown) => boolean): boolean {
  return value === undefined || is(value);
}
