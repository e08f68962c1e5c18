import { describeSettings } from '@wemasy-orders/runtime';
import { Option } from 'commander';
import type { SettingFlags } from './session.js';

/** Where the command line has a default of its own: a person can wait, and reads sentences. */
const ownDefaults: Readonly<Record<string, string>> = {
  'max-wait-ms': 'as long as it takes, also where the variable is set',
  'log-level': 'warnings, as sentences',
};

/** The settings that can stand on a command line; the token never can. */
const settings = describeSettings().flatMap(({ variable, flag, takesValue, meaning, shownDefault }) => {
  if (flag === undefined) return [];
  const text = `${meaning} (${variable}; default: ${ownDefaults[flag] ?? shownDefault})`.replaceAll('`', '');
  return [{ flag, option: new Option(takesValue ? `--${flag} <value>` : `--${flag}`, text) }];
});

/** An option for each setting, and one that undoes a switch. */
export const settingsOptions: readonly Option[] = settings.flatMap(({ flag, option }) =>
  option.isBoolean() ? [option, new Option(`--no-${flag}`).hideHelp()] : [option],
);

/** Works with invented orders instead of an account. */
export const sandboxOption = new Option(
  '--sandbox',
  'Work with invented orders inside this process, without an account',
);

/** What was given for them. */
export function settingFlags(values: Readonly<Record<string, unknown>>): SettingFlags {
  return Object.fromEntries(
    settings.flatMap(({ flag, option }) => {
      const value = values[option.attributeName()];
      return typeof value === 'string' || typeof value === 'boolean' ? [[flag, value]] : [];
    }),
  );
}
