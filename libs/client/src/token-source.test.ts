import { describe, expect, it } from 'vitest';
import { withoutToken } from './token-source.js';

describe('a text of the API', () => {
  it('is cleaned of the token anywhere in it', () => {
    expect(withoutToken('Bearer 12|canary: 12|canary', '12|canary')).toBe('Bearer [token]: [token]');
  });

  it('is cleaned of a token with slashes as PHP writes them', () => {
    expect(withoutToken(String.raw`{"message":"Bearer ab\/cd\/canary"}`, 'ab/cd/canary')).toBe(
      '{"message":"Bearer [token]"}',
    );
  });

  it.each(['t', 'paid', 'checkou'])('keeps its words where the token is %j', (token) => {
    const text = '{"status":"paid","type":"checkout"}';
    expect(withoutToken(text, token)).toBe(text);
  });
});
