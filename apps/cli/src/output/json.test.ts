import { describe, expect, it } from 'vitest';
import { cleanJson, createJsonArray, createJsonLines } from './json.js';

describe('JSON', () => {
  it('is one array, page by page', () => {
    const json = createJsonArray(['id', 'name']);
    const text =
      json.add([[1, 'Jan']]) +
      json.add([]) +
      json.add([
        [2, null],
        [3, 'x'],
      ]) +
      json.end();
    expect(JSON.parse(text)).toEqual([
      { id: 1, name: 'Jan' },
      { id: 2, name: null },
      { id: 3, name: 'x' },
    ]);
  });

  it('of nothing is an empty array', () => {
    expect(JSON.parse(createJsonArray(['id']).end())).toEqual([]);
  });

  it('of lines has one object a line', () => {
    const json = createJsonLines(['id']);
    expect(json.add([[1], [2]]) + json.end()).toBe('{"id":1}\n{"id":2}\n');
  });

  it('carries nothing that a terminal would obey', () => {
    expect(cleanJson({ message: 'ok\u001B[2J\u009B31m\u202Etxt' })).toBe('{\n  "message": "oktxt"\n}\n');
  });
});
