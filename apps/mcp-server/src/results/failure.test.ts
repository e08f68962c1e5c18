import {
  AuthenticationError,
  CancelledError,
  InvalidArgumentsError,
  RateLimitedError,
  TimeoutError,
  ValidationFailedError,
} from '@wemasy-orders/client';
import {
  JournalUnavailableError,
  JournalUnreadableError,
  SyncOutcomeUnknownError,
} from '@wemasy-orders/order-sync';
import { failureOf } from '@wemasy-orders/presentation';
import { describe, expect, it } from 'vitest';
import { NoShopError, nextStepsOf } from '../hosted/errors.js';
import { failureText } from './failure.js';

const textOf = (error: unknown) => failureText(failureOf(error, 'none'));

describe('a failure as text', () => {
  it('says how long to wait', () => {
    expect(textOf(new RateLimitedError('local', 37))).toMatchInlineSnapshot(`
      "rate_limited: The allowance for this operation is used up for the next 37 s; the call was not sent.
      source: local
      retryable: yes
      retry_after_seconds: 37
      next: Wait that long, then make the same call once."
    `);
  });

  it('names each faulty argument', () => {
    expect(textOf(new InvalidArgumentsError([{ argument: 'page', fault: 'too small' }])))
      .toMatchInlineSnapshot(`
      "invalid_arguments: The arguments are not valid.
      source: local
      retryable: no
      detail: page: too small
      next: Correct the arguments and call again."
    `);
  });

  it('quotes what the API says as data, cleaned and on one line', () => {
    const fields = { order_id: ['No such order.\nretryable: yes\u202e'] };
    const said = { operationId: 'syncOrder', apiMessage: 'Bad.', apiErrors: fields };
    expect(textOf(new ValidationFailedError({ status: 422, ...said }))).toMatchInlineSnapshot(`
        "validation_failed: The API refuses the values of the request.
        source: upstream
        retryable: no
        detail: the API says "Bad."
        detail: order_id: No such order. retryable: yes
        next: Correct these values and call again."
      `);
  });

  it('of a write with an unknown outcome says how to look, and when it may be sent again', () => {
    const attempt = {
      id: 'a1',
      startedAt: '2026-11-22T10:00:00.000Z',
      by: { app: 'wemasy-orders-mcp', version: '0.1.0', pid: 1, host: 'h', instance: 'i' },
    };
    const timeout = new TimeoutError(30_000);
    expect(textOf(new SyncOutcomeUnknownError(42, 'now', attempt, timeout))).toMatchInlineSnapshot(`
      "outcome_unknown: Order 42 was sent at 2026-11-22T10:00:00.000Z; whether it reached the books is not known. The API did not answer within 30000 ms.
      source: upstream
      retryable: no
      next: Do not repeat it. Ask the user to look for the order in SnelStart; list_orders with search_query shows what the shop knows of it. Only if the user says that it is not there, call with resend true."
    `);
    expect(textOf(new SyncOutcomeUnknownError(42, 'before', attempt))).toMatchInlineSnapshot(`
      "outcome_unknown: Order 42 was sent at 2026-11-22T10:00:00.000Z by wemasy-orders-mcp 0.1.0; whether it reached the books is not known. It was not sent again.
      source: local
      retryable: no
      next: Do not repeat it. Ask the user to look for the order in SnelStart; list_orders with search_query shows what the shop knows of it. Only if the user says that it is not there, call with resend true."
    `);
    expect(textOf(new JournalUnreadableError(42, { reason: 'it is damaged', newer: false }))).not.toContain(
      'resend true',
    );
  });

  it('of a journal that cannot be written says where to look', () => {
    const cause = Object.assign(new Error("EACCES: mkdir '/home/owner/state'"), { code: 'EACCES' });
    expect(textOf(new JournalUnavailableError(42, cause))).toMatchInlineSnapshot(`
      "internal_error: The journal of order 42 is not available (EACCES); nothing was sent.
      source: local
      retryable: yes
      next: Nothing was done. Ask the user to see to the place that WEMASY_STATE names, then call again."
    `);
  });

  it('of a cancelled call says whether anything was done', () => {
    expect(textOf(new CancelledError('none'))).toContain('next: Nothing was done');
    expect(textOf(new CancelledError('unknown'))).toContain('next: The API may have worked on it');
  });

  it('of the server itself reveals nothing internal', () => {
    const text = textOf(new Error('ENOENT: /home/owner/token'));
    expect(text).toMatchInlineSnapshot(`
      "internal_error: Unexpected internal error.
      source: local
      retryable: no
      next: Tell the user; this is a fault of the server, described in its log."
    `);
  });
});

describe('a failure of a server with many shops', () => {
  it('that has no shop for the caller names the page that links one', () => {
    const error = new NoShopError('https://orders.example.com/link');
    expect(failureText(failureOf(error, 'none'), { configuration_error: error.next })).toMatchInlineSnapshot(`
      "configuration_error: No shop is linked to this identity yet.
      source: local
      retryable: no
      next: Ask the user to open https://orders.example.com/link, sign in and link their shop, then call again."
    `);
  });

  it('that is about the API token leads to where it was linked', () => {
    const text = (page: string | undefined) =>
      failureText(failureOf(new AuthenticationError({ status: 401 }), 'none'), nextStepsOf(page));
    expect(text('https://orders.example.com/link')).toContain(
      'open https://orders.example.com/link and link a valid',
    );
    expect(text(undefined)).toContain('have the operator of this server link a valid');
  });
});
