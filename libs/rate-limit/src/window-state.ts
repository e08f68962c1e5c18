import type { Clock, StoreTime } from '@wemasy-orders/state';

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

/** If the wall clock runs this much further than the monotonic clock, it was set or the machine slept. */
const JUMP_MS = 500;

/** One reading of the store's clock beside this process's own. */
export interface ClockSample {
  readonly storeWallMs: number;
  /** This process's monotonic clock, read just before the store's. */
  readonly ownMs: number;
}

export interface CheckedTime extends StoreTime {
  /** How much of the time on the store's clock this process did not see pass. */
  readonly jumpMs?: number;
}

/**
 * A store without a monotonic clock (Redis) cannot notice that its clock was set. A process that has read it before
 * can, because its own clock has advanced less. If this process slept instead, the time did pass and the mistake only
 * charges permits longer. A process without an earlier sample has to trust the store.
 *
 * @param ownMs this process's monotonic clock, read after the store's
 */
export function detectClockJump(last: ClockSample | undefined, time: StoreTime, ownMs: number): CheckedTime {
  if (!last || time.monotonicMs !== undefined) return time;
  const jumpMs = time.wallMs - last.storeWallMs - (ownMs - last.ownMs);
  return jumpMs > JUMP_MS ? { ...time, jumpMs } : time;
}

export function startClock(time: StoreTime): RecordClock {
  const wallMs = Math.floor(time.wallMs);
  return { minElapsed: wallMs, maxElapsed: wallMs, ...reading(time) };
}

/** What a record's clock shows now. */
export interface RecordTime {
  readonly clock: RecordClock;
  /** The store's monotonic clock began anew, so it is not known how much time has passed. */
  readonly restarted?: boolean;
}

/**
 * Moves a record's clock to `time`. The clock never goes back and never stops for long: after any change of the wall
 * clock, the next readings count from the new value.
 *
 * @param clock of the record; undefined if there is none yet
 */
export function advanceClock(clock: RecordClock | undefined, time: CheckedTime): RecordTime {
  if (!clock) return { clock: startClock(time) };
  const read = reading(time);
  const wallPassed = Math.max(0, read.wallMs - clock.wallMs);
  const monotonicPassed =
    read.monotonicMs === undefined || clock.monotonicMs === undefined || read.bootId !== clock.bootId
      ? undefined
      : read.monotonicMs - clock.monotonicMs;

  if (monotonicPassed === undefined || monotonicPassed < 0) {
    // After a reboot, or in a store without a monotonic clock, only the wall clock is left.
    const restarted = read.monotonicMs !== undefined || clock.monotonicMs !== undefined;
    const seen = Math.max(0, wallPassed - Math.ceil(time.jumpMs ?? 0));
    return {
      clock: { ...read, minElapsed: clock.minElapsed + seen, maxElapsed: clock.maxElapsed + wallPassed },
      restarted,
    };
  }
  // Without a boot id, a reboot and a set clock look alike; the smaller value is safe for both.
  const min = read.bootId === undefined ? Math.min(monotonicPassed, wallPassed) : monotonicPassed;
  return { clock: advancedBy(min, wallPassed, clock, read), restarted: false };
}

/** The clock of a record that ends with its process: the monotonic clock never begins anew. */
export function advanceOwnClock(
  before: RecordClock | undefined,
  clock: Pick<Clock, 'now' | 'monotonic'>,
): RecordTime {
  const wallMs = Math.floor(clock.now());
  const read = { wallMs, monotonicMs: Math.floor(clock.monotonic()) };
  if (!before) return { clock: { ...read, minElapsed: wallMs, maxElapsed: wallMs } };
  const passed = read.monotonicMs - (before.monotonicMs ?? 0);
  return { clock: advancedBy(passed, wallMs - before.wallMs, before, read) };
}

function advancedBy(
  min: number,
  wallPassed: number,
  clock: RecordClock,
  read: Pick<RecordClock, 'wallMs' | 'monotonicMs' | 'bootId'>,
): RecordClock {
  const max = wallPassed - min > JUMP_MS ? wallPassed : min;
  return { ...read, minElapsed: clock.minElapsed + min, maxElapsed: clock.maxElapsed + max };
}

/** Whole milliseconds, so that people can read the record. */
function reading(time: StoreTime): Pick<RecordClock, 'wallMs' | 'monotonicMs' | 'bootId'> {
  const wallMs = Math.floor(time.wallMs);
  if (time.monotonicMs === undefined) return { wallMs };
  const monotonicMs = Math.floor(time.monotonicMs);
  return time.bootId === undefined ? { wallMs, monotonicMs } : { wallMs, monotonicMs, bootId: time.bootId };
}
