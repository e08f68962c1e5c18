import { describeSettings } from './config.js';

/** The settings as `--help` lists them. */
export function settingsHelp(): string {
  return describeSettings()
    .map(({ variable, flag, takesValue, meaning, shownDefault }) => {
      const name = flag === undefined ? variable : `${variable}, --${flag}${takesValue ? ' <value>' : ''}`;
      return `  ${name}\n      ${meaning.replaceAll('`', '')} (default: ${shownDefault.replaceAll('`', '')})`;
    })
    .join('\n');
}

/** The settings as the README's table. */
export function settingsTable(): string {
  const rows = describeSettings().map(({ variable, flag, meaning, shownDefault }) => [
    `\`${variable}\``,
    flag === undefined ? '' : `\`--${flag}\``,
    meaning,
    shownDefault,
  ]);
  const table = [['Variable', 'Flag', 'Meaning', 'Default'], ['---', '---', '---', '---'], ...rows];
  return table.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
