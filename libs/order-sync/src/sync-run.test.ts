import {
  CancelledError,
  ConnectionError,
  OutcomeUnknownError,
  RateLimitedError,
  type OrdersClient,
  type SyncOrderResponse,
  UpstreamError,
  ValidationFailedError,
} from '@wemasy-orders/client';
import { createMemoryStore } from '@wemasy-orders/state';
import { createVirtualClock } from '@wemasy-orders/state/testing';
import { describe, expect, it } from 'vitest';
import { AlreadySyncedError, RejectedByOtherProcessError, SyncOutcomeUnknownError } from './errors.js';
import type { Outcome } from './journal.js';
import { journalAt, type JournalStore } from './journal-access.js';
import { createOrderJournal } from './order-journal.js';
import type { SendingAttempt } from './record.js';
import type { Phase } from './shared-sync.js';
import { createSyncRun, type SyncRequest } from './sync-run.js';

type Call = NonNullable<Parameters<OrdersClient['sync']>[1]>;
type Api = (call: Call) => Promise<SyncOrderResponse>;

const synced: Outcome = { state: 'synced', message: 'Order synced.' };
const rejected: Outcome = { state: 'rejected', code: 'validation_failed', reason: 'The API refuses it.' };
const unknown: Outcome = { state: 'unknown', reason: 'The answer was lost.' };

/** Announces the request as the client does, then answers. */
const announced =
  (answer: () => Promise<SyncOrderResponse> | SyncOrderResponse): Api =>
  async (call) => {
    await call.beforeSend?.();
    return await answer();
  };
const accepts = announced(() => ({ error: false, message: 'Order synced.' }));
const throws = (error: unknown) => announced(() => Promise.reject(error));

/** A run of this process, beside another process on the same journal. */
function scene(api: Api = accepts) {
  const clock = createVirtualClock();
  const disk = { isFull: false };
  const memory = createMemoryStore({ clock });
  const whenFree = <T>(update: () => Promise<T>) =>
    disk.isFull ? Promise.reject(new Error('ENOSPC')) : update();
  const store: JournalStore = {
    openGeneration: memory.openGeneration,
    update: (...update) => whenFree(() => memory.update(...update)),
    updateGuarded: (...update) => whenFree(() => memory.updateGuarded(...update)),
  };
  const journalOf = (instance: string, token: string) => {
    const find = journalAt(store, 'api/a');
    return createOrderJournal({
      store,
      findJournal: async (purpose) => ({ ...(await find(purpose)), token }),
      clock,
      retention: { attempts: 20 },
      leaseMs: 45_000,
      me: { app: 'tests', version: '1.0.0', pid: 1, host: 'elsewhere', instance },
      onWarning: undefined,
    });
  };
  const [mine, other] = [journalOf('mine', 't-mine'), journalOf('other', 't-other')];
  const controller = new AbortController();
  const phases: Phase[] = [];
  const waits: number[] = [];
  const calls: Call[] = [];
  const run = createSyncRun({
    journal: mine,
    clock,
    client: {
      sync: async (_, call = {}) => {
        calls.push(call);
        return await api(call);
      },
    },
  });

  const lastOf = async () => (await other.look(42)).attempts.at(-1)?.id;
  const begin = async () => await other.begin(42, { resend: true, after: await lastOf() });
  return {
    clock,
    disk,
    mine,
    other,
    calls,
    phases,
    waits,
    cancel: () => controller.abort(),
    /** What the other process does: an attempt with this end, if it has one. */
    begin,
    async attempt(outcome: Outcome): Promise<SendingAttempt> {
      const attempt = await begin();
      await other.finish(42, attempt, outcome);
      return attempt;
    },
    states: async () => (await other.look(42)).attempts.map(({ state }) => state),
    /** Runs for as long as it takes, while `meanwhile` happens. */
    async sync(
      request: Partial<SyncRequest> = {},
      meanwhile: () => Promise<unknown> = async () => undefined,
    ) {
      const reply: { result?: unknown; error?: unknown } = {};
      // So that a time is not taken for a duration.
      await clock.advance(1_000);
      const running = run(
        42,
        { resend: false, maxWaitMs: undefined, priority: undefined, ...request },
        {
          signal: controller.signal,
          setPhase: (phase) => phases.push(phase),
          waitForPermit: (ms) => waits.push(ms),
        },
      ).then(
        (result) => {
          reply.result = result;
        },
        (error: unknown) => {
          reply.error = error;
        },
      );
      // The run has looked at the journal by then.
      await clock.advance(0);
      await meanwhile();
      while (!('result' in reply) && !('error' in reply)) await clock.advance(25);
      await running;
      return reply;
    },
  };
}

describe('a run', () => {
  it('sends an order that was never sent, and passes on how the caller waits', async () => {
    const { sync, calls, phases, waits } = scene(async (call) => {
      call.onWait?.({ expectedWaitMs: 7 });
      return await accepts(call);
    });
    expect(await sync({ maxWaitMs: 9, priority: 'background' })).toEqual({
      result: {
        orderId: 42,
        message: 'Order synced.',
        syncedAt: '2026-01-01T00:00:01.000Z',
        recorded: true,
      },
    });
    expect(calls).toEqual([expect.objectContaining({ maxWaitMs: 9, priority: 'background' })]);
    expect(phases).toEqual([{ kind: 'sending' }]);
    expect(waits).toEqual([7]);
  });

  it('takes an answer without words for a success', async () => {
    const { sync } = scene(announced(() => ({ error: false })));
    expect(await sync()).toMatchObject({ result: { message: '' } });
  });

  it('refuses what a client did that sent without saying so first', async () => {
    const { sync } = scene(async () => ({ error: false }));
    expect((await sync()).error).toEqual(new TypeError('The client sent a request that was not recorded'));
  });

  it.each([[new RateLimitedError('local', 60)], [new CancelledError('none')], [new TypeError('bug')]])(
    'sends nothing when the client cannot send, and records nothing: %o',
    async (fault) => {
      const { sync, states } = scene(() => Promise.reject(fault));
      expect(await sync()).toEqual({ error: fault });
      expect(await states()).toEqual([]);
    },
  );

  it.each<[string, Outcome]>([
    ['already synced', synced],
    ['of unknown outcome', unknown],
  ])('sends no order that is %s, unless it is a resend', async (_, outcome) => {
    const { sync, attempt, states, calls } = scene();
    await attempt(outcome);
    const { error } = await sync();
    if (outcome === synced) expect(error).toMatchObject({ name: 'AlreadySyncedError', hadOtherToken: true });
    else expect(error).toMatchObject({ name: 'SyncOutcomeUnknownError', moment: 'before' });
    expect(calls).toEqual([]);
    expect(await sync({ resend: true })).toMatchObject({ result: { recorded: true } });
    expect(await states()).toEqual([outcome.state, 'synced']);
  });
});

describe('a failure', () => {
  it.each([
    [
      'a lost answer',
      new OutcomeUnknownError(new UpstreamError({ status: 502, apiMessage: 'Bad.' })),
      'Bad.',
    ],
    ['an answer without words', new OutcomeUnknownError(new UpstreamError({ status: 502 })), undefined],
    ['an error of unknown effect', new UpstreamError({ status: 502, apiMessage: 'Bad.' }), 'Bad.'],
  ])('after the request may have left is unknown: %s', async (_, thrown, message) => {
    const { sync, mine } = scene(throws(thrown));
    const { error } = await sync();
    const cause = thrown instanceof OutcomeUnknownError ? thrown.cause : thrown;
    expect(error).toBeInstanceOf(SyncOutcomeUnknownError);
    expect(error).toMatchObject({ moment: 'now', cause, apiMessage: message });
    const [recorded] = (await mine.look(42)).attempts;
    expect(recorded).toMatchObject({ state: 'unknown', reason: cause.message });
    expect(recorded !== undefined && 'message' in recorded ? recorded.message : undefined).toBe(message);
  });

  it.each([[new TypeError('bug')], ['a text'], [undefined], [null]])(
    'of the program while the request was in flight is unknown: %j',
    async (thrown) => {
      const { sync, mine } = scene(throws(thrown));
      expect((await sync()).error).toMatchObject({ moment: 'now', effect: 'unknown' });
      expect((await mine.look(42)).attempts).toMatchObject([
        { state: 'unknown', reason: 'The program failed while the request was in flight.' },
      ]);
    },
  );

  it.each([[new RateLimitedError('upstream', 60)], [new ConnectionError('none', 'ECONNREFUSED')]])(
    'that had no effect leaves no trace, and a caller may leave: %o',
    async (thrown) => {
      const { sync, states, phases } = scene(throws(thrown));
      expect(await sync()).toEqual({ error: thrown });
      expect(await states()).toEqual([]);
      expect(phases).toEqual([{ kind: 'sending' }, { kind: 'queued' }]);
    },
  );

  it('that the API gave a reason for is recorded with it', async () => {
    const thrown = new ValidationFailedError({ status: 422, apiMessage: 'No.' });
    const { sync, mine } = scene(throws(thrown));
    expect(await sync()).toEqual({ error: thrown });
    expect((await mine.look(42)).attempts).toMatchObject([
      { state: 'rejected', code: 'validation_failed', reason: thrown.message, message: 'No.' },
    ]);
  });

  it('before another attempt of the same call takes the first one back', async () => {
    const { sync, states, phases } = scene(async (call) => {
      const rollback = await call.beforeSend?.();
      await rollback?.();
      return await accepts(call);
    });
    expect(await sync()).toMatchObject({ result: { recorded: true } });
    expect(await states()).toEqual(['synced']);
    expect(phases.map(({ kind }) => kind)).toEqual(['sending', 'queued', 'sending']);
  });

  it.each([
    ['is part of the error', new RateLimitedError('upstream', 60), 'OutcomeNotRecordedError'],
    ['is not what a cancelled call is about', new CancelledError('none'), 'CancelledError'],
  ])('whose attempt could not be taken back %s', async (_, thrown, name) => {
    const { sync, disk, clock, states } = scene(async (call) => {
      const rollback = await call.beforeSend?.();
      disk.isFull = true;
      await rollback?.();
      throw thrown;
    });
    const { error } = await sync();
    expect(error).toMatchObject({ name, code: thrown.code });
    disk.isFull = false;
    await clock.advance(10_000);
    expect(await states()).toEqual([]);
  });

  it('whose attempt was taken back in the end does not mention the journal', async () => {
    const thrown = new RateLimitedError('upstream', 60);
    const { sync, disk, states } = scene(async (call) => {
      const rollback = await call.beforeSend?.();
      disk.isFull = true;
      await rollback?.();
      disk.isFull = false;
      await call.beforeSend?.();
      throw thrown;
    });
    expect(await sync()).toEqual({ error: thrown });
    expect(await states()).toEqual([]);
  });

  it('after an attempt was taken back is none of the order', async () => {
    const fault = new RateLimitedError('local', 60);
    const { sync, states } = scene(async (call) => {
      await (
        await call.beforeSend?.()
      )?.();
      throw fault;
    });
    expect(await sync()).toEqual({ error: fault });
    expect(await states()).toEqual([]);
  });
});

describe('a run that waits for another process', () => {
  it('shares its success, soon after it came', async () => {
    const { sync, begin, other, clock, phases, calls } = scene();
    const attempt = await begin();
    let startedAt = 0;
    const reply = await sync({}, async () => {
      startedAt = clock.monotonic();
      await clock.advance(60);
      await other.finish(42, attempt, synced);
    });
    expect(reply).toMatchObject({ result: { message: 'Order synced.', recorded: true } });
    // It looks after 25 ms, and again after half as long more.
    expect(clock.monotonic() - startedAt).toBeLessThan(100);
    expect(phases).toEqual([{ kind: 'elsewhere', attempt }]);
    expect(calls).toEqual([]);
  });

  it('looks twice a second at least', async () => {
    const { sync, begin, other, clock } = scene();
    const attempt = await begin();
    let endedAt = 0;
    await sync({}, async () => {
      await clock.advance(40_000);
      await other.finish(42, attempt, synced);
      endedAt = clock.monotonic();
    });
    expect(clock.monotonic() - endedAt).toBeLessThanOrEqual(525);
  });

  it('shares an unknown outcome', async () => {
    const { sync, begin, other } = scene();
    const attempt = await begin();
    const { error } = await sync({}, () => other.finish(42, attempt, unknown));
    expect(error).toMatchObject({ name: 'SyncOutcomeUnknownError', moment: 'meanwhile' });
  });

  it.each([
    ['nothing was sent before', undefined, false, RejectedByOtherProcessError],
    ['it is a resend of a synced order', synced, true, RejectedByOtherProcessError],
    ['the order is synced all the same', synced, false, AlreadySyncedError],
    ['the order is unknown all the same', unknown, false, SyncOutcomeUnknownError],
  ] as const)('returns the earlier outcome after a rejection: %s', async (_, before, resend, errorClass) => {
    const { sync, attempt, begin, other } = scene();
    if (before !== undefined) await attempt(before);
    const sending = await begin();
    const { error } = await sync({ resend }, () => other.finish(42, sending, rejected));
    expect(error).toBeInstanceOf(errorClass);
    if (error instanceof AlreadySyncedError) expect(error.hadOtherToken).toBe(true);
  });

  it('sends the order itself when the other took its attempt back, within the time that is left', async () => {
    const { sync, attempt, begin, other, clock, phases, calls, states } = scene();
    await attempt(rejected);
    const sending = await begin();
    const reply = await sync({ maxWaitMs: 10_000 }, async () => {
      await clock.advance(3_000);
      await other.rollback(42, sending);
    });
    expect(reply).toMatchObject({ result: { recorded: true } });
    expect(phases.map(({ kind }) => kind)).toEqual(['elsewhere', 'queued', 'sending']);
    expect(await states()).toEqual(['rejected', 'synced']);
    const [{ maxWaitMs } = {}] = calls;
    expect(maxWaitMs).toBeGreaterThan(6_000);
    expect(maxWaitMs).toBeLessThanOrEqual(7_000);
  });

  it('waits for no permit when all its time is over, and for as long as it takes when it has no end', async () => {
    for (const [maxWaitMs, left] of [
      [1_000, 0],
      [undefined, undefined],
    ]) {
      const { sync, begin, other, clock, calls } = scene();
      const sending = await begin();
      await sync({ maxWaitMs }, async () => {
        await clock.advance(3_000);
        await other.rollback(42, sending);
      });
      expect(calls).toMatchObject([{ maxWaitMs: left }]);
    }
  });

  it.each(['synced', 'not_synced'] as const)(
    'takes the word of a human who confirmed meanwhile: %s',
    async (verdict) => {
      const { sync, begin, other, calls } = scene();
      const sending = await begin();
      const reply = await sync({}, async () => {
        await other.finish(42, sending, unknown);
        await other.confirm(42, verdict);
      });
      if (verdict === 'synced') expect(reply.error).toBeInstanceOf(AlreadySyncedError);
      else expect(reply).toMatchObject({ result: { recorded: true } });
      expect(calls).toHaveLength(verdict === 'synced' ? 0 : 1);
    },
  );

  it('is cancelled without an effect of its own', async () => {
    const { sync, begin, cancel } = scene();
    await begin();
    expect(await sync({}, async () => cancel())).toEqual({ error: new CancelledError('none') });
  });
});

describe('a run that another process overtakes', () => {
  /** The API is slow to take the order; meanwhile something happens to the journal. */
  const overtaken = (happening: { happen: () => Promise<unknown> }): Api => {
    let isFirst = true;
    return async (call) => {
      if (isFirst) await happening.happen();
      isFirst = false;
      return await accepts(call);
    };
  };

  it.each([
    ['synced', synced, undefined, 'result'],
    ['of unknown outcome', unknown, SyncOutcomeUnknownError, 'error'],
    ['rejected', rejected, RejectedByOtherProcessError, 'error'],
  ] as const)('shares what became of the new attempt: %s', async (_, outcome, errorClass, kind) => {
    const happening = { happen: async (): Promise<unknown> => undefined };
    const { sync, attempt, phases, states } = scene(overtaken(happening));
    happening.happen = () => attempt(outcome);
    const reply = await sync();
    expect(Object.keys(reply)).toEqual([kind]);
    if (errorClass !== undefined) expect(reply.error).toBeInstanceOf(errorClass);
    expect(await states()).toEqual([outcome.state]);
    // Nothing left, so its callers may leave.
    expect(phases).toEqual([{ kind: 'sending' }, { kind: 'queued' }]);
  });

  it('shares a new success although an earlier attempt was known', async () => {
    const happening = { happen: async (): Promise<unknown> => undefined };
    const { sync, attempt, states } = scene(overtaken(happening));
    await attempt(rejected);
    happening.happen = () => attempt(synced);
    expect(await sync()).toMatchObject({ result: { message: 'Order synced.' } });
    expect(await states()).toEqual(['rejected', 'synced']);
  });

  it('learns of a rejected resend that the order is synced, and with another token', async () => {
    const happening = { happen: async (): Promise<unknown> => undefined };
    const { sync, attempt } = scene(overtaken(happening));
    happening.happen = async () => {
      await attempt(synced);
      await attempt(rejected);
    };
    expect((await sync()).error).toMatchObject({ name: 'AlreadySyncedError', hadOtherToken: true });
    expect(await sync({ resend: true })).toMatchObject({ result: { recorded: true } });
  });

  it('waits for a new attempt that is in flight', async () => {
    const happening = { happen: async (): Promise<unknown> => undefined };
    const { sync, begin, other, clock, phases } = scene(overtaken(happening));
    happening.happen = async () => {
      const sending = await begin();
      clock.setTimer(() => void other.finish(42, sending, synced), 1_000);
    };
    expect(await sync()).toMatchObject({ result: { message: 'Order synced.' } });
    expect(phases.map(({ kind }) => kind)).toEqual(['sending', 'queued', 'elsewhere']);
  });

  it.each([
    ['the only attempt', []],
    ['the last of several', [rejected]],
  ])('sends when what changed is that an attempt was taken back: %s', async (_, before) => {
    const happening = { happen: async (): Promise<unknown> => undefined };
    const { sync, attempt, begin, other, states, calls } = scene(overtaken(happening));
    for (const outcome of before) await attempt(outcome);
    const sending = await begin();
    await other.finish(42, sending, unknown);
    happening.happen = () => other.rollback(42, sending);
    expect(await sync({ resend: true })).toMatchObject({ result: { recorded: true } });
    expect(calls).toHaveLength(2);
    expect(await states()).toEqual([...before.map(({ state }) => state), 'synced']);
  });

  it("decides again after a human's verdict", async () => {
    const happening = { happen: async (): Promise<unknown> => undefined };
    const { sync, attempt, other, states } = scene(overtaken(happening));
    await attempt(unknown);
    await other.confirm(42, 'not_synced');
    happening.happen = () => other.confirm(42, 'synced');
    expect((await sync()).error).toBeInstanceOf(AlreadySyncedError);
    expect(await states()).toEqual(['unknown']);
  });
});
