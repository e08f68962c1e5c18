/**
 * The queue of all processes that share a record: first in, first out over all of them, interactive calls before
 * background ones.
 *
 * Each process publishes its waiting calls and when it will look again. All processes sort the calls alike, so each
 * takes its own permits and leaves the rest to the processes that are due. A process that misses its time loses its
 * place.
 */
import type { Draft, Timing, WindowRules } from './counter.js';
import {
  costOf,
  grantPermits,
  isProbing,
  rank,
  type AcquireRequest,
  type Before,
  type Grants,
  type Place,
  type Queued,
  type WaitingKind,
} from './queue.js';
import type { WaitingCalls, WaitingProcess } from './window-state.js';

/** The most groups of waiting calls that a process publishes, so that the record stays small. */
const MOST_PUBLISHED_GROUPS = 24;
const SHORTEST_POLL_MS = 10;
const LONGEST_POLL_MS = 250;

/** A call of this process and its place in the queue of all processes. */
interface SharedEntry extends Queued {
  readonly place: Place;
  readonly index: number;
  /** Calls with the same key are published together. */
  readonly key: string;
}

/** Grants permits to the calls of a process that shares its record with others. */
export function grantShared(
  draft: Draft,
  request: AcquireRequest,
  timing: Timing,
  rules: WindowRules,
): Grants {
  const { by } = request;
  const now = draft.clock.minElapsed;
  const entries = inOrder(draft, request, timing);
  const others = draft.waiting.filter(({ id, due }) => id !== by && now <= due + timing.graceMs);
  draft.waiting = others;
  return grantPermits(draft, by, timing, rules, {
    entries,
    before: (entry, ceilingOf, charged) => callsBefore(entry, by, others, ceilingOf, charged),
    nextLook(ownMs, othersLateAt) {
      if (now < draft.pausedUntil) return ownMs;
      if (draft.probe && isProbing(draft, timing)) {
        // The answer to this process's probe is reported here; only the record shows the answer to another's.
        if (draft.probe.by === by) return ownMs;
        return Math.min(ownMs, LONGEST_POLL_MS, Math.max(SHORTEST_POLL_MS, (now - draft.probe.at) / 2));
      }
      if (othersLateAt === Infinity) return ownMs;
      // There is room, but other processes come first: wait until they are late or their probe is answered.
      return Math.min(othersLateAt - now, draft.uncertainty ? LONGEST_POLL_MS : ownMs || timing.recheckMs);
    },
    publish(ungranted, recheckMs) {
      draft.waiting = [...others, { id: by, due: now + recheckMs, calls: groupCalls(ungranted) }];
    },
  });
}

/**
 * Calls that began to wait at about the same time alternate between processes: the first of each, the second of each.
 * So the place of a call is its time, and then its number among the calls of its process at that time.
 */
function inOrder(draft: Draft, request: AcquireRequest, { graceMs }: Timing): SharedEntry[] {
  const now = draft.clock.minElapsed;
  const slotMs = Math.ceil(graceMs / 4);
  const mine = draft.waiting.find(({ id }) => id === request.by)?.calls ?? [];
  const nextIndex = new Map<string, number>();
  for (const group of mine) nextIndex.set(groupKey(group), group.first);

  const queue = request.calls.map((call, at): SharedEntry => {
    const { policy, priority, place } = call;
    const cost = costOf(call);
    const arrived = Math.floor((now - call.waitedMs) / slotMs) * slotMs;
    const since = place?.record === draft.since ? place.since : arrived;
    const key = groupKey({ policy, priority, since, cost });
    const index = nextIndex.get(key) ?? 0;
    nextIndex.set(key, index + 1);
    return { call, at, place: { record: draft.since, since }, index, key };
  });
  return queue.sort(
    (a, b) =>
      rank(a.call.priority) - rank(b.call.priority) || a.place.since - b.place.since || a.index - b.index,
  );
}

function groupKey({
  policy,
  priority,
  since,
  cost,
}: Pick<WaitingCalls, 'policy' | 'priority' | 'since' | 'cost'>): string {
  return `${priority} ${since} ${cost} ${policy}`;
}

/** The calls of other processes that come before a call. */
function callsBefore(
  queued: SharedEntry,
  by: string,
  others: readonly WaitingProcess[],
  ceilingOf: (call: WaitingKind) => number,
  charged: number,
): Before {
  const before = { all: 0, eligible: 0, ceiling: Infinity, due: Infinity };
  for (const { id, due, calls } of others) {
    for (const group of calls) {
      const n = group.cost * precedingCalls(group, id < by, queued);
      const ceiling = ceilingOf(group);
      const eligible = Math.max(0, Math.min(n, ceiling - charged));
      before.all += n;
      before.eligible += eligible;
      if (eligible === 0) continue;
      before.ceiling = Math.min(before.ceiling, ceiling);
      before.due = Math.min(before.due, due);
    }
  }
  return before;
}

function precedingCalls(group: WaitingCalls, winsTies: boolean, { call, place, index }: SharedEntry): number {
  const order = rank(group.priority) - rank(call.priority) || group.since - place.since;
  if (order !== 0) return order < 0 ? group.n : 0;
  return Math.max(0, Math.min(group.n, index - group.first + (winsTies ? 1 : 0)));
}

function groupCalls(ungranted: readonly SharedEntry[]): WaitingCalls[] {
  const groups = new Map<string, WaitingCalls>();
  for (const { call, place, index, key } of ungranted) {
    const calls = groups.get(key);
    if (calls) groups.set(key, { ...calls, n: calls.n + 1 });
    else if (groups.size < MOST_PUBLISHED_GROUPS) {
      groups.set(key, {
        policy: call.policy,
        priority: call.priority,
        since: place.since,
        first: index,
        n: 1,
        cost: costOf(call),
      });
    }
  }
  return [...groups.values()];
}
