import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { settingsHelp, settingsTable } from './settings-help.js';

describe('the help on settings', () => {
  it('explains every setting, and offers no flag for the token', () => {
    expect(settingsHelp()).toContain('WEMASY_API_URL, --api-url <value>');
    expect(settingsHelp()).toContain('WEMASY_READ_ONLY, --read-only\n');
    expect(settingsHelp()).not.toContain('--api-token ');
  });
});

describe('the table of settings in the README', () => {
  it('is what the code says; if this fails, replace it by the expected text', async () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    const [, table = ''] = /<!-- settings -->\n(.*?)<!-- \/settings -->/s.exec(readme) ?? [];
    expect(table.trim()).toBe((await format(settingsTable(), { parser: 'markdown' })).trim());
  });
});
