import * as client from '@wemasy-orders/client';
import * as orderSync from '@wemasy-orders/order-sync';
import { describe, expect, it } from 'vitest';
import { type Advice, failureOf as failureFor } from './failure.js';

const failureOf = (error: unknown) => failureFor(error, 'none');

const by = { app: 'wemasy-orders', version: '0.1.0', pid: 4711, host: 'owners-laptop', instance: 'i' };
const attempt = {
  id: 'a1',
  startedAt: '2026-11-22T10:00:00.000Z',
  leaseUntil: '2026-11-22T10:00:45.000Z',
  endedAt: '2026-11-22T10:00:02.000Z',
  by,
};
const answered = { status: 200, requestId: 'request-1', operationId: 'syncOrder' };
const said = { ...answered, apiMessage: 'No.' };
const unreadable = Object.assign(new Error('EACCES: /home/owner/.local/state/x.json'), { code: 'EACCES' });

/** One of every error that the libraries throw, and what it means. */
const errors: readonly [Error & { readonly name: string }, ...(string | boolean)[]][] = [
  [new client.AuthenticationError(said), 'authentication_failed', 'upstream', false],
  [new client.CancelledError('none'), 'cancelled', 'local', true],
  [new client.ConfigurationError('WEMASY_API_TOKEN is not set.'), 'configuration_error', 'local', false],
  [new client.ConnectionError('none', 'ECONNREFUSED'), 'network_error', 'local', true],
  [
    new client.InvalidArgumentsError([{ argument: 'page', fault: 'Too small' }]),
    'invalid_arguments',
    'local',
    false,
  ],
  [new client.OutcomeUnknownError(new client.TimeoutError(5)), 'outcome_unknown', 'upstream', false],
  [new client.PermissionError(said), 'permission_denied', 'upstream', false],
  [new client.RateLimitedError('local', 7), 'rate_limited', 'local', true],
  [new client.ApiReportedError(said), 'upstream_error', 'upstream', false],
  [
    new client.UnexpectedResponseError('schema_mismatch', {
      ...answered,
      mismatches: ['data.total: expected number'],
    }),
    'unexpected_response',
    'upstream',
    false,
  ],
  [new client.TimeoutError(30_000), 'upstream_timeout', 'upstream', true],
  [new client.UpstreamError({ status: 503 }), 'upstream_error', 'upstream', true],
  [
    new client.ValidationFailedError({ ...said, apiErrors: { order_id: ['Wrong.'] } }),
    'validation_failed',
    'upstream',
    false,
  ],
  [
    new orderSync.AlreadySyncedError(7, { ...attempt, state: 'synced', message: 'Order synced.' }),
    'already_synced',
    'local',
    false,
  ],
  [new orderSync.JournalUnavailableError(7, unreadable), 'internal_error', 'local', true],
  [
    new orderSync.JournalUnreadableError(7, { reason: 'it is damaged at attempts', newer: false }),
    'outcome_unknown',
    'local',
    false,
  ],
  [new orderSync.InvalidConfirmationError(7, 'not_sent'), 'invalid_arguments', 'local', false],
  [
    new orderSync.OutcomeNotRecordedError(
      7,
      new client.PermissionError({ status: 403, answeredBy: 'cloudflare' }),
    ),
    'permission_denied',
    'upstream',
    false,
  ],
  [
    new orderSync.RejectedByOtherProcessError(7, {
      ...attempt,
      state: 'rejected',
      code: 'permission_denied',
      reason: 'The token is not allowed to do this.',
      message: 'No.',
    }),
    'permission_denied',
    'upstream',
    false,
  ],
  [
    new orderSync.WriteRefusedError('The journal is new.', ['Expected: another one.']),
    'configuration_error',
    'local',
    false,
  ],
  [new orderSync.RepeatedUnknownError(7, 3), 'outcome_unknown', 'local', false],
  [
    new orderSync.SyncOutcomeUnknownError(7, 'now', attempt, new client.TimeoutError(5)),
    'outcome_unknown',
    'upstream',
    false,
  ],
];

describe('what an error means', () => {
  it('is known of every error that the libraries throw', () => {
    const thrown = Object.entries({ ...client, ...orderSync })
      .filter(([, value]) => typeof value === 'function' && value.prototype instanceof Error)
      .map(([name]) => name)
      .filter((name) => !['OrdersError', 'OrderSyncError'].includes(name));
    expect(errors.map(([{ name }]) => name).toSorted()).toEqual(thrown.toSorted());
  });

  it('advises on a rejection that could not be recorded as on the rejection itself', () => {
    const rejection = new client.PermissionError({ status: 403, answeredBy: 'cloudflare' });
    const { advice } = failureOf(new orderSync.OutcomeNotRecordedError(7, rejection));
    expect(advice).toBe(failureOf(rejection).advice);
    expect(advice).toBe('blocked_before_api');
  });

  it.each(errors.map(([error, ...meaning]) => [error.name, error, meaning] as const))(
    '%s: its code, where it comes from, whether trying again helps; nothing internal',
    (_, error, meaning) => {
      const failure = failureOf(error);
      expect([failure.code, failure.source, failure.retryable]).toEqual(meaning);
      expect(failure.sentence).toMatch(/^[A-Z].*\.$/);
      expect(JSON.stringify(failure)).not.toMatch(/\/home|owners-laptop|4711|node:|\.[jt]s\b|Error\b/);
    },
  );

  it('reveals nothing of an error that is not ours', () => {
    expect(failureOf(unreadable)).toEqual({
      code: 'internal_error',
      advice: 'internal_error',
      sentence: 'Unexpected internal error.',
      source: 'local',
      retryable: false,
      effect: 'unknown',
      details: [],
    });
  });

  it.each([
    ['now', 'Order 7 was sent at 2026-11-22T10:00:00.000Z; whether it reached the books is not known.'],
    ['before', 'by wemasy-orders 0.1.0; whether it reached the books is not known. It was not sent again.'],
    ['meanwhile', 'by wemasy-orders 0.1.0 at the same time; whether it reached the books is not known.'],
    ['under_way', 'has been in flight since 2026-11-22T10:00:00.000Z, sent by wemasy-orders 0.1.0'],
  ] as const)('of an unknown outcome (%s) says when, by whom, and what was done', (moment, said) => {
    const failure = failureOf(new orderSync.SyncOutcomeUnknownError(7, moment, attempt));
    expect(failure.sentence).toContain(said);
    expect(failure.canResend).toBe(moment === 'under_way' ? undefined : true);
  });

  it('of an unknown outcome says what the API said, where it said something', () => {
    const refused = new client.ApiReportedError({ ...answered, apiMessage: 'SnelStart took too long.' });
    const recorded = { ...attempt, message: 'SnelStart took too long.' };
    for (const error of [
      new client.OutcomeUnknownError(refused),
      new orderSync.SyncOutcomeUnknownError(7, 'now', recorded, refused),
      new orderSync.SyncOutcomeUnknownError(7, 'before', recorded),
    ]) {
      expect(failureOf(error).details).toEqual(['the API says "SnelStart took too long."']);
    }
  });

  it('of an order that is in the books says since when and by whom', () => {
    const [error] = errors.find(([{ name }]) => name === 'AlreadySyncedError') ?? [];
    expect(failureOf(error)).toMatchObject({
      sentence:
        'Order 7 was sent to bookkeeping at 2026-11-22T10:00:02.000Z by wemasy-orders 0.1.0; it was not sent again.',
      canResend: true,
    });
  });

  it('of a faulty configuration names every fault, however many there are', () => {
    const faults = Array.from({ length: 10 }, (_, at) => `WEMASY_SETTING_${at} must be ${'x'.repeat(80)}.`);
    expect(failureOf(new client.ConfigurationError(...faults))).toMatchObject({
      sentence: 'The configuration has 10 faults.',
      details: faults,
    });
    expect(failureOf(new client.ConfigurationError('It is not set.'))).toMatchObject({
      sentence: 'It is not set.',
      details: [],
    });
  });

  it('has as many details as a reader can use', () => {
    const faults = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [`field_${at}`, ['This value is wrong.']]),
    );
    const { details } = failureOf(new client.ValidationFailedError({ ...answered, apiErrors: faults }));
    expect(details[0]).toBe('field_0: This value is wrong.');
    expect(details.at(-1)).toBe(`and ${40 - details.length + 1} more`);
    expect(details.join('').length).toBeLessThan(400);
    const long = { field: ['x'.repeat(5_000)] };
    expect(failureOf(new client.ValidationFailedError({ ...answered, apiErrors: long })).details).toEqual([
      `field: ${'x'.repeat(292)}…`,
    ]);
  });

  const by403 = (answeredBy: client.AnsweredBy) => new client.PermissionError({ status: 403, answeredBy });
  const answer = (status: number, facts: Partial<client.AnswerFacts> = {}) =>
    new client.UpstreamError({ ...answered, status, ...facts });
  const unexpected = (kind: client.UnexpectedResponseKind, answeredBy?: client.AnsweredBy) =>
    new client.UnexpectedResponseError(kind, { status: 404, ...(answeredBy && { answeredBy }) });

  it.each<[string, client.OrdersError, Advice]>([
    ['a 403 of the API is about the token', by403('api'), 'permission_denied'],
    ['a 403 of Cloudflare is not', by403('cloudflare'), 'blocked_before_api'],
    [
      'a 401 of a proxy is not',
      new client.AuthenticationError({ status: 401, answeredBy: 'proxy' }),
      'blocked_before_api',
    ],
    ['a 400 is not for later', answer(400, { answeredBy: 'api' }), 'refused_by_api'],
    ['a 402 is not for later', answer(402, { apiMessage: 'No licence.' }), 'refused_by_api'],
    ['a 406 of a firewall', answer(406, { answeredBy: 'proxy' }), 'blocked_before_api'],
    ['a 408 is for later', answer(408), 'upstream_error'],
    ['a 500 is for later', answer(500, { answeredBy: 'api' }), 'upstream_error'],
    ['error: true with 200', new client.ApiReportedError(said), 'refused_by_api'],
    ['a 404 of the API is no wrong address', unexpected('not_found', 'api'), 'unknown_to_api'],
    ['a 404 of a web server is', unexpected('not_found', 'proxy'), 'wrong_address'],
    ['a redirect', unexpected('redirect'), 'wrong_address'],
    ['a web page', unexpected('html_body', 'proxy'), 'wrong_address'],
    ['a page of Cloudflare', unexpected('html_body', 'cloudflare'), 'blocked_before_api'],
    ['a body that is too large', unexpected('too_large'), 'unusable_answer'],
    ['a lost answer', new client.OutcomeUnknownError(by403('cloudflare')), 'outcome_unknown'],
  ])('is advised on by the evidence: %s', (_, error, advice) => {
    expect(failureOf(error).advice).toBe(advice);
  });

  it('passes on what the API says, whichever status it came with', () => {
    const reason = 'SnelStart: grootboek 8000 onbekend';
    for (const status of [400, 402, 409, 500]) {
      expect(failureOf(answer(status, { apiMessage: reason })).details).toEqual([`the API says "${reason}"`]);
    }
    const both = answer(409, { apiMessage: reason, apiErrors: { ledger: ['8000 is unknown.'] } });
    expect(failureOf(both).details).toEqual([`the API says "${reason}"`, 'ledger: 8000 is unknown.']);
  });

  it('does not repeat a message that is the first field’s error', () => {
    const error = new client.ValidationFailedError({
      ...answered,
      apiMessage: 'The id is wrong. (and 1 more error)',
      apiErrors: { order_id: ['The id is wrong.'], page: ['Too large.'] },
    });
    expect(failureOf(error).details).toEqual(['order_id: The id is wrong.', 'page: Too large.']);
  });
});
