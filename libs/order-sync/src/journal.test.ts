import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JournalUnreadableError } from './errors.js';
import { emptyRecord, type JournalEvent, type Outcome, reduce, reduceStored } from './journal.js';
import { orderStateOf } from './order-state.js';
import type { OrderRecord, RecordedCaller, SendingAttempt, Verdict } from './record.js';

const start = Date.UTC(2026, 10, 22, 9);
const leaseMs = 45_000;
const retention = { attempts: 20 };
const assistant: RecordedCaller = {
  app: 'wemasy-orders-mcp',
  version: '0.1.0',
  pid: 100,
  host: 'laptop',
  instance: 'a',
};
const human: RecordedCaller = { ...assistant, app: 'wemasy-orders', pid: 200, instance: 'b' };

/** Lets events happen one second after the other. */
function play(
  events: readonly ((record: OrderRecord) => JournalEvent)[],
  from: OrderRecord = emptyRecord(42),
) {
  let record = from;
  const accepted: boolean[] = [];
  for (const [index, event] of events.entries()) {
    const reduced = reduce(record, event(record), { wallMs: start + index * 1000 }, retention);
    record = reduced.record;
    accepted.push(reduced.accepted);
  }
  return { record, accepted, order: orderStateOf(record.attempts) };
}

const begin =
  (id: string, { resend = false } = {}) =>
  ({ attempts }: OrderRecord): JournalEvent => ({
    type: 'begin',
    id,
    by: assistant,
    resend,
    leaseMs,
    after: attempts.at(-1)?.id,
  });

const finish =
  (id: string, outcome: Outcome, earlier: OrderRecord['attempts'] = []) =>
  (): JournalEvent => ({ type: 'finish', attempt: sending(id), earlier, outcome });
const rollback = (id: string) => (): JournalEvent => ({ type: 'rollback', id });
const abandon = (id: string) => (): JournalEvent => ({ type: 'abandon', id });
const confirm = (as: Verdict) => (): JournalEvent => ({ type: 'confirm', as, by: human });

const synced: Outcome = { state: 'synced', message: 'Order synced to SnelStart.' };
const rejected: Outcome = {
  state: 'rejected',
  code: 'validation_failed',
  reason: 'The API refuses the values.',
};
const unknown: Outcome = { state: 'unknown', reason: 'The API did not answer within 30000 ms.' };

function sending(id: string): SendingAttempt {
  return {
    id,
    state: 'sending',
    startedAt: new Date(start).toISOString(),
    leaseUntil: new Date(start + leaseMs).toISOString(),
    by: assistant,
  };
}

describe('the journal of one order', () => {
  test('is readable: caller, time and outcome', () => {
    const { record } = play([begin('a1'), finish('a1', synced)]);
    expect(record).toStrictEqual({
      version: 1,
      orderId: 42,
      attempts: [
        {
          id: 'a1',
          state: 'synced',
          startedAt: '2026-11-22T09:00:00.000Z',
          leaseUntil: '2026-11-22T09:00:45.000Z',
          by: assistant,
          endedAt: '2026-11-22T09:00:01.000Z',
          message: 'Order synced to SnelStart.',
        },
      ],
    });
  });

  test('allows an order to be sent once', () => {
    const { accepted, order } = play([begin('a1'), finish('a1', synced), begin('a2')]);
    expect(accepted).toEqual([true, true, false]);
    expect(order).toMatchObject({ state: 'synced', attempt: { id: 'a1' } });
  });

  test('allows a synced order to be sent again with resend', () => {
    const { accepted } = play([begin('a1'), finish('a1', synced), begin('a2', { resend: true })]);
    expect(accepted).toEqual([true, true, true]);
  });

  test('refuses a new attempt while another one is in flight, with resend too', () => {
    expect(play([begin('a1'), begin('a2'), begin('a3', { resend: true })]).accepted).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('refuses an attempt by a caller that does not know the last one', () => {
    const { record } = play([begin('a1'), finish('a1', rejected)]);
    const event = begin('a2')(emptyRecord(42));
    expect(reduce(record, event, { wallMs: start }, retention).accepted).toBe(false);
  });

  test('allows a rejected order to be sent again', () => {
    const { accepted, order } = play([begin('a1'), finish('a1', rejected), begin('a2')]);
    expect(accepted).toEqual([true, true, true]);
    expect(order.state).toBe('sending');
  });

  test('says that the API rejected an order where it rejected the last request', () => {
    const first = [begin('a1'), finish('a1', rejected)];
    expect(play(first).order).toMatchObject({ state: 'rejected', attempt: { id: 'a1', ...rejected } });
    const other = { ...rejected, reason: 'The API refuses the date.' } as const;
    expect(play([...first, begin('a2'), finish('a2', other)]).order).toMatchObject({
      state: 'rejected',
      attempt: { id: 'a2', ...other },
    });
    const { order } = play([...first, begin('a2'), finish('a2', unknown), confirm('not_synced')]);
    expect(order).toEqual({ state: 'not_sent' });
  });

  test('forgets an attempt that is taken back', () => {
    expect(play([begin('a1'), rollback('a1')]).record).toEqual(emptyRecord(42));
  });

  test('takes nothing back that has ended', () => {
    const { accepted, order } = play([begin('a1'), finish('a1', synced), rollback('a1')]);
    expect(accepted.at(-1)).toBe(false);
    expect(order.state).toBe('synced');
  });

  test.each([
    ['after its lease', leaseMs + 1],
    ['when the clock was set back by more than a lease', -leaseMs - 1],
  ])('calls an attempt unknown %s', (_, later) => {
    const { record } = play([begin('a1')]);
    const looked = reduce(record, { type: 'look' }, { wallMs: start + later }, retention);
    expect(orderStateOf(looked.record.attempts)).toMatchObject({ state: 'unknown', attempt: { id: 'a1' } });
  });

  test('believes in an attempt as long as its lease lasts', () => {
    const { record } = play([begin('a1')]);
    const looked = reduce(record, { type: 'look' }, { wallMs: start + leaseMs }, retention);
    expect(looked.record).toEqual(record);
  });

  test('calls the attempt of a process that is gone unknown', () => {
    expect(play([begin('a1'), abandon('a1')]).order).toMatchObject({
      state: 'unknown',
      attempt: { reason: 'The process that sent it ended before it recorded the outcome.' },
    });
  });

  test('keeps a human’s word about an attempt that turns out never to have left', () => {
    const { accepted, order } = play([begin('a1'), abandon('a1'), confirm('synced'), rollback('a1')]);
    expect(accepted.at(-1)).toBe(false);
    expect(order.state).toBe('synced');
  });

  test('keeps the last success however many attempts came after it', () => {
    let record = play([begin('a1'), finish('a1', synced)]).record;
    for (const id of ['a2', 'a3', 'a4', 'a5']) {
      for (const event of [begin(id, { resend: true })(record), finish(id, rejected)()]) {
        record = reduce(record, event, { wallMs: start }, { attempts: 1 }).record;
      }
    }
    expect(record.attempts.map(({ id }) => id)).toEqual(['a1', 'a4', 'a5']);
    expect(orderStateOf(record.attempts)).toMatchObject({ state: 'synced', attempt: { id: 'a1' } });
  });

  test('keeps unknown outcomes, the last success, and the requested number of others', () => {
    const ends = { a1: unknown, a2: synced, a3: synced, a4: rejected, a5: synced, a6: unknown };
    const events = Object.entries(ends).flatMap(([id, outcome]) => [
      begin(id, { resend: true }),
      finish(id, outcome),
    ]);
    const kept = (attempts: number) => {
      const { record } = play(events);
      const event = begin('a7', { resend: true })(record);
      return reduce(record, event, { wallMs: start }, { attempts }).record.attempts.map(({ id }) => id);
    };
    expect(kept(0)).toEqual(['a1', 'a5', 'a6', 'a7']);
    expect(kept(1)).toEqual(['a1', 'a4', 'a5', 'a6', 'a7']);
    expect(kept(2)).toEqual(['a1', 'a3', 'a4', 'a5', 'a6', 'a7']);
    expect(kept(9)).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7']);
  });

  test('keeps the first reason why an outcome is unknown, also once it is known', () => {
    const { record } = play([begin('a1'), abandon('a1'), finish('a1', unknown)]);
    const reason = 'The process that sent it ended before it recorded the outcome.';
    expect(record.attempts).toMatchObject([{ state: 'unknown', reason }]);
    expect(play([finish('a1', synced)], record).record.attempts).toMatchObject([{ state: 'synced', reason }]);
  });

  test('believes the sender over processes that gave the attempt up, and over a human', () => {
    const late = play([begin('a1'), abandon('a1'), confirm('not_synced'), finish('a1', synced)]);
    expect(late.order).toMatchObject({
      state: 'synced',
      attempt: { message: 'Order synced to SnelStart.', resolutions: [{ as: 'not_synced' }] },
    });
  });

  test('records an outcome although the store lost that the request was sent', () => {
    expect(play([finish('a1', synced)]).order).toMatchObject({ state: 'synced', attempt: { id: 'a1' } });
  });

  test('brings back the attempts before it that the store lost, oldest first, and no others', () => {
    const before = play([begin('a1'), finish('a1', unknown)]).record.attempts;
    const since = (id: string) => play([begin(id), finish(id, rejected)]).record;
    const ids = (record: OrderRecord) =>
      play([finish('a2', synced, before)], record).record.attempts.map(({ id, state }) => `${id} ${state}`);
    expect(ids(emptyRecord(42))).toEqual(['a1 unknown', 'a2 synced']);
    // What is there is newer than what the sender knew.
    expect(ids(since('a1'))).toEqual(['a1 rejected', 'a2 synced']);
    const later = since('a3').attempts.map((attempt) => ({
      ...attempt,
      startedAt: '2026-11-23T00:00:00.000Z',
    }));
    expect(ids({ ...emptyRecord(42), attempts: later })).toEqual(['a1 unknown', 'a2 synced', 'a3 rejected']);
    const present = play([begin('a2')]).record;
    expect(ids(present)).toEqual(['a2 synced']);
  });

  test('does not change an outcome once it is known', () => {
    const { record } = play([begin('a1'), finish('a1', synced)]);
    expect(
      play([finish('a1', synced), finish('a1', unknown), finish('a1', rejected)], record).record,
    ).toEqual(record);
  });

  test('keeps no more of the API’s text than a human reads', () => {
    const { record } = play([begin('a1'), finish('a1', { state: 'synced', message: 'x'.repeat(100_000) })]);
    expect(JSON.stringify(record).length).toBeLessThan(2_000);
  });
});

describe('every event', () => {
  const older = [begin('a0'), finish('a0', rejected)];
  const histories = {
    sending: [begin('a1')],
    unknown: [begin('a1'), finish('a1', unknown)],
    'confirmed as synced': [begin('a1'), finish('a1', unknown), confirm('synced')],
    'confirmed as not synced': [begin('a1'), finish('a1', unknown), confirm('not_synced')],
    synced: [begin('a1'), finish('a1', synced)],
    rejected: [begin('a1'), finish('a1', rejected)],
  };
  const events = {
    look: () => ({ type: 'look' as const }),
    begin: begin('a2'),
    resend: begin('a2', { resend: true }),
    rollback: rollback('a1'),
    abandon: abandon('a1'),
    'ends as synced': finish('a1', synced),
    'ends as rejected': finish('a1', rejected),
    'ends as unknown': finish('a1', unknown),
    'confirm synced': confirm('synced'),
    'confirm not synced': confirm('not_synced'),
  };

  /** What an attempt has become, in words. */
  function stateOf(record: OrderRecord, id: string): string {
    const attempt = record.attempts.find((candidate) => candidate.id === id);
    const verdict = attempt?.resolutions?.at(-1)?.as;
    if (attempt?.state !== 'unknown' || verdict === undefined) return attempt?.state ?? 'gone';
    return `confirmed as ${verdict.replace('_', ' ')}`;
  }

  // `refused` leaves the attempt as it was.
  test.each<[keyof typeof histories, Partial<Record<keyof typeof events, string>>]>([
    [
      'sending',
      {
        begin: 'refused',
        resend: 'refused',
        rollback: 'gone',
        abandon: 'unknown',
        'ends as synced': 'synced',
        'ends as rejected': 'rejected',
        'ends as unknown': 'unknown',
        'confirm synced': 'refused',
        'confirm not synced': 'refused',
      },
    ],
    [
      'unknown',
      {
        begin: 'refused',
        rollback: 'gone',
        abandon: 'refused',
        'ends as synced': 'synced',
        'ends as rejected': 'rejected',
        'confirm synced': 'confirmed as synced',
        'confirm not synced': 'confirmed as not synced',
      },
    ],
    [
      'confirmed as synced',
      {
        begin: 'refused',
        rollback: 'refused',
        abandon: 'refused',
        'ends as synced': 'synced',
        'ends as rejected': 'rejected',
        'confirm not synced': 'confirmed as not synced',
      },
    ],
    [
      'confirmed as not synced',
      {
        rollback: 'refused',
        abandon: 'refused',
        'ends as synced': 'synced',
        'ends as rejected': 'rejected',
        'confirm synced': 'confirmed as synced',
      },
    ],
    [
      'synced',
      {
        begin: 'refused',
        rollback: 'refused',
        abandon: 'refused',
        'confirm synced': 'refused',
        'confirm not synced': 'refused',
      },
    ],
    [
      'rejected',
      {
        rollback: 'refused',
        abandon: 'refused',
        'confirm synced': 'refused',
        'confirm not synced': 'refused',
      },
    ],
  ])('on an attempt that is %s does what the table says, and nothing to another one', (state, changes) => {
    const { record } = play([...older, ...histories[state]]);
    const time = { wallMs: start + 10_000 };
    const found = Object.entries(events).map(([name, event]) => {
      const reduced = reduce(record, event(record), time, retention);
      expect(reduced.record.attempts[0], name).toEqual(record.attempts[0]);
      const isBegun = reduced.record.attempts.some(({ id }) => id === 'a2');
      expect(isBegun, name).toBe(reduced.accepted && (name === 'begin' || name === 'resend'));
      return [name, reduced.accepted ? stateOf(reduced.record, 'a1') : 'refused'];
    });
    const unchanged = Object.fromEntries(Object.keys(events).map((name) => [name, state]));
    expect(Object.fromEntries(found)).toEqual({ ...unchanged, ...changes });
  });

  test('on an attempt that the record does not have is refused, but for its outcome', () => {
    const { record } = play([begin('a1'), finish('a1', unknown)]);
    for (const event of [rollback('a2')(), abandon('a2')()]) {
      expect(reduce(record, event, { wallMs: start }, retention)).toEqual({
        record,
        accepted: false,
        changed: false,
      });
    }
    const late = play([finish('a2', rejected)], record).record;
    expect(late.attempts).toMatchObject([
      { id: 'a1', state: 'unknown' },
      { id: 'a2', state: 'rejected' },
    ]);
  });

  test('says whether it changed the record', () => {
    const { record } = play([begin('a1')]);
    const at = (wallMs: number, event: JournalEvent) => reduce(record, event, { wallMs }, retention).changed;
    expect(at(start, { type: 'look' })).toBe(false);
    expect(at(start + leaseMs + 1, { type: 'look' })).toBe(true);
    expect(at(start, begin('a2')(record))).toBe(false);
    expect(at(start, finish('a1', synced)())).toBe(true);
  });

  test('ends a lease on any event, with any number of attempts', () => {
    const { record } = play([...older, begin('a1')]);
    for (const event of Object.values(events)) {
      if (event === events.rollback || event(record).type === 'finish') continue;
      const { record: after } = reduce(record, event(record), { wallMs: start + 2 * leaseMs }, retention);
      expect(after.attempts[0]).toEqual(record.attempts[0]);
      expect(after.attempts[1]).toMatchObject({
        state: 'unknown',
        reason: 'Its outcome was not written in time.',
        endedAt: '2026-11-22T09:01:30.000Z',
      });
    }
  });
});

describe('an attempt', () => {
  test('with an empty list of confirmations is not confirmed', () => {
    const { record } = play([begin('a1'), finish('a1', unknown)]);
    const attempts = record.attempts.map((attempt) => ({ ...attempt, resolutions: [] }));
    expect(orderStateOf(attempts).state).toBe('unknown');
  });

  const fields = (outcome: Outcome) => play([begin('a1'), finish('a1', outcome)]).record.attempts[0];

  test('names its token, its boot and that it is a resend, where there is one', () => {
    const event = begin('a1', { resend: true })(emptyRecord(42));
    if (event.type !== 'begin') throw new TypeError('unreachable');
    const { record } = reduce(
      emptyRecord(42),
      { ...event, token: 't1' },
      { wallMs: start, bootId: 'b1' },
      retention,
    );
    expect(record.attempts[0]).toEqual({
      ...sending('a1'),
      by: { ...assistant, bootId: 'b1' },
      token: 't1',
      resend: true,
    });
    expect(play([begin('a1')]).record.attempts[0]).toEqual(sending('a1'));
  });

  test.each<[Outcome]>([[rejected], [unknown]])(
    'keeps what the API said, if it said something: %o',
    (outcome) => {
      expect(fields(outcome)).toStrictEqual({ ...sending('a1'), ...outcome, endedAt: expect.any(String) });
      const said = { ...outcome, message: 'No.' };
      expect(fields(said)).toStrictEqual({ ...sending('a1'), ...said, endedAt: expect.any(String) });
    },
  );

  test.each<[Outcome]>([[synced], [rejected], [unknown]])(
    'keeps 1000 characters of the API’s text: %o',
    (outcome) => {
      const text = `${'x'.repeat(999)}yz`;
      expect(fields({ ...outcome, message: text })).toMatchObject({ message: text.slice(0, 1_000) });
    },
  );

  test('that ends after a clock was set back says why it is unknown', () => {
    const { record } = play([begin('a1')]);
    const at = (wallMs: number) =>
      reduce(record, { type: 'look' }, { wallMs }, retention).record.attempts[0]?.state;
    expect(at(start - leaseMs)).toBe('sending');
    expect(at(start - leaseMs - 1)).toBe('unknown');
  });
});

describe('a human’s word', () => {
  test('opens the order again when it is not in the books', () => {
    const { accepted, order } = play([begin('a1'), finish('a1', unknown), confirm('not_synced')]);
    expect(accepted).toEqual([true, true, true]);
    expect(order).toEqual({ state: 'not_sent' });
  });

  test('closes the order when it is in the books, with when and by whom', () => {
    expect(play([begin('a1'), finish('a1', unknown), confirm('synced'), begin('a2')])).toMatchObject({
      accepted: [true, true, true, false],
      order: {
        state: 'synced',
        attempt: { resolutions: [{ as: 'synced', at: '2026-11-22T09:00:02.000Z', by: human }] },
      },
    });
  });

  test('can be corrected, and both words stay', () => {
    const { record, order } = play([
      begin('a1'),
      finish('a1', unknown),
      confirm('not_synced'),
      confirm('synced'),
    ]);
    expect(order.state).toBe('synced');
    expect(record.attempts[0]?.resolutions?.map(({ as }) => as)).toEqual(['not_synced', 'synced']);
  });

  test('given twice is recorded once', () => {
    const { record } = play([begin('a1'), finish('a1', unknown), confirm('synced'), confirm('synced')]);
    expect(record.attempts[0]?.resolutions).toHaveLength(1);
  });

  test('about the last attempt says nothing about an earlier one that was confirmed', () => {
    const again = play([
      begin('a1'),
      finish('a1', unknown),
      confirm('synced'),
      begin('a2', { resend: true }),
      finish('a2', unknown),
      confirm('not_synced'),
    ]);
    expect(again.order).toMatchObject({ state: 'synced', attempt: { id: 'a1' } });
    expect(play([confirm('not_synced')], again.record).order).toEqual({ state: 'not_sent' });
  });

  test('is about all attempts that are unknown, and leaves those before the last success alone', () => {
    const events = [
      begin('a1'),
      finish('a1', unknown),
      begin('a2', { resend: true }),
      finish('a2', synced),
      begin('a3', { resend: true }),
      finish('a3', unknown),
      begin('a4', { resend: true }),
      finish('a4', rejected),
      begin('a5', { resend: true }),
      finish('a5', unknown),
      confirm('not_synced'),
    ];
    expect(play(events).record.attempts.map(({ resolutions }) => resolutions?.map(({ as }) => as))).toEqual([
      undefined,
      undefined,
      ['not_synced'],
      undefined,
      ['not_synced'],
    ]);
  });

  test('corrects the last of several to synced, but all of them to not synced', () => {
    const both = [
      begin('a1'),
      finish('a1', unknown),
      begin('a2', { resend: true }),
      finish('a2', unknown),
      confirm('not_synced'),
      confirm('synced'),
    ];
    const verdicts = ({ record }: ReturnType<typeof play>) =>
      record.attempts.map(({ resolutions }) => resolutions?.map(({ as }) => as));
    expect(verdicts(play(both))).toEqual([['not_synced'], ['not_synced', 'synced']]);
    expect(verdicts(play([...both, confirm('not_synced')]))).toEqual([
      ['not_synced'],
      ['not_synced', 'synced', 'not_synced'],
    ]);
  });

  test.each([
    ['was never sent', []],
    ['is being sent', [begin('a1')]],
    ['is being sent again', [begin('a1'), finish('a1', unknown), begin('a2', { resend: true })]],
    ['was synced', [begin('a1'), finish('a1', synced)]],
    ['was rejected', [begin('a1'), finish('a1', rejected)]],
  ])('is not asked for about an order that %s', (_, events) => {
    expect(play([...events, confirm('synced')]).accepted.at(-1)).toBe(false);
  });
});

describe('a record that cannot be read', () => {
  const time = { wallMs: start };
  const beginning = begin('a1', { resend: true })(emptyRecord(42));

  test.each([
    ['is of a newer version', { version: 2, orderId: 42, attempts: [] }],
    ['is about another order', { version: 1, orderId: 43, attempts: [] }],
    ['is not an object', 'synced'],
    ['is null', null],
    ['lacks a field', { version: 1, orderId: 42, attempts: [{ id: 'a1', state: 'synced' }] }],
    ['has an unknown state', { version: 1, orderId: 42, attempts: [{ ...sending('a1'), state: 'sent' }] }],
  ])('because it %s never lets the order be sent, not even when resend is said', (_, stored) => {
    expect(() => reduceStored(stored, 42, beginning, time, retention)).toThrow(JournalUnreadableError);
  });

  test("is replaced by a human's verdict, and kept", () => {
    const stored = { version: 1, orderId: 42, attempts: 'torn' };
    const now = '2026-11-22T09:00:00.000Z';
    expect(reduceStored(stored, 42, confirm('synced')(), time, retention)).toEqual({
      accepted: true,
      changed: true,
      record: {
        version: 1,
        orderId: 42,
        attempts: [
          {
            id: 'unreadable',
            state: 'unknown',
            startedAt: now,
            leaseUntil: now,
            endedAt: now,
            by: human,
            reason: 'The earlier record could not be read; it is kept as it was.',
            resolutions: [{ as: 'synced', at: now, by: human }],
          },
        ],
        replaced: stored,
      },
    });
  });

  test.each([
    [{ version: 3, state: 'synced' }, 'a newer version of this program wrote it', 'Use that version.'],
    [{ version: 1, orderId: 43, attempts: [] }, 'it is about another order (43)', 'Look for it'],
    ['torn', 'it is damaged at the whole record', 'Look for it'],
    [
      { version: 1, orderId: 'x', attempts: [{ id: '' }], replaced: 1 },
      'it is damaged at orderId, attempts.0.state.',
      'Look for it',
    ],
    [{}, 'it is damaged at version, orderId, attempts.', 'Look for it'],
    [
      { orderId: 'x', attempts: [{}, {}] },
      'it is damaged at version, orderId, attempts.0.state. The',
      'Look for it',
    ],
  ])('is refused with where it is damaged and what to do: %j', (stored, reason, remedy) => {
    const refused = () => reduceStored(stored, 42, beginning, time, retention);
    expect(refused).toThrow(reason);
    expect(refused).toThrow(remedy);
  });

  test('is left to the newer version that wrote it', () => {
    const stored = { version: 2, state: 'synced' };
    expect(() => reduceStored(stored, 42, confirm('not_synced')(), time, retention)).toThrow(/newer version/);
  });

  test('is no record: arbitrary JSON never allows an order to be sent', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (stored) => {
        expect(() => reduceStored(stored, 42, beginning, time, retention)).toThrow(JournalUnreadableError);
      }),
    );
  });

  test('is one that lacks any field', () => {
    const { record } = play([begin('a1'), finish('a1', unknown), confirm('synced')]);
    for (const path of requiredPaths(record)) {
      const torn: unknown = without(structuredClone(record), path);
      expect(() => reduceStored(torn, 42, beginning, time, retention), path.join('.')).toThrow(
        JournalUnreadableError,
      );
    }
  });
});

describe('whatever happens, in any order', () => {
  /** Everything that can happen to an order, by several senders and humans, over a long time. */
  const happenings = fc.array(
    fc.record({
      afterMs: fc.oneof(fc.constant(0), fc.integer({ min: -2 * leaseMs, max: 2 * leaseMs })),
      act: fc.oneof(
        fc.record({ type: fc.constant('begin' as const), resend: fc.boolean(), looked: fc.boolean() }),
        fc.record({
          type: fc.constantFrom('rollback' as const, 'abandon' as const),
          which: fc.nat(4),
        }),
        fc.record({
          type: fc.constant('end' as const),
          which: fc.nat(4),
          outcome: fc.constantFrom(synced, rejected, unknown),
        }),
        fc.record({
          type: fc.constant('confirm' as const),
          as: fc.constantFrom('synced' as const, 'not_synced' as const),
        }),
        fc.record({ type: fc.constant('look' as const) }),
      ),
    }),
    { maxLength: 60 },
  );
  type Happening = typeof happenings extends fc.Arbitrary<(infer One)[]> ? One : never;

  /** Runs the happenings as the store would: through JSON, with what a later version may have added. */
  function live(
    history: readonly Happening[],
    keep: number,
    inspect: (step: {
      before: OrderRecord;
      after: OrderRecord;
      event: JournalEvent;
      accepted: boolean;
    }) => void,
  ): OrderRecord {
    let wallMs = start;
    let stored: unknown;
    const begun: SendingAttempt[] = [];
    for (const [index, { afterMs, act }] of history.entries()) {
      wallMs += afterMs;
      const time = { wallMs };
      const before = reduceStored(stored, 42, { type: 'look' }, time, { attempts: keep }).record;
      const event = eventOf(act, before, begun, `a${index}`);
      const { record, accepted } = reduceStored(stored, 42, event, time, { attempts: keep });
      if (event.type === 'begin' && accepted) begun.push(sending(event.id));
      inspect({ before, after: record, event, accepted });
      stored = JSON.parse(JSON.stringify({ ...record, addedLater: 'kept' }));
    }
    return reduceStored(stored, 42, { type: 'look' }, { wallMs }, { attempts: keep }).record;
  }

  function eventOf(
    act: Happening['act'],
    { attempts }: OrderRecord,
    begun: readonly SendingAttempt[],
    id: string,
  ): JournalEvent {
    switch (act.type) {
      case 'begin': {
        const after = act.looked ? attempts.at(-1)?.id : 'an older one';
        return { type: 'begin', id, by: assistant, resend: act.resend, leaseMs, after };
      }
      case 'rollback':
      case 'abandon':
        return { type: act.type, id: begun.at(-1 - act.which)?.id ?? 'never begun' };
      case 'end': {
        const attempt = begun.at(-1 - act.which);
        return attempt === undefined
          ? { type: 'look' }
          : { type: 'finish', attempt, earlier: [], outcome: act.outcome };
      }
      case 'confirm':
        return { type: 'confirm', as: act.as, by: human };
      case 'look':
        return { type: 'look' };
    }
  }

  test('without resend, a request leaves only if all earlier ones had no effect', () => {
    fc.assert(
      fc.property(happenings, fc.nat(3), (history, keep) => {
        live(history, keep, ({ before, event, accepted }) => {
          if (event.type !== 'begin' || event.resend || !accepted) return;
          for (const { state, resolutions } of before.attempts) {
            const noEffect =
              state === 'rejected' || (state === 'unknown' && resolutions?.at(-1)?.as === 'not_synced');
            expect(noEffect).toBe(true);
          }
        });
      }),
    );
  });

  test('a store that is emptied during a request knows all of it after the request', () => {
    fc.assert(
      fc.property(happenings, fc.constantFrom(synced, rejected, unknown), (history, outcome) => {
        const wallMs = start + 60 * 3 * leaseMs;
        const { record } = play(
          [abandon('a1'), begin('last', { resend: true })],
          live(history, 3, () => {}),
        );
        const attempt = record.attempts.find(({ id }) => id === 'last');
        if (attempt?.state !== 'sending') return;
        const earlier = record.attempts.filter((other) => other !== attempt);
        const end: JournalEvent = { type: 'finish', attempt, earlier, outcome };
        const endOf = (stored: unknown) =>
          reduceStored(stored, 42, end, { wallMs }, retention).record.attempts;
        const sorted = (attempts: OrderRecord['attempts']) =>
          attempts.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
        expect(endOf(undefined).filter(({ id }) => id !== 'last')).toEqual(sorted(earlier));
        expect(endOf(undefined).find(({ id }) => id === 'last')?.state).toBe(outcome.state);
        expect(endOf(record).map(({ id }) => id)).toEqual(record.attempts.map(({ id }) => id));
      }),
    );
  });

  test('at most one request is under way', () => {
    fc.assert(
      fc.property(happenings, fc.nat(3), (history, keep) => {
        live(history, keep, ({ after }) => {
          expect(after.attempts.filter(({ state }) => state === 'sending').length).toBeLessThanOrEqual(1);
        });
      }),
    );
  });

  test('an unknown outcome is never forgotten: only its sender can resolve it', () => {
    fc.assert(
      fc.property(happenings, fc.nat(3), (history, keep) => {
        live(history, keep, ({ before, after, event }) => {
          for (const attempt of before.attempts) {
            if (attempt.state !== 'unknown') continue;
            const kept = after.attempts.find(({ id }) => id === attempt.id);
            const bySender =
              (event.type === 'rollback' && event.id === attempt.id) ||
              (event.type === 'finish' && event.attempt.id === attempt.id);
            if (!bySender) expect(kept?.state).toBe('unknown');
          }
        });
      }),
    );
  });

  test('an order that the API said is synced never looks unsent again', () => {
    fc.assert(
      fc.property(happenings, fc.nat(3), (history, keep) => {
        let wasSynced = false;
        live(history, keep, ({ after }) => {
          const { state } = orderStateOf(after.attempts);
          if (after.attempts.some((attempt) => attempt.state === 'synced')) wasSynced = true;
          if (wasSynced) expect(['synced', 'sending', 'unknown']).toContain(state);
        });
      }),
    );
  });

  test('keeps no more attempts of known outcome than requested', () => {
    fc.assert(
      fc.property(happenings, fc.nat(3), (history, keep) => {
        live(history, keep, ({ after, event, accepted }) => {
          if (event.type !== 'begin' || !accepted) return;
          const known = after.attempts.filter(({ state }) => state === 'synced' || state === 'rejected');
          expect(known.length).toBeLessThanOrEqual(keep + 1);
        });
      }),
    );
  });

  test('a refused event changes nothing, and looking twice is looking once', () => {
    fc.assert(
      fc.property(happenings, fc.nat(3), (history, keep) => {
        live(history, keep, ({ before, after, accepted }) => {
          if (!accepted) expect(after).toEqual(before);
        });
      }),
    );
  });

  test('what a later version added survives', () => {
    fc.assert(
      fc.property(happenings, (history) => {
        if (history.length > 0)
          expect(live(history, 20, () => undefined)).toHaveProperty('addedLater', 'kept');
      }),
    );
  });
});

/** Paths of all fields and entries that a record cannot do without. */
function requiredPaths(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, key];
    const required = !/^\d+$/.test(key) && key !== 'resolutions';
    return [...(required ? [here] : []), ...requiredPaths(inner, here)];
  });
}

function without(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined || typeof value !== 'object' || value === null) return value;
  const copy = Array.isArray(value) ? Object.assign([], value) : { ...value };
  if (rest.length === 0) Reflect.deleteProperty(copy, key);
  else Reflect.set(copy, key, without(Reflect.get(copy, key), rest));
  return copy;
}
