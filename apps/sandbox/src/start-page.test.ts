import { tokens } from '@wemasy-orders/sandbox-server';
import { expect, it } from 'vitest';
import { referencePage } from './reference-page.js';
import { startPage } from './start-page.js';

const hostile = 'http://127.0.0.1/"><script>alert(1)</script>';

// The address comes from the Host header, which the caller controls.
it('an address cannot inject markup into a page', () => {
  for (const page of [startPage(hostile), referencePage(hostile, tokens.fullAccess)]) {
    expect(page).not.toContain('<script>alert');
    expect(page).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
  }
});

it('offers a configuration for each assistant', () => {
  const page = startPage('http://127.0.0.1:4010/api');
  for (const assistant of ['Claude Code', 'Claude Desktop', 'Cursor', 'VS Code', 'Codex']) {
    expect(page).toContain(`configuration of ${assistant}"`);
  }
});
