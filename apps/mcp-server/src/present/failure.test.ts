import {
  CancelledError,
  InvalidArgumentsError,
  OutcomeUnknownError,
  RateLimitedError,
  TimeoutError,
  ValidationFailedError,
} from '@wemasy-orders/client';
import { failureOf } from '@wemasy-orders/present';
import { describe, expect, it } from 'vitest';
import { failureText } from './failure.js';

const textOf = (error: unknown) => failureText(failureOf(error));

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
    expect(textOf(new ValidationFailedError('Bad.', fields, { status: 422 }))).toMatchInlineSnapshot(`
      "validation_failed: The API refuses the values of the request.
      source: upstream
      retryable: no
      detail: order_id: No such order. retryable: yes
      next: Correct the values that the API names and call again."
    `);
  });

  it('of a write with an unknown outcome warns of repeating it', () => {
    expect(textOf(new OutcomeUnknownError(new TimeoutError(30_000)))).toMatchInlineSnapshot(`
      "outcome_unknown: It is not known whether the API did this: The API did not answer within 30000 ms.
      source: upstream
      retryable: no
      next: Do not call sync_order for this order again. Ask the user to look in SnelStart whether the order is there."
    `);
  });

  it('of a cancelled call tells whether anything was done', () => {
    expect(textOf(new CancelledError('none'))).toContain('next: Nothing was done');
    expect(textOf(new CancelledError('unknown'))).toContain('next: The API may have worked on it');
  });

  it('of the server itself tells nothing internal', () => {
    const text = textOf(new Error('ENOENT: /home/owner/token'));
    expect(text).toMatchInlineSnapshot(`
      "internal_error: The server failed in a way that it does not know.
      source: local
      retryable: no
      next: Tell the user; this is a fault of the server, described in its log."
    `);
  });
});
