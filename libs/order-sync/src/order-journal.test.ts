import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { ConfigurationError } from '@wemasy-orders/client';
import { createMemoryStore, NotDurableError, NotReplicatedError } from '@wemasy-orders/state';
import { createVirtualClock } from '@wemasy-orders/state/testing';
import { describe, expect, it } from 'vitest';
import { JournalUnavailableError, JournalUnreadableError, WriteRefusedError } from './errors.js';
import type { Outcome } from './journal.js';
import { journalAt, type JournalAccess } from './journal-access.js';
import type { JournalWarning } from './journal-writer.js';
import { ConflictError, createOrderJournal, type OrderJournalOptions } from './order-journal.js';
import { parseRecord, type RecordedCaller } from './record.js';

const key = 'api/a/order/42';
const synced: Outcome = { state: 'synced', message: 'Order synced.' };
const rejected: Outcome = { state: 'rejected', code: 'validation_failed', reason: 'The API refuses it.' };
const me: RecordedCaller = { app: 'tests', version: '1.0.0', pid: 1, host: 'elsewhere', instance: 'mine' };
const fresh = { resend: false, after: undefined };
const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });

/** A journal on a store whose updates a test can let fail, and sees. */
function scene(options: Partial<OrderJournalOptions> = {}, access: Partial<JournalAccess> = {}) {
  const clock = createVirtualClock(Date.UTC(2026, 10, 22, 9));
  const memory = createMemoryStore({ clock });
  /** Each update of the order's record: how it was made, and whether it changed the record. */
  const updates: string[] = [];
  const warnings: JournalWarning[] = [];
  const store = {
    /** Thrown instead of the next updates, one each; `after` the update was made. */
    faults: [] as { readonly error: Error; readonly after?: boolean }[],
    isFull: false,
  };
  async function attempted<T>(how: string, update: () => Promise<T>): Promise<T> {
    const { error, after = false } = store.faults.shift() ?? (store.isFull ? { error: full } : {});
    if (error !== undefined && !after) {
      updates.push(`${how}: failed`);
      throw error;
    }
    const result = await update();
    updates.push(how);
    if (error !== undefined) throw error;
    return result;
  }
  const journalStore: OrderJournalOptions['store'] = {
    openGeneration: memory.openGeneration,
    update: (at, updater, how) =>
      attempted(how?.durable === true ? 'durable' : 'plain', () =>
        memory.update(
          at,
          (stored, time) => {
            const updated = updater(stored, time);
            if (how === undefined && updated.record !== stored) updates.push('plain: changed');
            return updated;
          },
          how,
        ),
      ),
    updateGuarded: (at, updater, guard) =>
      attempted('guarded', () => memory.updateGuarded(at, updater, guard)),
  };
  const journalOf = (own: Partial<OrderJournalOptions> = {}) => {
    const find = journalAt(memory, 'api/a');
    return createOrderJournal({
      store: journalStore,
      findJournal: async (purpose) => ({ ...(await find(purpose)), ...access }),
      clock,
      retention: { attempts: 20 },
      leaseMs: 45_000,
      me,
      onWarning: (warning) => warnings.push(warning),
      ...options,
      ...own,
    });
  };
  const read = () =>
    memory.update(key, (stored) => ({
      record: stored === undefined ? stored : Object(stored),
      result: stored,
    }));
  const put = (record: object | undefined) => memory.update(key, () => ({ record, result: undefined }));
  return { clock, memory, store, updates, warnings, journal: journalOf(), journalOf, read, put };
}

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => expect.fail('the call succeeded'),
    (thrown: unknown) => thrown,
  );
}

describe('a journal that is unavailable', () => {
  it.each([
    ['in a few words', full, { name: 'JournalUnavailableError', message: 'ENOSPC', cause: full }],
    [
      'that may forget',
      new NotDurableError('it evicts'),
      { name: 'WriteRefusedError', message: 'it evicts' },
    ],
    [
      'that no replica confirms',
      new NotReplicatedError(1_000, full),
      { name: 'JournalUnavailableError', message: 'no replica confirmed the write' },
    ],
    [
      'for a reason that has a name',
      new ConfigurationError('No token.'),
      { name: 'ConfigurationError', message: 'No token.' },
    ],
  ])('says why, %s', async (_, fault, { message, ...facts }) => {
    const { journal } = scene({ findJournal: () => Promise.reject(fault) });
    for (const call of [journal.checkWritable(42), journal.look(42), journal.begin(42, fresh)]) {
      expect(await failureOf(call)).toMatchObject({ ...facts, message: expect.stringContaining(message) });
    }
  });

  it.each([
    ['in a few words', full, { name: 'JournalUnavailableError', message: '(ENOSPC); nothing was sent.' }],
    [
      'that may forget',
      new NotDurableError('it evicts'),
      { name: 'WriteRefusedError', message: 'it evicts' },
    ],
    [
      'that no replica confirms',
      new NotReplicatedError(1_000, full),
      { name: 'JournalUnavailableError', message: '(no replica confirmed the write)' },
    ],
  ])('when it is written says why, %s', async (_, fault, { message, ...facts }) => {
    const { journal, store } = scene();
    store.faults = [{ error: fault }];
    const error = await failureOf(journal.begin(42, fresh));
    expect(error).toMatchObject({ ...facts, message: expect.stringContaining(message) });
  });

  it("sends no order that needs a person's decision first, and still reads", async () => {
    const refusal = new WriteRefusedError('No.', []);
    const { journal, updates } = scene({}, { refusal });
    expect(await failureOf(journal.checkWritable(42))).toBe(refusal);
    expect(await failureOf(journal.begin(42, fresh))).toBe(refusal);
    expect(await failureOf(journal.confirm(42, 'synced'))).toBe(refusal);
    expect(updates).toEqual([]);
    expect((await journal.look(42)).order.state).toBe('not_sent');
  });

  it('is a fault of the program where it may be written to and has no guard', async () => {
    const { journal, updates } = scene({}, { guard: undefined });
    const fault = new TypeError('unreachable: a journal that may be written to has a guard');
    expect(await failureOf(journal.begin(42, fresh))).toEqual(fault);
    expect(updates).toEqual([]);
  });

  it('names the token of a journal that may be written to', async () => {
    expect(await scene({}, { token: 't1' }).journal.checkWritable(42)).toEqual({ token: 't1' });
  });
});

describe('looking', () => {
  it('writes nothing, and leaves a record as it is', async () => {
    const { journal, updates, read } = scene();
    await journal.look(42);
    expect(await read()).toBeUndefined();
    const attempt = await journal.begin(42, fresh);
    await journal.finish(42, attempt, synced);
    const before = await read();
    updates.length = 0;
    expect(await journal.look(42)).toMatchObject({ accepted: true, order: { state: 'synced' } });
    expect(await read()).toEqual(before);
    expect(updates).toEqual(['plain']);
  });

  it('records that a lease is over, in the journal that it expects', async () => {
    const { journalOf, journal, clock, updates, read } = scene();
    await journalOf({ me: { ...me, instance: 'other' } }).begin(42, fresh);
    await clock.advance(45_001);
    updates.length = 0;
    expect((await journal.look(42)).order.state).toBe('unknown');
    expect(updates).toEqual(['plain', 'guarded']);
    expect(await read()).toMatchObject({ attempts: [{ state: 'unknown' }] });
  });

  it('says that a lease is over, and records nothing, where it may not write', async () => {
    const { journalOf, clock, updates, memory } = scene();
    await journalOf({ me: { ...me, instance: 'other' } }).begin(42, fresh);
    await clock.advance(45_001);
    updates.length = 0;
    const reader = journalOf({ findJournal: async () => ({ namespace: 'api/a' }) });
    expect((await reader.look(42)).order.state).toBe('unknown');
    expect(updates).toEqual(['plain']);
    expect(await memory.keys('api/a/order')).toEqual([key]);
  });

  const dead = { ...me, host: hostname(), pid: spawnSync(process.execPath, ['--version']).pid };
  it.each<[string, Partial<RecordedCaller>, string]>([
    ['of this journal is believed', me, 'sending'],
    ['of a process elsewhere is believed', { ...me, instance: 'other' }, 'sending'],
    ['of a process that is gone is given up', { ...dead, instance: 'other' }, 'unknown'],
    ['of a process that runs is believed', { ...dead, pid: process.pid, instance: 'other' }, 'sending'],
  ])('at an attempt in flight: one %s', async (_, by, state) => {
    const { journal, journalOf } = scene();
    const sender = by === me ? journal : journalOf({ me: { ...me, ...by } });
    await sender.begin(42, fresh);
    expect((await journal.look(42)).order.state).toBe(state);
  });

  it('gives up its own attempt that it is not working on', async () => {
    const { journal, journalOf } = scene();
    await journalOf().begin(42, fresh);
    expect((await journal.look(42)).attempts).toMatchObject([
      { state: 'unknown', reason: 'The process that sent it ended before it recorded the outcome.' },
    ]);
  });

  it('says whether a record cannot be read, or the store', async () => {
    const { journal, store, put } = scene();
    store.faults = [{ error: full }];
    expect(await failureOf(journal.look(42))).toEqual(new JournalUnavailableError(42, full));
    await put({ torn: true });
    expect(await failureOf(journal.look(42))).toBeInstanceOf(JournalUnreadableError);
    expect(await failureOf(journal.begin(42, fresh))).toBeInstanceOf(JournalUnreadableError);
  });
});

describe('beginning', () => {
  it('records the sender, its token and its lease durably', async () => {
    const { journal, read, updates } = scene({}, { token: 't1' });
    const attempt = await journal.begin(42, { resend: true, after: undefined });
    expect(attempt).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      state: 'sending',
      startedAt: '2026-11-22T09:00:00.000Z',
      leaseUntil: '2026-11-22T09:00:45.000Z',
      by: { ...me, bootId: 'process' },
      token: 't1',
      resend: true,
    });
    expect(await read()).toEqual({ version: 1, orderId: 42, attempts: [attempt] });
    expect(updates).toEqual(['guarded']);
  });

  it('is refused when the order has changed since the sender read it, and shows its state now', async () => {
    const { journal, read } = scene();
    const attempt = await journal.begin(42, fresh);
    const error = await failureOf(journal.begin(42, fresh));
    expect(error).toBeInstanceOf(ConflictError);
    expect(error).toMatchObject({
      name: 'ConflictError',
      message: 'Another process changed the order in the journal.',
      view: { order: { state: 'sending' }, attempts: [attempt] },
    });
    expect(await read()).toMatchObject({ attempts: [attempt] });
  });

  it.each([
    [5_000, 'begun'],
    [5_001, 'too late'],
  ])('that takes %i ms is %s', async (ms, outcome) => {
    for (const how of ['the process is suspended', 'the machine sleeps', 'the clock is set']) {
      const { journal, store, clock, read, memory } = scene();
      // So that a time is not taken for a duration.
      await clock.advance(60_000);
      const { updateGuarded } = memory;
      memory.updateGuarded = async (...update) => {
        const result = await updateGuarded(...update);
        if (store.faults.length === 0 && how === 'the process is suspended') await clock.advance(ms);
        else clock.stepWall(ms);
        return result;
      };
      if (outcome === 'begun') {
        await journal.begin(42, fresh);
        continue;
      }
      expect(await failureOf(journal.begin(42, fresh)), how).toMatchObject({
        name: 'JournalUnavailableError',
        message: expect.stringContaining(`writing took ${ms} ms`),
      });
      expect(await read(), how).toBeUndefined();
    }
  });

  it('is written also if it changes nothing, since its last write may have failed halfway; if refused, it is not', async () => {
    const { journal, memory } = scene();
    const writes = async () => (await memory.readGeneration('api/a/journal'))?.writes;
    const attempt = await journal.begin(42, fresh);
    expect(await writes()).toBe(1);
    await failureOf(journal.begin(42, fresh));
    expect(await writes()).toBe(1);
    await journal.finish(42, attempt, synced);
    await journal.finish(42, attempt, synced);
    expect(await writes()).toBe(3);
  });

  it('works without a listener for writes', async () => {
    const { journal } = scene({}, { onWritten: undefined });
    expect(await journal.begin(42, fresh)).toMatchObject({ state: 'sending' });
  });

  it('and every other change begins a journal where there is none; looking does not', async () => {
    const purposes: string[] = [];
    const other = scene();
    const attempt = await other.journal.begin(42, fresh);
    const find = journalAt(other.memory, 'api/a');
    const asked = () =>
      other.journalOf({
        findJournal: (purpose) => {
          purposes.push(purpose);
          return find(purpose);
        },
      });
    await asked().checkWritable(42);
    await asked().look(42);
    await failureOf(asked().begin(42, fresh));
    await asked().finish(42, attempt, synced);
    await asked().rollback(42, attempt);
    await asked().confirm(42, 'synced');
    expect(purposes).toEqual(['write', 'read', 'write', 'write', 'write', 'write']);
  });

  it('takes back what a failing store may have written all the same', async () => {
    const { journal, store, read, warnings, updates } = scene();
    store.faults = [{ error: full, after: true }];
    expect(await failureOf(journal.begin(42, fresh))).toBeInstanceOf(JournalUnavailableError);
    expect(await read()).toBeUndefined();
    expect(updates).toEqual(['guarded', 'guarded']);
    expect(warnings).toEqual([]);
  });

  it('tries to take it back later while the store still fails, and reports why', async () => {
    const { journal, store, clock, read, warnings } = scene();
    store.faults = [{ error: full, after: true }, { error: full }];
    await failureOf(journal.begin(42, fresh));
    expect(await read()).toMatchObject({ attempts: [{ state: 'sending' }] });
    expect(warnings).toEqual([
      { orderId: 42, attemptId: expect.any(String), outcome: 'not_sent', cause: full },
    ]);
    await clock.advance(500);
    expect(await read()).toBeUndefined();
  });

  it('first writes what could not be written before, or says that it cannot', async () => {
    const { journal, store, clock } = scene();
    const attempt = await journal.begin(42, fresh);
    store.isFull = true;
    const finishing = journal.finish(42, attempt, rejected);
    await clock.advance(2_000);
    expect(await finishing).toMatchObject({ written: false });
    for (const call of [
      () => journal.begin(42, { resend: false, after: attempt.id }),
      () => journal.look(42),
      () => journal.confirm(42, 'synced'),
    ]) {
      expect(await failureOf(call())).toMatchObject({
        name: 'JournalUnavailableError',
        orderId: 42,
        message: expect.stringContaining('(an earlier outcome could not be recorded yet)'),
      });
    }
    store.isFull = false;
    const next = await journal.begin(42, { resend: false, after: attempt.id });
    expect((await journal.look(42)).attempts).toMatchObject([{ state: 'rejected' }, { id: next.id }]);
  });
});

describe('the end of an attempt', () => {
  it('is recorded durably, with when', async () => {
    const { journal, clock, read, updates } = scene();
    const attempt = await journal.begin(42, fresh);
    await clock.advance(3_000);
    expect(await journal.finish(42, attempt, synced)).toEqual({
      written: true,
      at: '2026-11-22T09:00:03.000Z',
    });
    expect(await read()).toMatchObject({ attempts: [{ state: 'synced', message: 'Order synced.' }] });
    expect(updates).toEqual(['guarded', 'guarded']);
  });

  it('is tried again after 100, 400 and 1500 ms, then in the background', async () => {
    const { journal, store, clock, updates, warnings, read } = scene();
    const attempt = await journal.begin(42, fresh);
    store.isFull = true;
    updates.length = 0;
    const finishing = journal.finish(42, attempt, synced);
    for (const [ms, tries] of [
      [99, 1],
      [1, 2],
      [399, 2],
      [1, 3],
      [1_499, 3],
      [1, 4],
    ] as const) {
      await clock.advance(ms);
      expect(updates).toHaveLength(tries);
    }
    expect(await finishing).toEqual({ written: false, at: '2026-11-22T09:00:02.000Z' });
    expect(warnings).toEqual([{ orderId: 42, attemptId: attempt.id, outcome: 'synced', cause: full }]);

    let tries = 4;
    for (const ms of [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
      await clock.advance(ms - 1);
      expect(updates).toHaveLength(tries);
      await clock.advance(1);
      tries += 1;
      expect(updates).toHaveLength(tries);
    }
    store.isFull = false;
    await clock.advance(10_000);
    expect(await read()).toMatchObject({ attempts: [{ state: 'synced' }] });
    expect(warnings).toHaveLength(1);
    await clock.advance(60_000);
    expect(updates).toHaveLength(tries + 1);
    expect(clock.timers().waiting).toBe(0);
  });

  it('is tried again for several orders at once, each on its own', async () => {
    const { journal, store, clock, memory, warnings, updates } = scene();
    const [first, second] = [await journal.begin(41, fresh), await journal.begin(42, fresh)];
    store.isFull = true;
    const finishing = [journal.finish(41, first, synced), journal.rollback(42, second)];
    await clock.advance(2_000);
    await Promise.all(finishing);
    expect(warnings.map(({ orderId, outcome }) => [orderId, outcome])).toEqual([
      [41, 'synced'],
      [42, 'not_sent'],
    ]);
    store.isFull = false;
    store.faults = [{ error: full }];
    updates.length = 0;
    await clock.advance(500);
    expect(updates).toEqual(['guarded: failed', 'guarded']);
    await clock.advance(1_000);
    expect(updates).toEqual(['guarded: failed', 'guarded', 'guarded']);
    expect(await memory.keys('api/a/order')).toEqual(['api/a/order/41']);
  });

  /** An order whose first attempt is unknown and that is sent again, while its journal is emptied. */
  async function emptiedWhileSending() {
    const it = scene();
    const { journal, memory, put, read, clock } = it;
    const first = await journal.begin(42, fresh);
    await journal.finish(42, first, { state: 'unknown', reason: 'No answer.' });
    await clock.advance(1_000);
    const second = await journal.begin(42, { resend: true, after: first.id });
    const keys = [key, 'api/a/journal'];
    const backup = await Promise.all(
      keys.map((at) => memory.update(at, (record) => ({ record: undefined, result: record }))),
    );
    const restore = async () => {
      for (const [index, at] of keys.entries())
        await memory.update(at, () => ({ record: Object(backup[index]), result: undefined }));
    };
    await put(undefined);
    it.updates.length = 0;
    const finishing = journal.finish(42, second, synced);
    const states = async () => {
      const record = parseRecord(await read(), 42).record;
      return record?.attempts.map(({ id, state }) => `${id === first.id ? 'first' : 'second'} ${state}`);
    };
    return { ...it, finishing, restore, states, second };
  }

  it('is kept while an earlier one of the order is still being written', async () => {
    const { memory, clock, journalOf, read } = scene();
    let isFull = false;
    let answered = Promise.resolve();
    const journal = journalOf({
      store: {
        ...memory,
        async updateGuarded(at, updater, guard) {
          if (isFull) throw full;
          const result = await memory.updateGuarded(at, updater, guard);
          await answered;
          return result;
        },
      },
    });
    const unwritten = async (outcome: Outcome, after?: string) => {
      const attempt = await journal.begin(42, { resend: false, after });
      isFull = true;
      const ended = journal.finish(42, attempt, outcome);
      await clock.advance(2_000);
      expect(await ended).toMatchObject({ written: false });
      isFull = false;
      return attempt.id;
    };
    const first = await unwritten(rejected);
    let answer = () => undefined;
    answered = new Promise((resolve) => (answer = () => void resolve()));
    const late = journal.catchUp(0);
    await clock.advance(0);
    answered = Promise.resolve();
    await unwritten(synced, first);
    answer();
    await late;
    await journal.catchUp(0);
    expect(await read()).toMatchObject({ attempts: [{ state: 'rejected' }, { state: 'synced' }] });
  });

  it('is kept by a journal that lost its past, with the attempts before it, and not called recorded', async () => {
    const { journal, clock, updates, finishing, states, second, warnings } = await emptiedWhileSending();
    await clock.advance(2_000);
    expect(await finishing).toMatchObject({ written: false });
    expect(updates.filter((how) => how !== 'guarded')).toEqual(Array(4).fill('durable'));
    expect(await states()).toEqual(['first unknown', 'second synced']);
    expect(warnings).toMatchObject([
      { orderId: 42, attemptId: second.id, outcome: 'synced', cause: { name: 'WriteRefusedError' } },
    ]);
    expect(await journal.look(42)).toMatchObject({ order: { state: 'synced' } });
    const refusal = {
      name: 'WriteRefusedError',
      details: [
        expect.stringMatching(/^Expected: \S+ with \d writes\.$/),
        'Found: none.',
        'Find out what happened to the state before you send orders again.',
      ],
    };
    expect(await failureOf(journal.begin(42, { resend: true, after: second.id }))).toMatchObject(refusal);
    expect(await failureOf(journal.confirm(42, 'synced'))).toMatchObject(refusal);
  });

  it('is recorded once its journal is back, whatever the backup knew', async () => {
    const { clock, finishing, restore, states } = await emptiedWhileSending();
    await clock.advance(2_000);
    await finishing;
    await restore();
    expect(await states()).toEqual(['first unknown', 'second sending']);
    await clock.advance(10_000);
    expect(await states()).toEqual(['first unknown', 'second synced']);
    expect(clock.timers().waiting).toBe(0);
  });

  it('is recorded at once where its journal is back within the time that it is tried', async () => {
    const { clock, finishing, restore, states, warnings } = await emptiedWhileSending();
    await clock.advance(1_000);
    await restore();
    await clock.advance(1_000);
    expect(await finishing).toMatchObject({ written: true });
    expect(await states()).toEqual(['first unknown', 'second synced']);
    expect(warnings).toEqual([]);
  });

  it('is recorded in the journal that the user decides for, once the one before is gone', async () => {
    let isDecided = false;
    const { journal, memory, clock, read } = scene(
      {},
      {
        get guard() {
          return isDecided ? { key: 'api/a/journal', expected: { id: 'new', writes: 0 } } : undefined;
        },
        get refusal() {
          return isDecided ? undefined : new WriteRefusedError('Decide first.', []);
        },
      },
    );
    const attempt = await scene().journal.begin(42, fresh);
    const finishing = journal.finish(42, attempt, synced);
    await clock.advance(2_000);
    expect(await finishing).toMatchObject({ written: false });
    await memory.update('api/a/journal', () => ({ record: { id: 'new', writes: 0 }, result: undefined }));
    isDecided = true;
    await clock.advance(500);
    expect(await memory.readGeneration('api/a/journal')).toEqual({ id: 'new', writes: 1 });
    expect(await read()).toMatchObject({ attempts: [{ id: attempt.id, state: 'synced' }] });
  });

  it('is no more than was recorded before', async () => {
    const { journal, clock } = scene();
    const attempt = await journal.begin(42, fresh);
    await journal.finish(42, attempt, synced);
    await clock.advance(5_000);
    expect(await journal.finish(42, attempt, rejected)).toEqual({
      written: true,
      at: '2026-11-22T09:00:00.000Z',
    });
  });

  it('has the time of its own attempt', async () => {
    const { journal, clock } = scene();
    const first = await journal.begin(42, fresh);
    await journal.finish(42, first, rejected);
    await clock.advance(5_000);
    const second = await journal.begin(42, { resend: false, after: first.id });
    expect(await journal.finish(42, second, synced)).toMatchObject({ at: '2026-11-22T09:00:05.000Z' });
  });

  it('removes an attempt that had no effect, or says that it could not', async () => {
    const { journal, read, store, clock } = scene();
    const attempt = await journal.begin(42, fresh);
    expect(await journal.rollback(42, attempt)).toEqual({ written: true });
    expect(await read()).toBeUndefined();
    const next = await journal.begin(42, fresh);
    store.isFull = true;
    const undone = journal.rollback(42, next);
    await clock.advance(2_000);
    expect(await undone).toEqual({ written: false });
  });

  it('of an attempt that this journal did not begin goes to the journal that is there now', async () => {
    const { journal, journalOf, read } = scene();
    const attempt = await journalOf().begin(42, fresh);
    await journal.finish(42, attempt, rejected);
    expect(await read()).toMatchObject({ attempts: [{ state: 'rejected' }] });
    const next = await journalOf().begin(42, { resend: false, after: attempt.id });
    await journal.rollback(42, next);
    expect(await read()).toMatchObject({ attempts: [{ state: 'rejected' }] });
  });
});

describe('the owner of a journal', () => {
  it('learns what the store holds after each write, before the request leaves', async () => {
    const written: unknown[] = [];
    const onWritten = async (generation: unknown) => {
      written.push(generation);
      return undefined;
    };
    const { journal } = scene({}, { onWritten });
    const attempt = await journal.begin(42, fresh);
    expect(written).toEqual([{ id: expect.any(String), writes: 1 }]);
    await journal.rollback(42, attempt);
    expect(written).toHaveLength(2);
  });

  it('does not take the write of another process for its own', async () => {
    const written: unknown[] = [];
    const onWritten = async (generation: unknown) => {
      written.push(generation);
      return undefined;
    };
    const { journal, journalOf } = scene({}, { onWritten });
    await journalOf().begin(42, fresh);
    written.length = 0;
    expect(await failureOf(journal.begin(42, fresh))).toBeInstanceOf(ConflictError);
    expect(written).toEqual([]);
  });

  it('may find that it is not the right one after all: nothing is sent, and nothing is left of it', async () => {
    const refusal = new WriteRefusedError('Another process wrote meanwhile.', []);
    const { journal, read, updates } = scene({}, { onWritten: () => Promise.resolve(refusal) });
    expect(await failureOf(journal.begin(42, fresh))).toBe(refusal);
    expect(await read()).toBeUndefined();
    expect(updates).toEqual(['guarded', 'guarded']);
  });

  it('says what a change means for the caller', async () => {
    const found: unknown[] = [];
    const refusal = new ConfigurationError('Another journal.');
    const { journal, memory } = scene(
      {},
      {
        onChanged: (generation) => {
          found.push(generation);
          return refusal;
        },
      },
    );
    await journal.begin(41, fresh);
    await memory.update('api/a/journal', () => ({ record: { id: 'other', writes: 3 }, result: undefined }));
    expect(await failureOf(journal.begin(42, fresh))).toBe(refusal);
    expect(found).toEqual([{ id: 'other', writes: 3 }]);
  });

  it('otherwise names the journal that was expected and the one that was found', async () => {
    const { journal, memory } = scene();
    await journal.begin(41, fresh);
    await memory.update('api/a/journal', () => ({ record: { id: 'other', writes: 3 }, result: undefined }));
    expect(await failureOf(journal.begin(42, fresh))).toMatchObject({
      reason: 'The journal is not the one that this process used before; nothing was sent.',
      details: [expect.any(String), 'Found: other with 3 writes.', expect.any(String)],
    });
  });

  it.each<[string, Outcome, boolean, number]>([
    ['is synced and recorded', synced, false, 1],
    ['is rejected', rejected, false, 0],
    ['is synced and not recorded', synced, true, 0],
  ])('learns that an order %s', async (_, outcome, isFull, times) => {
    let calls = 0;
    const { journal, store, clock } = scene(
      {},
      {
        onSynced: () => {
          calls += 1;
          return Promise.reject(full);
        },
      },
    );
    const attempt = await journal.begin(42, fresh);
    store.isFull = isFull;
    const finishing = journal.finish(42, attempt, outcome);
    await clock.advance(2_000);
    expect(await finishing).toMatchObject({ written: !isFull });
    expect(calls).toBe(times);
  });
});

describe('catching up', () => {
  async function unwritten() {
    const made = scene();
    const attempt = await made.journal.begin(42, fresh);
    made.store.isFull = true;
    const finishing = made.journal.finish(42, attempt, synced);
    await made.clock.advance(2_000);
    await finishing;
    made.updates.length = 0;
    return made;
  }

  it('is over at once where everything is written', async () => {
    const { journal, updates } = scene();
    await journal.catchUp(10_000);
    expect(updates).toEqual([]);
  });

  it('tries after 0, 50, 150, 350 ms, then each second, until all is written', async () => {
    const { journal, clock, store, updates, read } = await unwritten();
    const startedAt = clock.monotonic();
    let endedAt: number | undefined;
    // The tries in the background are others.
    clock.setTimer(() => (updates.length = 0), 0);
    const catching = journal.catchUp(10_000).then(() => (endedAt = clock.monotonic() - startedAt));
    await clock.advance(0);
    const tries: number[] = [];
    for (let ms = 10; ms <= 3_000; ms += 10) {
      const before = updates.length;
      await clock.advance(10);
      if (updates.length > before) tries.push(ms);
    }
    expect(tries).toEqual([50, 150, 350, 500, 750, 1_500, 1_550, 2_550]);
    expect(endedAt).toBeUndefined();
    store.isFull = false;
    await clock.advance(1_000);
    await catching;
    expect(endedAt).toBe(3_550);
    expect(await read()).toMatchObject({ attempts: [{ state: 'synced' }] });
  });

  it('ends before its time is over, whatever is left', async () => {
    const { journal, clock } = await unwritten();
    const startedAt = clock.monotonic();
    let endedAt = Infinity;
    const catching = journal.catchUp(150).then(() => (endedAt = clock.monotonic() - startedAt));
    await clock.advance(10_000);
    await catching;
    expect(endedAt).toBe(150);
  });
});

describe('a human’s word', () => {
  it('is recorded durably with its author, where there is something to confirm', async () => {
    const { journal, journalOf, clock, updates } = scene();
    expect(await journal.confirm(42, 'synced')).toMatchObject({ accepted: false });
    await journalOf({ me: { ...me, instance: 'other' } }).begin(42, fresh);
    await clock.advance(45_001);
    updates.length = 0;
    expect(await journal.confirm(42, 'synced')).toMatchObject({
      accepted: true,
      order: { state: 'synced' },
      attempts: [{ resolutions: [{ as: 'synced', at: '2026-11-22T09:00:45.001Z', by: me }] }],
    });
    expect(updates).toEqual(['guarded']);
  });
});
