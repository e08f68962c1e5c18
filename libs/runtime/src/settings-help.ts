import type { SettingDescription } from './config.js';

/** The settings as `--help` lists them. */
export function settingsHelp(settings: readonly SettingDescription[]): string {
  return settings
    .map(({ variable, flag, takesValue, meaning, shownDefault }) => {
      const name = flag === undefined ? variable : `${variable}, --${flag}${takesValue ? ' <value>' : ''}`;
      return `  ${name}\n      ${meaning.replaceAll('`', '')} (default: ${shownDefault.replaceAll('`', '')})`;
    })
    .join('\n');
}

/** The settings as a table of the documentation. */
export function settingsTable(settings: readonly SettingDescription[]): string {
  const rows = settings.map(({ variable, flag, meaning, shownDefault }) => [
    `\`${variable}\``,
    flag === undefined ? '' : `\`--${flag}\``,
    meaning,
    shownDefault,
  ]);
  const table = [['Variable', 'Flag', 'Meaning', 'Default'], ['---', '---', '---', '---'], ...rows];
  return table.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
