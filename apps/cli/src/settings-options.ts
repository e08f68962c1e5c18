import { describeSettings } from '@wemasy-orders/runtime';
import { Option } from 'commander';
import type { SettingFlags } from './session.js';

/** Defaults that differ on the command line: a person can wait, and reads sentences. */
const ownDefaults: Readonly<Record<string, string>> = {
  'max-wait-ms': 'no limit; only this flag sets one',
  'log-level': 'warnings, as sentences',
};

/** Bounds the answers of an assistant, which the command line does not have. */
const forAssistants = 'answer-within-ms';

/** Every setting with a flag; the token has none. */
const settings = describeSettings().flatMap(({ variable, flag, takesValue, meaning, shownDefault }) => {
  if (flag === undefined || flag === forAssistants) return [];
  const text = `${meaning} (${variable}; default: ${ownDefaults[flag] ?? shownDefault})`.replaceAll('`', '');
  return [{ flag, option: new Option(takesValue ? `--${flag} <value>` : `--${flag}`, text) }];
});

/** An option for each setting; a switch has a second one that turns it off. */
export const settingsOptions: readonly Option[] = settings.flatMap(({ flag, option }) =>
  option.isBoolean() ? [option, new Option(`--no-${flag}`).hideHelp()] : [option],
);

export const sandboxOption = new Option(
  '--sandbox',
  'Work with invented orders in this process, without an account',
);

/** The values given for the settings, by flag name. */
export function settingFlags(options: Readonly<Record<string, unknown>>): SettingFlags {
  return Object.fromEntries(
    settings.flatMap(({ flag, option }) => {
      const value = options[option.attributeName()];
      return typeof value === 'string' || typeof value === 'boolean' ? [[flag, value]] : [];
    }),
  );
}
