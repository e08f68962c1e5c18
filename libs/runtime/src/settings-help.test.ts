import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { describeSettings } from './config.js';
import { describeHostedSettings } from './hosted-config.js';
import { settingsHelp, settingsTable } from './settings-help.js';

describe('the help on settings', () => {
  it('explains every setting, and offers no flag for the token', () => {
    expect(settingsHelp(describeSettings())).toContain('WEMASY_API_URL, --api-url <value>');
    expect(settingsHelp(describeSettings())).toContain('WEMASY_READ_ONLY, --read-only\n');
    expect(settingsHelp(describeSettings())).not.toContain('--api-token ');
  });
});

describe.each([
  ['README.md', describeSettings()],
  ['docs/hosting.md', describeHostedSettings()],
])('the table of settings in %s', (path, settings) => {
  it('is what the code says; if this fails, replace it by the expected text', async () => {
    const text = readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
    const [, table = ''] = /<!-- settings -->\n(.*?)<!-- \/settings -->/s.exec(text) ?? [];
    expect(table.trim()).toBe((await format(settingsTable(settings), { parser: 'markdown' })).trim());
  });
});
