import { describe, expect, it } from 'vitest';
import { showsApps } from './orders-view.js';

const mimeTypes = ['text/html;profile=mcp-app'];

describe('a client gets the offer of the page', () => {
  it.each([
    [
      'it declares that it shows such pages',
      { extensions: { 'io.modelcontextprotocol/ui': { mimeTypes } } },
      true,
    ],
    ['nothing is known of it, as in a stateless request of the 2025 era', undefined, true],
    ['it declares no extension', {}, false],
    ['it declares another one', { extensions: { 'com.example/other': { mimeTypes } } }, false],
    [
      'it shows another kind of page',
      { extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html'] } } },
      false,
    ],
    ['it does not say what it shows', { extensions: { 'io.modelcontextprotocol/ui': {} } }, false],
  ])('when %s: %o', (_, capabilities, offered) => {
    expect(showsApps(capabilities)).toBe(offered);
  });
});
