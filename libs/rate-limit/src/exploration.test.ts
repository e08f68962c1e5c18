/**
 * Explores every schedule of a few processes on one record: which process acts next, which call is lost, which process
 * dies, and which moment comes next. `npm run bench -- interleavings` explores more of them and writes the figures down.
 */
import { expect, test } from 'vitest';
import { currentDraft, timingOf, type Draft, type PermitStamp } from './counter.js';
import type { RateLimitFacts } from './headers.js';
import type { Place, WaitingCall } from './queue.js';
import { grantShared } from './shared-queue.js';
import { advanceClock, type WindowState } from './window-state.js';
import { reduceWindow, type WindowEvent } from './window.js';

const LIMIT = 2;
const PROCESSES = 3;
const WINDOW_MS = 60_000;
const RULES = { windowMs: WINDOW_MS, limits: { sync: LIMIT } };
const TIMING = timingOf(WINDOW_MS);
const { permitLifeMs, longestFlightMs } = TIMING;
const START = Date.UTC(2026, 0, 1);
const newCall = { policy: 'sync', priority: 'interactive', waitedMs: 0 } as const;

interface Settings {
  readonly expiry: 'exact' | 'floored';
  readonly remaining: 'at-hit' | 'after-controller';
  /** When the processes start: before any window, or a millisecond before the server's window ends. */
  readonly start: 'first-window' | 'boundary';
  /** How often time moves on. */
  readonly moments: number;
}

/** A process and the call that it makes. */
type Process =
  | {
      readonly at: 'ready' | 'waiting';
      readonly left: number;
      readonly since: number;
      readonly place?: Place | undefined;
    }
  | {
      readonly at: 'holding' | 'sent';
      readonly left: number;
      readonly stamp: PermitStamp;
      readonly issuedAt: number;
    }
  | { readonly at: 'arrived'; readonly left: number; readonly stamp: PermitStamp; readonly used: number }
  | {
      readonly at: 'answered';
      readonly left: number;
      readonly stamp: PermitStamp;
      readonly facts: RateLimitFacts;
    }
  | { readonly at: 'over' };

interface World {
  readonly now: number;
  readonly momentsLeft: number;
  readonly record: WindowState | undefined;
  readonly server: { readonly hits: number; readonly endsAt: number };
  readonly processes: readonly Process[];
}

/** The record as it is now, to be changed. */
function draftOf({ record, now }: World): Draft {
  const time = { wallMs: START + now, monotonicMs: 1_000_000 + now, bootId: 'boot' };
  return currentDraft(record, advanceClock(record?.clock, time), TIMING);
}

function reduce(world: World, event: WindowEvent): WindowState {
  const draft = draftOf(world);
  reduceWindow(draft, event, TIMING, RULES);
  return draft;
}

/** What a process gets that asks for a permit for one call. */
function ask(world: World, by: string, call: WaitingCall) {
  const draft = draftOf(world);
  const { calls } = grantShared(draft, { by, calls: [call] }, TIMING, RULES);
  return { record: draft, grant: calls[0] };
}

/** Everything that may happen next. */
function next(world: World, settings: Settings): World[] {
  return [
    ...world.processes.flatMap((process, id) => steps(world, process, id, settings)),
    ...moments(world).map((now) => ({ ...world, now, momentsLeft: world.momentsLeft - 1 })),
  ];
}

function steps(world: World, process: Process, id: number, settings: Settings): World[] {
  const { now, server } = world;
  const become = (each: Process, changed: Partial<World> = {}): World => ({
    ...world,
    ...changed,
    processes: world.processes.map((other, at) => (at === id ? each : other)),
  });
  const afterCall = (left: number): Process =>
    left > 0 ? { at: 'ready', left, since: now } : { at: 'over' };
  const report = (event: WindowEvent, left: number): World =>
    become(afterCall(left), { record: reduce(world, event) });
  const died = become({ at: 'over' });

  switch (process.at) {
    case 'over':
      return [];
    case 'ready':
    case 'waiting': {
      const since = process.at === 'ready' ? now : process.since;
      const call = { ...newCall, waitedMs: now - since, place: process.place };
      const { record, grant } = ask(world, String(id), call);
      if (!grant) throw new Error('An answer to each call was expected');
      const left = process.left - 1;
      return [
        grant.permit
          ? become({ at: 'holding', left, stamp: grant.permit, issuedAt: now }, { record })
          : become({ at: 'waiting', left: process.left, since, place: grant.place }, { record }),
      ];
    }
    case 'holding': {
      const { left, stamp: permit } = process;
      const isValid = now - process.issuedAt < permitLifeMs;
      return [
        ...(isValid ? [become({ ...process, at: 'sent' })] : []),
        report({ kind: 'release', permit }, left),
        died,
      ];
    }
    case 'sent': {
      const { left, stamp } = process;
      const isOpen = now < server.endsAt;
      const hits = isOpen ? server.hits : 0;
      if (hits >= LIMIT) throw new Error(`The server refuses a call: ${JSON.stringify(world)}`);
      const opensAt = settings.expiry === 'floored' ? Math.floor(now / 1000) * 1000 : now;
      const endsAt = isOpen ? server.endsAt : opensAt + WINDOW_MS;
      const counted = { server: { hits: hits + 1, endsAt } };
      return [
        become({ at: 'arrived', left, stamp, used: hits + 1 }, counted),
        // The request arrives, but its process has died.
        become({ at: 'over' }, counted),
        // It never arrives.
        report({ kind: 'lost', permit: stamp }, left),
      ];
    }
    case 'arrived': {
      const { left, stamp } = process;
      const usedNow = now < server.endsAt ? server.hits : 0;
      const used = settings.remaining === 'at-hit' ? process.used : usedNow;
      return [
        become({ at: 'answered', left, stamp, facts: { limit: LIMIT, remaining: LIMIT - used } }),
        // A proxy drops the headers.
        become({ at: 'answered', left, stamp, facts: {} }),
        report({ kind: 'lost', permit: stamp }, left),
      ];
    }
    case 'answered': {
      const { left, stamp: permit, facts } = process;
      return [report({ kind: 'answer', permit, status: 200, facts }, left), died];
    }
  }
}

/** The moments at which something changes: at the server, in the record, and in between. */
function moments({ now, momentsLeft, record, server, processes }: World): number[] {
  if (momentsLeft === 0) return [];
  const first = (times: readonly number[] = []): number => Math.min(...times) - START;
  const recordTimes = [
    first(record?.hits.map(({ until }) => until)),
    first(record?.inFlight.map(({ arrivesBy }) => arrivesBy)),
    ...(record?.probe ? [record.probe.at + TIMING.takeoverMs - START] : []),
  ];
  // A request that is on the wire for longer never arrives.
  const latest = Math.min(
    ...processes.map((each) => (each.at === 'sent' ? each.issuedAt + longestFlightMs : Infinity)),
  );
  const all = [...recordTimes, server.endsAt - 1, server.endsAt];
  return [...new Set(all)].filter((at) => at > now && at <= latest && at < Infinity);
}

/** cyrb53: two of a million states share a hash once in ten thousand runs. */
function hash(text: string): number {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 2_654_435_761);
    b = Math.imul(b ^ code, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & b) + (a >>> 0);
}

function startOf({ start, moments: momentsLeft }: Settings): World {
  const startsAt = start === 'boundary' ? WINDOW_MS - 1 : 0;
  const ready: Process = { at: 'ready', left: 1, since: startsAt };
  const processes = Array.from({ length: PROCESSES }, () => ready);
  const fresh = { now: 0, momentsLeft, record: undefined, server: { hits: 0, endsAt: 0 }, processes };
  if (start === 'first-window') return fresh;
  const { record, grant } = ask(fresh, 'opener', newCall);
  const permit = grant?.permit;
  if (!permit) throw new Error('A permit was expected');
  const facts = { limit: LIMIT, remaining: LIMIT - 1 };
  const answered = reduce({ ...fresh, record }, { kind: 'answer', permit, status: 200, facts });
  return { ...fresh, now: startsAt, record: answered, server: { hits: 1, endsAt: WINDOW_MS } };
}

/** A call that waits gets a permit in the end, whatever became of the others. */
function expectNoStarvation(world: World): void {
  const { now, processes } = world;
  if (!processes.some(({ at }) => at === 'waiting')) return;
  const later = { ...world, now: now + longestFlightMs + 2 * WINDOW_MS };
  expect(ask(later, 'late', newCall).grant?.permit, JSON.stringify(world)).toBeDefined();
}

/** @returns how many states there are */
function explore(settings: Settings): number {
  const seen = new Set<number>();
  const stack = [startOf(settings)];
  for (let world = stack.pop(); world; world = stack.pop()) {
    const key = hash(JSON.stringify(world));
    if (seen.has(key)) continue;
    seen.add(key);
    expectNoStarvation(world);
    stack.push(...next(world, settings));
  }
  return seen.size;
}

declare module 'vitest' {
  interface TaskMeta {
    /** What a test explored, for the page of `npm run bench -- interleavings`. */
    exploredStates?: { readonly states: number; readonly moments: number };
  }
}

const explores = process.env['EXPLORE'] === 'more' ? 'more' : 'usual';

test.for([
  { start: 'first-window', expiry: 'exact', remaining: 'at-hit', moments: { usual: 1, more: 2 } },
  { start: 'first-window', expiry: 'floored', remaining: 'after-controller', moments: { usual: 1, more: 2 } },
  { start: 'boundary', expiry: 'exact', remaining: 'after-controller', moments: { usual: 2, more: 2 } },
  { start: 'boundary', expiry: 'floored', remaining: 'at-hit', moments: { usual: 1, more: 2 } },
] as const)(
  'in no schedule of three processes is a call refused or starved: $start, $expiry expiry, Remaining $remaining',
  { timeout: 4 * 3_600_000 },
  ({ moments, ...settings }, { task }) => {
    const limit = { moments: moments[explores] };
    const states = explore({ ...settings, ...limit });
    task.meta.exploredStates = { states, ...limit };
    expect(states).toBeGreaterThan(10_000);
    console.log(`${states} states`);
  },
);
