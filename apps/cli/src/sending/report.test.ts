import { AuthenticationError, ConnectionError, ValidationFailedError } from '@wemasy-orders/client';
import {
  AlreadySyncedError,
  RepeatedUnknownError,
  type SyncOutcome,
  SyncOutcomeUnknownError,
} from '@wemasy-orders/order-sync';
import { describe, expect, it } from 'vitest';
import { exitCodeOfRun, reportOf } from './report.js';
import { reportText } from './report-text.js';
import type { SendResult } from './send-orders.js';

const at = '2026-02-17T12:05:00.000Z';
const by = { app: 'wemasy-orders-mcp', version: '0.1.0', pid: 7, host: 'shop', instance: 'i' };
const attempt = {
  id: 'a',
  startedAt: at,
  leaseUntil: at,
  by,
  state: 'synced',
  endedAt: at,
  message: 'booked',
} as const;

const outcomes = {
  synced: { outcome: 'synced', orderId: 1, message: 'Order synced\u001B[31m.', syncedAt: at, recorded: true },
  unrecorded: { outcome: 'synced', orderId: 2, message: '', syncedAt: at, recorded: false },
  already: { outcome: 'already_synced', orderId: 3, error: new AlreadySyncedError(3, attempt) },
  rejected: {
    outcome: 'rejected',
    orderId: 4,
    error: new ValidationFailedError({
      status: 422,
      operationId: 'syncOrder',
      apiErrors: { order_id: ['The selected order id is invalid.'] },
    }),
  },
  unknown: { outcome: 'unknown', orderId: 5, error: new SyncOutcomeUnknownError(5, 'now', attempt) },
  notSent: { outcome: 'not_sent', orderId: 6, error: new ConnectionError('none', 'ECONNREFUSED') },
} as const satisfies Record<string, SyncOutcome>;

function report(result: SendResult) {
  const value = reportOf({ result, startedAt: 0, endedAt: 1_000, personalData: 'none' });
  return { ...value, exitCode: exitCodeOfRun(value, result) };
}

const all: SendResult = { outcomes: Object.values(outcomes), remaining: [] };

describe('a report', () => {
  it('has the outcome, the reason and the next step of every order', () => {
    expect(report(all)).toEqual({
      started_at: '1970-01-01T00:00:00.000Z',
      ended_at: '1970-01-01T00:00:01.000Z',
      interrupted: false,
      counts: { synced: 2, already_synced: 1, rejected: 1, unknown: 1, not_sent: 1 },
      exitCode: 3,
      orders: [
        { order_id: 1, outcome: 'synced', synced_at: at, message: 'Order synced.' },
        {
          order_id: 2,
          outcome: 'synced',
          synced_at: at,
          recorded: false,
          next: expect.stringContaining('confirm 2 --synced'),
        },
        { order_id: 3, outcome: 'already_synced', synced_at: at, message: 'booked' },
        {
          order_id: 4,
          outcome: 'rejected',
          code: 'validation_failed',
          message: 'order_id: The selected order id is invalid.',
          reason: 'The API refuses the values of the request: order_id: The selected order id is invalid.',
          next: 'Correct the values that the API names.',
        },
        {
          order_id: 5,
          outcome: 'unknown',
          code: 'outcome_unknown',
          message: 'booked',
          reason: expect.stringContaining('whether it reached the books is not known'),
          next: 'Look for it in SnelStart, then record what you find: wemasy-orders confirm 5 --synced (or --not-synced).',
        },
        expect.objectContaining({ order_id: 6, outcome: 'not_sent', code: 'network_error' }),
      ],
    });
  });

  it.each([
    [0, [outcomes.synced, outcomes.already]],
    [1, [outcomes.synced, outcomes.rejected]],
    [1, [outcomes.notSent]],
    [1, [outcomes.synced, outcomes.unrecorded]],
    [3, [outcomes.rejected, outcomes.unknown]],
  ])('ends with %i', (exitCode, some) => {
    expect(report({ outcomes: some, remaining: [] }).exitCode).toBe(exitCode);
  });

  it('of an interrupted run names the orders it did not reach', () => {
    const value = report({ outcomes: [outcomes.synced], remaining: [8] });
    expect(value).toMatchObject({ interrupted: true, exitCode: 130, counts: { synced: 1, not_sent: 1 } });
    expect(value.orders[1]).toMatchObject({
      order_id: 8,
      outcome: 'not_sent',
      next: 'Run the command again to continue.',
    });
  });

  it('of a run that could not continue says why', () => {
    const stoppedBy = new AuthenticationError({ status: 401 });
    expect(report({ outcomes: [outcomes.synced], remaining: [8], stoppedBy })).toMatchObject({
      interrupted: false,
      exitCode: 2,
      stopped_by: { code: 'authentication_failed', next: expect.stringContaining('WEMASY_API_TOKEN') },
    });
    const lost = new RepeatedUnknownError(5, 3);
    expect(report({ outcomes: [outcomes.unknown], remaining: [8], stoppedBy: lost }).exitCode).toBe(3);
  });
});

describe('the report as a table', () => {
  const wide = { columns: () => undefined, hasColor: false };

  it('begins with the most urgent orders, lists the next steps, and ends with the counts', () => {
    const value = reportOf({ result: all, startedAt: 0, endedAt: 0, personalData: 'none' });
    const [table = '', next = '', counts = ''] = reportText(value, wide).split('\n\n');
    expect(table.split('\n').map((line) => line.trim().split(/ {2,}/).slice(0, 2).join(' '))).toEqual([
      'order outcome',
      '5 unknown',
      '4 rejected',
      '6 not sent',
      '3 already synced',
      '1 synced',
      '2 synced',
    ]);
    expect(next.split('\n')).toEqual([
      expect.stringMatching(/^Order 5: Look for it in SnelStart/),
      expect.stringMatching(/^Order 2: It is in the books, but the journal could not be written/),
      'Order 4: Correct the values that the API names.',
      expect.stringMatching(/^Order 6: Check the connection/),
    ]);
    expect(counts).toBe('6 orders: 2 synced, 1 already synced, 1 not sent, 1 rejected, 1 unknown.\n');
  });

  it('of nothing is one line', () => {
    expect(
      reportText(
        reportOf({ result: { outcomes: [], remaining: [] }, startedAt: 0, endedAt: 0, personalData: 'none' }),
        wide,
      ),
    ).toBe('0 orders.\n');
  });
});
