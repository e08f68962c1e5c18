import { describe, expect, it } from 'vitest';
import { failureText } from '../../results/failure.js';
import { readFailure } from './failure.js';

describe('a failure is read from the text that the server answers', () => {
  it('with how long to wait', () => {
    const text = failureText({
      code: 'rate_limited',
      advice: 'rate_limited',
      sentence: 'The allowance is used up for the next 37 s.',
      source: 'local',
      retryable: true,
      effect: 'none',
      retryAfterSeconds: 37,
      details: [],
    });
    expect(readFailure(text)).toEqual({
      code: 'rate_limited',
      sentence: 'The allowance is used up for the next 37 s.',
      retryable: true,
      retryAfterSeconds: 37,
      details: [],
    });
  });

  it('with what the API says, and without a wait', () => {
    const text = failureText({
      code: 'validation_failed',
      advice: 'validation_failed',
      sentence: 'The API does not accept the values.',
      source: 'upstream',
      retryable: false,
      effect: 'none',
      details: ['order_id: is unknown: 7'],
    });
    expect(readFailure(text)).toMatchObject({
      code: 'validation_failed',
      retryable: false,
      retryAfterSeconds: 0,
      details: ['order_id: is unknown: 7'],
    });
  });

  it('any other text is shown whole and not tried again', () => {
    expect(readFailure('MCP error -32602: Tool sync_order not found')).toEqual({
      code: 'error',
      sentence: 'MCP error -32602: Tool sync_order not found',
      retryable: false,
      retryAfterSeconds: 0,
      details: [],
    });
  });
});
