// @ts-check
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { assistants } from './assistants.js';
import { connectionOf } from './connection.js';

const readme = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8');

it.each(assistants)('the README has a line that connects $name to this server', ({ name, command }) => {
  const words = connectionOf(readme, name, {
    home: '/home/jan',
    server: ['node', '/dist/main.js', '--sandbox'],
  });
  expect(words[0]).toBe(command);
  expect(words.slice(1, 3)).toEqual(['mcp', 'add']);
  expect(words).toContain('WEMASY_API_TOKEN_FILE=/home/jan/.wemasy-token');
  expect(words.filter((word) => word !== '--').slice(-3)).toEqual(['node', '/dist/main.js', '--sandbox']);
});

it('an assistant that the README does not name is an error', () => {
  const here = /** @type {const} */ ({ home: '/', server: ['node', 'main.js', '--sandbox'] });
  expect(() => connectionOf(readme, 'Unknown', here)).toThrow('no line that connects Unknown');
});
