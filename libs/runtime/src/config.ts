import { baseUrlFault, type OperationId, type RateLimitOverride, tokenFault } from '@wemasy-orders/client';
import { type Operation, operations, productionUrl } from '@wemasy-orders/client/operations';
import * as z from 'zod';
import { logLevels } from './log.js';
import { accountNameFault, normalizeAccountName } from './account-name.js';
import { defaultStatePlace, type Machine, parseStatePlace, type StatePlace } from './state-place.js';

/** A setting in ms. */
export function milliseconds(least: number) {
  return z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number of milliseconds')
    .transform(Number)
    .refine((value) => value >= least, `must be at least ${least}`);
}

const onOff = z
  .enum(['on', 'off', 'true', 'false', '1', '0'], { error: 'must be on or off' })
  .transform((text) => ['on', 'true', '1'].includes(text));

const operationIds = Object.values(operations).map(({ operationId }) => operationId);
/** As a setting is written: twice the documented limits. */
const exampleLimits = Object.values(operations)
  .map(({ operationId, rateLimit }) => `${operationId}=${2 * rateLimit.limit}/${rateLimit.windowSeconds}`)
  .join(',');
const bucketOf = ({ operationId, rateLimit }: Operation) => rateLimit.bucket ?? operationId;

const rateLimits = z.string().transform((text, context) => {
  const limits: Partial<Record<OperationId, RateLimitOverride>> = {};
  for (const part of text.split(',')) {
    const [, name, limit, seconds] = /^\s*(\w+)=([1-9]\d{0,5})\/([1-9]\d{0,5})\s*$/.exec(part) ?? [];
    const operationId = operationIds.find((known) => known === name);
    if (operationId === undefined) {
      context.addIssue({
        code: 'custom',
        message: `must look like ${exampleLimits}`,
      });
      return z.NEVER;
    }
    limits[operationId] = { limit: Number(limit), windowSeconds: Number(seconds) };
    const bucket = bucketOf(operations[operationId]);
    const shared = operationIds.filter(
      (id) => bucketOf(operations[id]) === bucket && limits[id] !== undefined,
    );
    if (new Set(shared.map((id) => JSON.stringify(limits[id]))).size > 1) {
      const message = `must give ${shared.join(' and ')} the same limit, because they share one allowance`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
  }
  return limits;
});

const baseUrl = z.string().superRefine((text, context) => {
  const fault = baseUrlFault(text);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

/** Means the default place, which only the machine knows. */
const usersStateFolder = '`.wemasy-orders` in the home folder of the user';

/** Not the empty text, which means that it is not set. */
export const noAccount = 'the only account of the API';

const accountName = z.string().transform((text, context) => {
  const name = normalizeAccountName(text);
  // What is left of a variable that a client emptied.
  if (name === '') return noAccount;
  const fault = accountNameFault(name);
  if (fault === undefined) return name;
  context.addIssue({ code: 'custom', message: fault });
  return z.NEVER;
});

/**
 * What a user can set besides the token: environment variables, or flags of the same name in kebab case. Each carries
 * what the documentation and `--help` say of it.
 */
const Settings = z.object({
  WEMASY_API_URL: baseUrl.default(productionUrl).meta({ description: 'Base URL of the API' }),
  WEMASY_ACCOUNT: accountName.default(noAccount).meta({
    description:
      'Name of the account; set it when one API serves several of your shops. Its tokens share one rate limit and one journal',
  }),
  WEMASY_STATE: z.string().default(usersStateFolder).meta({
    description:
      'Where processes share rate limit and journal: the absolute path of a folder, `redis://…` (also `rediss`, `redis-sentinel`, `redis-cluster`), or `memory`',
  }),
  WEMASY_ACCEPT_VOLATILE_JOURNAL: onOff.default(false).meta({
    description:
      '`on`: send orders although a restart can erase the journal (`memory`, Redis without persistence), so that an order may be booked twice',
  }),
  WEMASY_READ_ONLY: onOff.default(false).meta({ description: '`on`: offer nothing that writes' }),
  WEMASY_PERSONAL_DATA: z
    .enum(['none', 'names', 'full'], { error: 'must be none, names or full' })
    .default('names')
    .meta({ description: "How much of the customers' data is shown: `none`, `names` or `full`" }),
  WEMASY_ANSWER_WITHIN_MS: milliseconds(2_000).default(55_000).meta({
    description: "Longest that an assistant's call takes to be answered, in ms; waits are cut to fit",
  }),
  WEMASY_TIMEOUT_MS: milliseconds(1)
    .default(30_000)
    .meta({ description: 'Deadline of one request to the API, in ms' }),
  WEMASY_MAX_WAIT_MS: milliseconds(0).default(45_000).meta({
    description:
      'Longest that an assistant\'s call waits for allowance before it answers "retry in N s", in ms',
  }),
  WEMASY_RATE_LIMITS: rateLimits.default({}).meta({
    description: `Limits of this account that differ from the documented ones, e.g. \`${exampleLimits}\``,
  }),
  WEMASY_LOG_LEVEL: z
    .enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` })
    .default('info')
    .meta({
      description: `Log level: ${logLevels.map((level) => `\`${level}\``).join(', ')}. Logs go to stderr`,
    }),
});

type SettingName = keyof typeof Settings.shape;

export interface Config extends z.output<typeof Settings> {
  /** Empty where there is a fault about it. */
  readonly token: string;
  /** Undefined where there is a fault about it. */
  readonly state: StatePlace | undefined;
}

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

/** All settings, in the order of the documentation. */
export function describeSettings(): SettingDescription[] {
  const token = [
    { variable: tokenVariable, flag: undefined, meaning: 'API token' },
    { variable: tokenFile, flag: flagOf(tokenFile), meaning: 'File that holds the API token, instead of it' },
  ].map((row) => ({ ...row, takesValue: true, shownDefault: 'none' }));
  const others = Object.entries(Settings.shape).map(([variable, schema]) => ({
    variable,
    flag: flagOf(variable),
    takesValue: typeof schema.def.defaultValue !== 'boolean',
    meaning: schema.description ?? '',
    shownDefault: shownDefault(schema.def.defaultValue),
  }));
  return [...token, ...others];
}

const tokenVariable = 'WEMASY_API_TOKEN';
const tokenFile = 'WEMASY_API_TOKEN_FILE';

function shownDefault(value: unknown): string {
  if (typeof value === 'boolean') return value ? '`on`' : '`off`';
  if (value === usersStateFolder || value === noAccount) return value;
  return typeof value === 'object' ? "the document's" : `\`${String(value)}\``;
}

export interface ConfigSources extends SettingSources {
  /** Where the app's defaults differ from the documented ones. */
  readonly defaults?: Readonly<Partial<Record<SettingName, string>>>;
  /** Whether there is no token to read, because each shop has its own. */
  readonly withoutToken?: boolean;
}

/**
 * Reads the configuration. All faults are reported at once; where there are any, the faulty settings have their
 * defaults or nothing, which serves to list tools and to nothing else.
 *
 * @returns faults: one sentence each, beginning with the variable's name; never a value of the token
 */
export function readConfig(sources: ConfigSources): { config: Config; faults: readonly string[] } {
  const { given, faults } = givenValues(Settings.keyof().options, sources);
  const issues = Settings.safeParse(given).error?.issues ?? [];
  const faulty = new Set(issues.map(({ path }) => path[0]));
  faults.push(...faultsOf(issues));
  const token = sources.withoutToken === true ? { value: '' } : readToken(sources);
  if (token.fault !== undefined) faults.unshift(token.fault);
  const state =
    valueOf('WEMASY_STATE', sources) === undefined
      ? defaultStatePlace(sources)
      : parseStatePlace(given.WEMASY_STATE ?? '', sources);
  if (given.WEMASY_STATE !== undefined && state === undefined) {
    faults.push('WEMASY_STATE must be memory, redis://…, rediss://… or the absolute path of a folder.');
  } else if (state === undefined && valueOf('WEMASY_STATE', sources) === undefined) {
    faults.push(
      'WEMASY_STATE must be set to the absolute path of a folder: this user has no home folder that can be written to.',
    );
  }
  const understood = Object.entries(given).filter(([name]) => !faulty.has(name));
  return {
    config: {
      ...Settings.parse({ ...sources.defaults, ...Object.fromEntries(understood) }),
      token: token.value,
      state,
    },
    faults,
  };
}

function readToken(sources: ConfigSources): { value: string; fault?: string } {
  const direct = sources.environment[tokenVariable];
  const path = valueOf(tokenFile, sources);
  if (path === undefined) {
    return direct === undefined
      ? { value: '', fault: `${tokenVariable} is not set (or ${tokenFile} instead).` }
      : checkedToken(direct, tokenVariable);
  }
  const isFlag = path === sources.flags[flagOf(tokenFile)];
  if (isSet(direct) && !isFlag) {
    return { value: '', fault: `${tokenVariable} and ${tokenFile} are both set; set one of them.` };
  }
  if (hasPlaceholder(path)) return { value: '', fault: `${tokenFile} ${placeholderFault}.` };
  let text: string;
  try {
    text = sources.readFile(inHome(path, sources));
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    return { value: '', fault: `${tokenFile} names a file that cannot be read${reason}.` };
  }
  if (text.includes('\0') || text.includes('\uFFFD')) {
    return {
      value: '',
      fault: `${tokenFile} names a file that is not UTF-8 text (UTF-16, as Windows Notepad and PowerShell may write it?); save it as UTF-8.`,
    };
  }
  return checkedToken(text, `${tokenFile} names a file that`);
}

/**
 * Reads an API token as it was written or pasted.
 *
 * @param subject what the sentence about a fault begins with
 */
export function checkedToken(text: string, subject: string): { value: string; fault?: string } {
  const token = text.replace(/^\uFEFF/, '').trim();
  const fault = hasPlaceholder(token) ? placeholderFault : (wrappingFault(token) ?? tokenFault(token));
  return fault === undefined ? { value: token } : { value: '', fault: `${subject} ${fault}.` };
}

/** What surrounds a token by mistake, or was given instead of one; undefined where the token looks right. */
function wrappingFault(token: string): string | undefined {
  if (/^(["'`“”‘’]).*(["'`“”‘’])$/.test(token)) return 'is wrapped in quotes; write it without them';
  if (/^%\w+%$/.test(token)) return 'is the literal name of a variable (%NAME%); write the value itself';
  if (/^\$(env:)?[A-Za-z_]\w*$/.test(token)) {
    return 'is the literal name of a variable ($NAME); write the value itself';
  }
  return /^Bearer\s/i.test(token) ? 'begins with "Bearer"; write the token alone' : undefined;
}

// How every group of settings is read.

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
function hasPlaceholder(value: string): boolean {
  return /\$\{.*\}/.test(value);
}

/** The end of a sentence that names its source. */
const placeholderFault =
  'contains the literal text ${…}: the assistant did not fill the variable in; write the value itself';

/** A path that begins with `~` is below the user's home: only a shell would have expanded it. */
export function inHome(path: string, { home }: SettingSources): string {
  return home === undefined ? path : path.replace(/^~(?=$|[\\/])/, () => home);
}
