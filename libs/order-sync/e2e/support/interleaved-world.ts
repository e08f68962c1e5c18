import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import {
  createOrdersClient,
  type FetchRequest,
  type FetchResponse,
  isOrdersError,
} from '@wemasy-orders/client';
import { type Clock, createMemoryStore, type Updater } from '@wemasy-orders/state';
import * as z from 'zod';
import { noLimit } from './limiter-of.js';
import {
  createOrderSync,
  journalAt,
  type JournalStore,
  type OrderSync,
  type SyncedOrder,
  type Verdict,
} from '../../src/index.js';
import type { Choice, World } from './explore.js';

const orderId = 42;
const namespace = 'account';

/** What the API does with a request, and what the sender sees of it. */
export interface ApiBehaviour {
  readonly name: string;
  /** Whether the order is in the books afterwards. */
  readonly books: boolean;
  /** Whether the sender can be certain that the order is not in the books. */
  readonly provesNothingHappened: boolean;
  answer(): Promise<FetchResponse>;
}

function answering(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  return async (): Promise<FetchResponse> => ({
    status,
    headers: new Map(Object.entries({ 'content-type': 'application/json', ...headers })),
    text: async () => JSON.stringify(body),
  });
}

function failing(code: string, syscall: string) {
  return async (): Promise<FetchResponse> => {
    throw new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code, syscall }) });
  };
}

const accepted = { error: false, message: 'Order synced to SnelStart.', data: [] };
const documented429 = { 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': '0', 'retry-after': '59' };

/** Every kind of answer: documented, undocumented, and none. */
export const apiBehaviours: readonly ApiBehaviour[] = [
  { name: 'accepts', books: true, provesNothingHappened: false, answer: answering(200, accepted) },
  {
    name: 'rejects the values',
    books: false,
    provesNothingHappened: true,
    answer: answering(422, { message: 'The order cannot be synced.', errors: {} }),
  },
  {
    name: 'answers the documented 429',
    books: false,
    provesNothingHappened: true,
    answer: answering(429, { error: true, message: 'Too Many Attempts.' }, documented429),
  },
  {
    name: 'books, then passes on a 429 of SnelStart',
    books: true,
    provesNothingHappened: false,
    answer: answering(429, { message: 'SnelStart is busy.' }),
  },
  {
    name: 'cannot be reached',
    books: false,
    provesNothingHappened: true,
    answer: failing('ECONNREFUSED', 'connect'),
  },
  {
    name: 'books, then the answer is lost',
    books: true,
    provesNothingHappened: false,
    answer: failing('ECONNRESET', 'read'),
  },
  {
    name: 'loses the request',
    books: false,
    provesNothingHappened: false,
    answer: failing('ECONNRESET', 'read'),
  },
  {
    name: 'books, then fails',
    books: true,
    provesNothingHappened: false,
    answer: answering(500, { message: 'Server Error' }),
  },
  {
    name: 'books, then reports an error',
    books: true,
    provesNothingHappened: false,
    answer: answering(200, { error: true, message: 'SnelStart took too long.', data: [] }),
  },
  {
    name: 'queues it',
    books: true,
    provesNothingHappened: false,
    answer: answering(202, { message: 'queued' }),
  },
];

export type Disturbance = 'crash' | 'cancel' | 'store failure' | 'store emptied' | 'time';

export interface Scenario {
  readonly senders: readonly [SenderOfScenario, SenderOfScenario];
  /** What a person may confirm, once, at any moment. */
  readonly verdicts: readonly Verdict[];
  readonly api: readonly ApiBehaviour[];
  readonly disturbances: readonly Disturbance[];
}

export interface SenderOfScenario {
  readonly name: string;
  readonly resend?: boolean | undefined;
  /** Other processes believe that it has ended, whether it has or not. */
  readonly looksGone?: boolean | undefined;
}

/** A pid that no process has. */
const pidOfTheDead = spawnSync(process.execPath, ['--version']).pid;

/** A request that has left its process. */
interface Request {
  readonly sender: Actor;
  fate: 'in flight' | 'certainly nothing' | 'booked or unknown';
  /** Whether a person has said since then that it did not reach the books. */
  disproved: boolean;
}

type Reply =
  | { readonly kind: 'synced'; readonly synced: SyncedOrder }
  | { readonly kind: 'error'; readonly code: string; readonly effect: string }
  | { readonly kind: 'confirmed'; readonly verdict: Verdict };

/** A process, and everything that it has observed: that alone decides what it does next. */
interface Actor {
  readonly name: string;
  readonly resend: boolean;
  /** Whether other processes believe that it has ended. */
  readonly looksGone: boolean;
  readonly controller: AbortController;
  /** Digest of everything that it has observed, in turn. */
  log: string;
  /** How many random ids it has made. */
  ids: number;
  reply: Reply | undefined;
  crashed: boolean;
}

/** What an actor waits for until the explorer lets it happen. */
interface Pending {
  readonly actor: Actor;
  readonly choices: () => readonly Choice[];
}

/** Senders and a person at one order, on one store and one API, in which the explorer chooses every step. */
export function createInterleavedWorld(scenario: Scenario): World {
  const startMs = Date.UTC(2026, 0, 1);
  let elapsedMs = 0;
  const timers = new Set<{ readonly actor: Actor; readonly at: number; readonly fire: () => void }>();
  const pending = new Set<Pending>();
  const actors: Actor[] = [];
  const requests: Request[] = [];
  let bookings = 0;
  const verdicts = new Set(scenario.verdicts);
  const verdictsGiven = new Set<Verdict>();
  const violations: string[] = [];
  const records = new Map<string, string>();
  let isEmptied = false;
  /** Random ids by the actor that made them, so that equal states read the same. */
  const names = new Map<string, string>();

  function actorOf(name: string, { resend = false, looksGone = false } = {}): Actor {
    const actor: Actor = {
      name,
      resend,
      looksGone,
      controller: new AbortController(),
      log: '',
      ids: 0,
      reply: undefined,
      crashed: false,
    };
    actors.push(actor);
    return actor;
  }

  function clockOf(actor: Actor): Clock {
    return {
      now: () => startMs + elapsedMs,
      monotonic: () => elapsedMs,
      setTimer(fire, ms) {
        // Node's longest timer only keeps a process alive.
        if (ms === 2 ** 31 - 1) return () => undefined;
        const timer = { actor, at: elapsedMs + Math.max(0, ms), fire };
        timers.add(timer);
        return () => void timers.delete(timer);
      },
    };
  }

  const store = createMemoryStore({ clock: clockOf(actorOf('store')) });
  actors.length = 0;

  function withNames(text: string): string {
    return text.replaceAll(/[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}/g, (id) => names.get(id) ?? id);
  }

  function nameIds(actor: Actor, text: string): void {
    for (const [id] of text.matchAll(/[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}/g)) {
      if (names.has(id)) continue;
      actor.ids += 1;
      names.set(id, `${actor.name}${actor.ids}`);
    }
  }

  /** Keeps `choice` among what may happen until it has. */
  function wait(actor: Actor, choices: (done: () => void) => readonly Choice[]): void {
    if (actor.crashed) return;
    const entry: Pending = { actor, choices: () => choices(() => void pending.delete(entry)) };
    pending.add(entry);
  }

  /** The store as one process sees it: each of its updates happens when the explorer says so. */
  function storeOf(actor: Actor): JournalStore {
    const watched =
      <T>(key: string, updater: Updater<T>): Updater<T> =>
      (record, time) => {
        const updated = updater(record, time);
        const before = records.get(key);
        const after = updated.record === undefined ? undefined : JSON.stringify(updated.record);
        if (after !== undefined) nameIds(actor, after);
        if (after === undefined) records.delete(key);
        else records.set(key, after);
        watchUnknowns(actor, before, after);
        if (actor.name === 'person') noteVerdict(after);
        return updated;
      };
    const scheduled = <T>(write: () => Promise<T>, seen: (result: T) => unknown): Promise<T> =>
      new Promise((resolve, reject) => {
        const fail = () => {
          observe(actor, 'update failed');
          reject(Object.assign(new Error('The connection to the store broke'), { code: 'ECONNRESET' }));
        };
        wait(actor, (done) => [
          choice(`${actor.name}: update`, () => {
            done();
            write().then((result) => {
              observe(actor, withNames(JSON.stringify(seen(result)) ?? ''));
              resolve(result);
            }, reject);
          }),
          ...disturbing('store failure', [
            choice(`${actor.name}: update fails`, () => {
              done();
              fail();
            }),
            choice(`${actor.name}: update is written, but its answer is lost`, () => {
              done();
              write().then(fail, reject);
            }),
          ]),
        ]);
      });
    return {
      openGeneration: (key) => store.openGeneration(key),
      update: (key, updater, options) =>
        scheduled(
          () => store.update(key, watched(key, updater), options),
          (result) => result,
        ),
      updateGuarded: (key, updater, guard) =>
        scheduled(
          () => store.updateGuarded(key, watched(key, updater), guard),
          // The number of writes decides nothing here, where no store forgets.
          ({ result }) => result,
        ),
    };
  }

  /** An unknown outcome is decided by its sender, who may learn it late, or by a person. */
  function watchUnknowns(actor: Actor, before: string | undefined, after: string | undefined): void {
    for (const { id, state, resolutions, by } of attemptsOf(before)) {
      if (state !== 'unknown' || resolutions !== undefined) continue;
      const now = attemptsOf(after).find((attempt) => attempt.id === id);
      if (now?.state === 'unknown' || names.get(by.instance)?.startsWith(actor.name) === true) continue;
      violations.push(
        `${actor.name} turned an unknown attempt of another process into ${now?.state ?? 'none'}`,
      );
    }
  }

  /** What a person says counts from the moment at which it is written. */
  function noteVerdict(after: string | undefined): void {
    for (const { resolutions = [] } of attemptsOf(after)) {
      for (const { as } of resolutions) verdictsGiven.add(as);
    }
    if (verdictsGiven.has('not_synced')) for (const request of requests) request.disproved = true;
  }

  function fetchOf(actor: Actor) {
    return (_: string, { signal }: FetchRequest): Promise<FetchResponse> => {
      const request: Request = { sender: actor, fate: 'in flight', disproved: false };
      const sentBefore = requests.filter(({ fate, disproved }) => fate !== 'certainly nothing' && !disproved);
      // A resend allows one request more, and none beside another that is known to be under way.
      const isRefused = ({ sender, fate }: Request) =>
        !actor.resend || sender === actor || (fate === 'in flight' && !sender.looksGone);
      if (sentBefore.some(isRefused)) violations.push(`${actor.name} sent the order again`);
      requests.push(request);
      return new Promise((resolve, reject) => {
        let torndown = false;
        signal.addEventListener('abort', () => {
          torndown = true;
          request.fate = 'booked or unknown';
          reject(new DOMException('This operation was aborted', 'AbortError'));
        });
        wait(actor, (done) =>
          torndown
            ? disturbing('time', [
                choice(`the API books what ${actor.name} gave up`, () => {
                  done();
                  bookings += 1;
                }),
              ])
            : scenario.api.map(({ name, books, provesNothingHappened, answer }) =>
                choice(`the API ${name} (${actor.name})`, () => {
                  done();
                  if (books) bookings += 1;
                  request.fate = provesNothingHappened ? 'certainly nothing' : 'booked or unknown';
                  observe(actor, name);
                  answer().then(resolve, reject);
                }),
              ),
        );
      });
    };
  }

  function disturbing(kind: Disturbance, choices: readonly Choice[]): Choice[] {
    return scenario.disturbances.includes(kind) ? choices.map((calm) => ({ ...calm, disturbs: true })) : [];
  }

  function orderSyncOf(actor: Actor): OrderSync {
    const clock = clockOf(actor);
    const actorStore = storeOf(actor);
    const client = createOrdersClient({
      token: 'token',
      baseUrl: 'http://127.0.0.1:1/api',
      fetch: fetchOf(actor),
      rateLimiter: noLimit(),
      random: () => 0,
      clock,
    });
    return createOrderSync({
      client,
      store: actorStore,
      journal: journalAt(actorStore, namespace),
      clock,
      caller: { app: actor.name, version: '1.0.0' },
      process: { pid: actor.looksGone ? pidOfTheDead : process.pid, host: hostname() },
    });
  }

  function noteReply(actor: Actor, reply: Reply): void {
    if (actor.crashed) return;
    actor.reply = reply;
    observe(actor, JSON.stringify(reply));
    const own = requests.filter(({ sender }) => sender === actor);
    if (reply.kind === 'synced' && bookings === 0) violations.push(`${actor.name} got "synced"`);
    if (reply.kind !== 'error') return;
    if (reply.code === 'already_synced' && bookings === 0 && !verdictsGiven.has('synced')) {
      violations.push(`${actor.name} got "already synced"`);
    }
    if (reply.effect === 'none' && own.some(({ fate }) => fate !== 'certainly nothing')) {
      violations.push(`${actor.name} got an error without effect (${reply.code})`);
    }
  }

  function start(name: string, { resend = false, looksGone = false }: Omit<SenderOfScenario, 'name'>): void {
    const actor = actorOf(name, { resend, looksGone });
    orderSyncOf(actor)
      .sync(orderId, { resend, signal: actor.controller.signal })
      .then(
        (synced) => {
          noteReply(actor, { kind: 'synced', synced });
        },
        (error: unknown) => {
          noteReply(actor, errorReply(error));
        },
      );
  }

  function confirm(verdict: Verdict): void {
    verdicts.clear();
    const actor = actorOf('person');
    orderSyncOf(actor)
      .confirm(orderId, verdict)
      .then(
        () => {
          noteReply(actor, { kind: 'confirmed', verdict });
        },
        (error: unknown) => {
          actor.reply = errorReply(error);
        },
      );
  }

  function crash(actor: Actor, { resend, looksGone }: Omit<SenderOfScenario, 'name'>): void {
    actor.crashed = true;
    for (const entry of [...pending]) if (entry.actor === actor) pending.delete(entry);
    for (const timer of [...timers]) if (timer.actor === actor) timers.delete(timer);
    for (const request of requests) {
      if (request.sender === actor && request.fate === 'in flight') request.fate = 'booked or unknown';
    }
    start(`${actor.name} restarted`, { resend, looksGone });
  }

  function empty(): void {
    isEmptied = true;
    for (const key of [...records.keys(), `${namespace}/journal`]) {
      void store.update(key, () => ({ record: undefined, result: undefined }));
    }
    records.clear();
  }

  for (const { name, ...sender } of scenario.senders) start(name, sender);

  return {
    async settled() {
      await new Promise<void>((resolve) => setImmediate(resolve));
    },
    choices() {
      const waiting = actors.filter(({ reply, crashed }) => reply === undefined && !crashed);
      const all = [...pending].flatMap(({ choices }) => choices());
      if (waiting.length > 0) {
        for (const verdict of verdicts) {
          all.push(choice(`a person confirms ${verdict}`, () => void confirm(verdict)));
        }
      }
      const calm = all.filter(({ disturbs }) => !disturbs);
      const next = [...timers].sort((one, other) => one.at - other.at)[0];
      const pass =
        next === undefined || waiting.length === 0
          ? []
          : [
              choice(`${next.at - elapsedMs} ms pass (${next.actor.name})`, () => {
                timers.delete(next);
                elapsedMs = Math.max(elapsedMs, next.at);
                observe(next.actor, 'timer');
                next.fire();
              }),
            ];
      if (calm.length === 0 && waiting.length === 0) return [];
      return [
        ...calm,
        ...(calm.length === 0 ? pass : disturbing('time', pass)),
        ...all.filter(({ disturbs }) => disturbs),
        ...disturbing(
          'cancel',
          waiting
            .filter(({ name, controller }) => name !== 'person' && !controller.signal.aborted)
            .map((actor) =>
              choice(`${actor.name} is cancelled`, () => {
                observe(actor, 'cancelled');
                actor.controller.abort();
              }),
            ),
        ),
        ...disturbing('store emptied', waiting.length > 0 ? [choice('the store is emptied', empty)] : []),
        ...disturbing(
          'crash',
          scenario.senders.flatMap(({ name, ...sender }) =>
            waiting
              .filter((actor) => actor.name === name)
              .map((actor) =>
                choice(`${name} crashes`, () => {
                  crash(actor, sender);
                }),
              ),
          ),
        ),
      ];
    },
    state() {
      return JSON.stringify({
        actors: actors.map(({ name, log, crashed }) => [name, log, crashed]),
        records: [...records].map(([key, text]) => [key, withNames(text)]),
        requests: requests
          .map(({ sender, fate, disproved: isDisproved }) => [sender.name, fate, isDisproved])
          .sort(),
        bookings,
        isEmptied,
        elapsedMs,
        pending: [...pending].flatMap(({ choices }) => choices().map(({ name }) => name)).sort(),
        verdicts: [...verdicts],
      });
    },
    check() {
      const [violation] = violations;
      if (violation !== undefined) throw new Error(violation);
    },
    async checkEnd() {
      for (const { name, reply, crashed } of actors) {
        if (reply === undefined && !crashed) throw new Error(`the call of ${name} never ends`);
      }
      const audit = createOrderSync({
        client: createOrdersClient({
          token: 'token',
          rateLimiter: noLimit(),
          fetch: fetchOf(actorOf('auditor')),
        }),
        store,
        journal: journalAt(store, namespace),
        clock: clockOf(actorOf('auditor')),
        caller: { app: 'auditor', version: '1.0.0' },
      });
      const { state, attempts } = await audit.history(orderId);
      // What was in the store is gone.
      if (isEmptied) return;
      if (
        bookings > 0 &&
        !verdictsGiven.has('not_synced') &&
        (state === 'not_sent' || state === 'rejected')
      ) {
        throw new Error(`the order is in the books, and the journal says ${state}`);
      }
      for (const { name, reply } of actors) {
        if (reply?.kind !== 'synced' || !reply.synced.recorded) continue;
        if (!attempts.some((attempt) => attempt.state === 'synced')) {
          throw new Error(`${name} got "synced", and the journal does not have it`);
        }
      }
    },
  };
}

function observe(actor: Actor, what: string): void {
  actor.log = createHash('sha1').update(actor.log).update(what).digest('base64');
}

function choice(name: string, run: () => void): Choice {
  return { name, disturbs: false, run };
}

function errorReply(error: unknown): Reply {
  if (isOrdersError(error)) return { kind: 'error', code: error.code, effect: error.effect };
  throw error;
}

const attemptList = z.object({
  attempts: z.array(
    z.object({
      id: z.string(),
      state: z.string(),
      resolutions: z.array(z.object({ as: z.enum(['synced', 'not_synced']) })).optional(),
      by: z.object({ instance: z.string() }),
    }),
  ),
});

/** The attempts of a stored record, where it is an order's. */
function attemptsOf(text: string | undefined) {
  return text === undefined ? [] : (attemptList.safeParse(JSON.parse(text)).data?.attempts ?? []);
}
