/**
 * What is known about one counter of the server, as plain JSON that processes share and people can read.
 *
 * Times are milliseconds since the epoch on the record's own two scales (see `RecordClock`), not wall-clock times.
 */
export interface WindowState {
  readonly version: 2;
  /** When the record was created; distinguishes it from an earlier record that was lost. */
  readonly since: number;
  readonly clock: RecordClock;
  /** The cost of all permits ever issued. Permits are numbered in this order. */
  readonly issued: number;
  /** Why the next permit goes alone while the others wait for its answer; absent when the count is trusted. */
  readonly uncertainty?: Uncertainty;
  /** The permit that went alone and has no answer yet. */
  readonly probe?: { readonly issued: number; readonly at: number; readonly by: string };
  /** The latest known window of the server; absent if none is open. */
  readonly window?: OpenWindow;
  /** Answered calls that may count in a window of the server that is still open. */
  readonly hits: readonly Hits[];
  /** Permits without an answer: not sent yet, under way, or lost. */
  readonly inFlight: readonly InFlight[];
  /** Calls that others made on the same account, as far as the server's count has shown them. */
  readonly foreign?: Hits;
  /** Limits that the server reported, by policy; they override the configured ones. */
  readonly limits: Readonly<Record<string, number>>;
  /** No permit is issued before this time; set by a 429. */
  readonly pausedUntil: number;
  /** The queue: which calls wait in which process. */
  readonly waiting: readonly WaitingProcess[];
}

/**
 * The last reading of the store's clock, and the record's own time at that moment.
 *
 * `minElapsed` counts only time that has passed for certain and answers "is the window over?". `maxElapsed` also
 * counts time that may have passed unseen, while the machine slept or its clock was set, and answers "may the window
 * be over?". Without such events both advance alike.
 */
export interface RecordClock {
  readonly minElapsed: number;
  readonly maxElapsed: number;
  readonly wallMs: number;
  readonly monotonicMs?: number;
  readonly bootId?: string;
}

export interface Uncertainty {
  readonly reason: 'start' | 'idle' | 'restart' | 'rejected' | 'foreign-use' | 'outage';
  /** Only the answer to a permit with a higher number can resolve it. */
  readonly issued: number;
}

export interface OpenWindow {
  /** Number of the first permit issued when no window from before `from` could still be open. */
  readonly issued: number;
  /** The earliest time at which the server can have opened it (maxElapsed scale). */
  readonly from: number;
  /** The server had opened it by then (minElapsed scale); absent until an answer proves it. */
  readonly openBy?: number;
}

export interface Hits {
  readonly n: number;
  /** The earliest time at which one of them can have reached the server (maxElapsed scale). */
  readonly from: number;
  /** The window in which the server counted them is over by then (minElapsed scale). */
  readonly until: number;
}

/** Permits of one policy that were issued at about the same time. */
export interface InFlight {
  readonly n: number;
  readonly policy: string;
  /** When the first of them was issued (maxElapsed scale). */
  readonly from: number;
  /** When the first of them was issued (minElapsed scale); identifies the group. Absent once they are lost. */
  readonly first?: number;
  /** When the last of them was issued (minElapsed scale). */
  readonly last: number;
  /** They have reached the server by then, or never will (minElapsed scale). */
  readonly arrivesBy: number;
}

export interface WaitingProcess {
  readonly id: string;
  /** When it will look again; if it does not, it loses its place (minElapsed scale). */
  readonly due: number;
  readonly calls: readonly WaitingCalls[];
}

/** Which calls go first: those that a person waits for, or those of a job. */
export type Priority = 'interactive' | 'background';

/** Calls of one process that began to wait at about the same time. */
export interface WaitingCalls {
  readonly policy: string;
  readonly priority: Priority;
  /** About when they began to wait (minElapsed scale). */
  readonly since: number;
  /** How many calls of the same group have already gone. */
  readonly first: number;
  readonly n: number;
  /** How much each of them counts against the limit. */
  readonly cost: number;
}

/**
 * Reads a record. Returns `undefined` for anything that this version did not write. The limiter then sends one call
 * alone to learn the server's count, as it does without a record.
 */
export function parseWindowState(record: unknown): WindowState | undefined {
  return isWindowState(record) ? record : undefined;
}

function isWindowState(value: unknown): value is WindowState {
  return (
    isObject(value) &&
    value['version'] === 2 &&
    isTime(value['since']) &&
    isRecordClock(value['clock']) &&
    isCount(value['issued']) &&
    isAbsentOr(value['uncertainty'], isUncertainty) &&
    isAbsentOr(value['probe'], isProbe) &&
    isAbsentOr(value['window'], isOpenWindow) &&
    isArrayOf(value['hits'], isHits) &&
    isArrayOf(value['inFlight'], isInFlight) &&
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
    isTime(value['minElapsed']) &&
    isTime(value['maxElapsed']) &&
    isTime(value['wallMs']) &&
    isAbsentOr(value['monotonicMs'], isTime) &&
    isAbsentOr(value['bootId'], isText)
  );
}

function isUncertainty(value: unknown): boolean {
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

function isInFlight(value: unknown): boolean {
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
    isCount(value['n']) &&
    isCount(value['cost'])
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTime(value: unknown): value is number {
  return Number.isFinite(value);
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
