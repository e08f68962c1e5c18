import { type Clock, createMemoryStore, type StateStore } from '@wemasy-orders/state';
import { createVirtualClock, type VirtualClock } from '@wemasy-orders/state/testing';
import { createMemoryRateLimiter, createRateLimiter, createSimpleRateLimiter } from '../rate-limiter.js';
import type { AcquireOptions, RateLimiter, RateLimiterOptions, RateLimitPolicy } from '../types.js';
import { createSlidingServer, type SlidingKind } from './sliding-servers.js';
import {
  createLaravelServer,
  type LaravelServer,
  type LaravelServerOptions,
  type RequestKind,
} from './laravel-server.js';

/** The course of one request; delays in milliseconds. */
export interface Journey {
  up: number;
  work: number;
  down: number;
  /** What gets lost, if anything; the client notices when the answer would have come. */
  lost?: 'request' | 'answer' | undefined;
  kind?: RequestKind;
}

/** Processes that share a store, a network and a server, in virtual time. */
export interface World {
  readonly clock: VirtualClock;
  readonly server: LaravelServer;
  readonly store: StateStore;
  /** Starts a process. */
  start(policies?: readonly RateLimitPolicy[]): SimulatedProcess;
  /** The machine of the processes sleeps while the server goes on. */
  suspend(ms: number): void;
}

export interface SimulatedProcess {
  readonly limiter: RateLimiter;
  /** Takes a permit, sends, reports; resolves when the answer is reported. */
  call(policy: string, journey?: Partial<Journey>, options?: AcquireOptions): Promise<number | undefined>;
  /** kill -9: requests on the wire arrive, and nothing else happens. */
  kill(): void;
  /**
   * `away`: the store is unreachable from here; `mute`: it writes, but its answers do not arrive; `slow`: it takes
   * seconds.
   */
  setStore(how: StoreTrouble): void;
}

export type StoreTrouble = 'here' | 'away' | 'mute' | 'slow';
const SLOW_STORE_MS = 3_000;

export type LimiterKind = 'shared' | 'memory' | 'simple';

export interface WorldOptions extends Partial<Omit<LaravelServerOptions, 'now'>> {
  policies?: readonly RateLimitPolicy[];
  /** How much the server's limit for a policy exceeds `limit`, on the same counter; default 0. */
  more?: Readonly<Record<string, number>>;
  /** Another kind of server; default: Laravel. */
  kind?: SlidingKind;
  /** How much faster the clock of the processes runs than the server's, in parts per million. */
  driftPpm?: number;
  /** `memory`, `simple`: a process keeps its records itself, without the store; default `shared`. */
  limiters?: LimiterKind;
}

const QUICK: Journey = { up: 20, work: 40, down: 20 };
export const MINUTE_MS = 60_000;

export function createWorld(options: WorldOptions = {}): World {
  const { limit = 5, windowMs = MINUTE_MS, driftPpm = 0, more = {} } = options;
  const windowKind = options.kind ? 'sliding-window' : 'fixed-window';
  const { policies = [{ name: 'sync', limit, windowMs, kind: windowKind }] } = options;
  const clock = createVirtualClock();
  const bootMs = clock.now();
  let sleptMs = 0;
  const now = (): number => bootMs + clock.monotonic() * (1 - driftPpm / 1_000_000) + sleptMs;
  const server = options.kind
    ? createSlidingServer(options.kind, { limit, windowMs, now })
    : createLaravelServer({
        limit,
        windowMs,
        expiry: options.expiry ?? 'exact',
        remaining: options.remaining ?? 'after-controller',
        now,
      });
  const store = createMemoryStore({ clock });
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => void clock.setTimer(resolve, ms, { keepAlive: true }));

  return {
    clock,
    server,
    store,
    suspend(ms) {
      sleptMs += ms;
      clock.stepWall(ms);
    },
    start(own = policies) {
      let alive = true;
      let trouble: StoreTrouble = 'here';
      const forever = new Promise<never>(() => undefined);
      const ownClock: Clock = {
        ...clock,
        setTimer: (fn, ms, timer) => clock.setTimer(() => (alive ? fn() : undefined), ms, timer),
      };
      const sharing: RateLimiterOptions = {
        store: {
          ...store,
          async update(...update) {
            if (!alive) return forever;
            if (trouble === 'slow') await wait(SLOW_STORE_MS);
            const result = trouble === 'away' ? undefined : await store.update(...update);
            if (trouble === 'away' || trouble === 'mute' || result === undefined) {
              throw new Error('connection lost');
            }
            return result;
          },
        },
        policies: own,
        namespace: 'test',
        clock: ownClock,
      };
      const inMemory = { policies: own, clock: ownClock };
      const simple = createSimpleRateLimiter(inMemory);
      const limiter: RateLimiter = {
        shared: () => createRateLimiter(sharing),
        memory: () => createMemoryRateLimiter(inMemory),
        simple: () => ({
          ...simple,
          acquire: (policies: string | readonly string[], asked?: AcquireOptions) =>
            simple.acquire(String(policies), asked),
        }),
      }[options.limiters ?? 'shared']();
      return {
        limiter,
        kill() {
          alive = false;
        },
        setStore(how) {
          trouble = how;
        },
        async call(policy, given, acquireOptions) {
          const { up, work, down, lost, kind } = { ...QUICK, ...given };
          const permit = await limiter.acquire(policy, acquireOptions);
          if (!alive) return forever;
          if (!permit.isValid()) throw new Error('A fresh permit is valid');
          await wait(up);
          const received =
            lost === 'request' ? undefined : server.receive(kind, more[policy], acquireOptions?.cost);
          await wait(work);
          const answer = received?.answer();
          await wait(down);
          if (!alive) return forever;
          if (!answer || lost) await permit.report({ kind: 'lost' });
          else await permit.report({ kind: 'answered', ...answer });
          return answer?.status;
        },
      };
    },
  };
}
