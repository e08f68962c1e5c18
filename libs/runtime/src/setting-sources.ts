import * as z from 'zod';
import type { Machine } from './state-place.js';

// What every group of settings is described and read with.

/** A row of the documentation's table of settings. */
export interface SettingDescription {
  readonly variable: string;
  /** Undefined where there is none: the token is never on a command line. */
  readonly flag: string | undefined;
  readonly takesValue: boolean;
  readonly meaning: string;
  readonly shownDefault: string;
}

export interface SettingSources extends Machine {
  /** Values of flags by flag name, as given on the command line. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  /** Reads a text file. */
  readonly readFile: (path: string) => string;
}

/** What was given for a group of settings, with a fault for each value that no client filled in. */
export function givenValues<Name extends string>(
  names: readonly Name[],
  sources: SettingSources,
): { given: Partial<Record<Name, string>>; faults: string[] } {
  const faults: string[] = [];
  const given: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = valueOf(name, sources);
    if (value === undefined) continue;
    if (hasPlaceholder(value)) faults.push(`${name} ${placeholderFault}.`);
    else given[name] = value;
  }
  return { given, faults };
}

/** Zod's issues as sentences that begin with the variable's name. */
export function faultsOf(issues: readonly z.core.$ZodIssue[]): string[] {
  return issues.map(({ path, message }) => `${String(path[0])} ${message}.`);
}

/** What was given for a setting; an empty text counts as nothing. */
export function valueOf(variable: string, { flags, environment }: SettingSources): string | undefined {
  const flag = flags[flagOf(variable)];
  const value = typeof flag === 'boolean' ? (flag ? 'on' : 'off') : (flag ?? environment[variable]);
  return isSet(value) ? value : undefined;
}

export function flagOf(variable: string): string {
  return variable.replace('WEMASY_', '').toLowerCase().replaceAll('_', '-');
}

export function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

/** Some assistants pass on `${VARIABLE}` unchanged from their configuration file. */
export function hasPlaceholder(value: string): boolean {
  return /\$\{.*\}/.test(value);
}

/** The end of a sentence that names its source. */
export const placeholderFault =
  'contains the literal text ${…}: the assistant did not fill the variable in; write the value itself';

/** A path that begins with `~` is below the user's home: only a shell would have expanded it. */
export function inHome(path: string, { home }: SettingSources): string {
  return home === undefined ? path : path.replace(/^~(?=$|[\\/])/, () => home);
}

/** A setting in ms. */
export function milliseconds(least: number) {
  return z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number of milliseconds')
    .transform(Number)
    .refine((value) => value >= least, `must be at least ${least}`);
}
