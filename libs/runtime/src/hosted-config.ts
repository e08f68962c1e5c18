import * as z from 'zod';
import {
  type Config,
  type ConfigSources,
  faultsOf,
  flagOf,
  givenValues,
  inHome,
  isSet,
  milliseconds,
  readConfig,
  type SettingDescription,
} from './config.js';

/** Asymmetric signatures only: with a shared secret, a server that checks tokens could also make them. */
const algorithmNames = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
];

const algorithms = z.string().transform((text, context) => {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => algorithmNames.includes(name))) return names;
  context.addIssue({ code: 'custom', message: `must be a list of ${algorithmNames.join(', ')}` });
  return z.NEVER;
});

/** RFC 8414 §2: a URL without query and fragment. It is compared with `iss` as it is written. */
const issuer = z.string().superRefine((text, context) => {
  const fault = addressFault(text);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

/** Where the MCP server answers, below its public address. */
export const mcpPath = '/mcp';

const publicUrl = z.string().transform((text, context) => {
  const fault = addressFault(text);
  const { origin, pathname } = fault === undefined ? new URL(text) : { origin: '', pathname: '' };
  if (fault === undefined && (pathname === '/' || pathname === mcpPath)) {
    return pathname === '/' ? origin : `${origin}${mcpPath}`;
  }
  const message = fault ?? `must end with ${mcpPath}, or have no path`;
  context.addIssue({ code: 'custom', message: `${message}, e.g. https://orders.example.com${mcpPath}` });
  return z.NEVER;
});

const file = z.string();

/** What a server needs that others than its own user reach. */
const HostedSettings = z.object({
  WEMASY_AUTH: z.enum(['oauth', 'token'], { error: 'must be oauth or token' }).optional().meta({
    description:
      'How callers prove who they are: `oauth` (access tokens of your identity provider) or `token` (secrets from `WEMASY_SHOPS`, for machines)',
  }),
  WEMASY_PUBLIC_URL: publicUrl.optional().meta({
    description:
      'Address that users enter, e.g. `https://orders.example.com/mcp`: also the audience of access tokens and the only host that is served',
  }),
  WEMASY_OAUTH_ISSUER: issuer
    .optional()
    .meta({ description: 'Issuer URL of the identity provider, written as in its access tokens' }),
  WEMASY_OAUTH_ALGORITHMS: algorithms.default(['RS256', 'PS256', 'ES256', 'EdDSA']).meta({
    description: 'Signature algorithms that access tokens may have',
  }),
  WEMASY_OAUTH_CLIENT_ID: z.string().optional().meta({
    description:
      'Client of the page `/link` at the identity provider; not needed where the provider takes the address of client metadata instead',
  }),
  WEMASY_OAUTH_CLIENT_SECRET_FILE: file.optional().meta({
    description: "File with that client's secret; without it, the client is public and uses PKCE alone",
  }),
  WEMASY_KEY_FILE: file
    .optional()
    .meta({ description: "File with the key that seals the shops' API tokens; turns the page `/link` on" }),
  WEMASY_SHOPS: file
    .optional()
    .meta({ description: 'File with the shops that you link yourself, and the secrets of machines' }),
  WEMASY_MAX_CALLS_PER_PRINCIPAL: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, 'must be a whole number from 1 to 9999')
    .transform(Number)
    .default(16)
    .meta({ description: 'Calls of one caller that run at once; more are answered with status 429' }),
  WEMASY_DRAIN_MS: milliseconds(0).default(5_000).meta({
    description:
      'How long a server that was asked to end still serves while `/readyz` fails, in ms, so that the proxy notices',
  }),
});

type Hosted = z.output<typeof HostedSettings>;

/** The configuration of a server with many shops: each has a token of its own, so `token` is empty. */
export interface HostedConfig
  extends
    Config,
    Pick<Hosted, 'WEMASY_OAUTH_ALGORITHMS' | 'WEMASY_MAX_CALLS_PER_PRINCIPAL' | 'WEMASY_DRAIN_MS'> {
  readonly WEMASY_AUTH: NonNullable<Hosted['WEMASY_AUTH']>;
  /** Without a slash at its end. */
  readonly WEMASY_PUBLIC_URL: string;
  /** Defined where `WEMASY_AUTH` is `oauth`. */
  readonly WEMASY_OAUTH_ISSUER: string | undefined;
  readonly WEMASY_OAUTH_CLIENT_ID: string | undefined;
  readonly WEMASY_OAUTH_CLIENT_SECRET_FILE: string | undefined;
  readonly WEMASY_KEY_FILE: string | undefined;
  readonly WEMASY_SHOPS: string | undefined;
}

/** The settings of a server that others reach, in the order of the documentation. */
export function describeHostedSettings(): SettingDescription[] {
  return Object.entries(HostedSettings.shape).map(([variable, schema]) => ({
    variable,
    flag: flagOf(variable),
    takesValue: true,
    meaning: schema.description ?? '',
    shownDefault: 'defaultValue' in schema.def ? `\`${String(schema.def.defaultValue)}\`` : 'none',
  }));
}

/** Settings of one shop, which a server with many cannot have. */
const ofOneShop = ['WEMASY_API_TOKEN', 'WEMASY_API_TOKEN_FILE', 'WEMASY_ACCOUNT'];

/**
 * Reads the configuration of a server that others reach; undefined where `WEMASY_AUTH` is not set.
 *
 * @returns faults: one sentence each, all at once; `config` is undefined where there are any
 */
export function readHostedConfig(
  sources: ConfigSources,
): { config: HostedConfig | undefined; faults: readonly string[] } | undefined {
  const { given, faults } = givenValues(HostedSettings.keyof().options, sources);
  if (given.WEMASY_AUTH === undefined && !faults.some((fault) => fault.startsWith('WEMASY_AUTH '))) {
    return undefined;
  }
  const base = readConfig({ ...sources, withoutToken: true });
  const read = HostedSettings.safeParse(given);
  faults.push(...faultsOf(read.error?.issues ?? []), ...missingSettings(given), ...base.faults);
  for (const name of ofOneShop) {
    if (isSet(sources.environment[name]) || sources.flags[flagOf(name)] !== undefined) {
      faults.push(`${name} is for one shop: with WEMASY_AUTH, each shop is linked with a token of its own.`);
    }
  }
  const settings = read.data;
  if (faults.length > 0 || settings?.WEMASY_AUTH === undefined || settings.WEMASY_PUBLIC_URL === undefined) {
    return { config: undefined, faults };
  }
  const path = (text: string | undefined) => (text === undefined ? undefined : inHome(text, sources));
  return {
    config: {
      ...base.config,
      ...settings,
      WEMASY_AUTH: settings.WEMASY_AUTH,
      WEMASY_PUBLIC_URL: settings.WEMASY_PUBLIC_URL,
      WEMASY_OAUTH_ISSUER: settings.WEMASY_OAUTH_ISSUER,
      WEMASY_OAUTH_CLIENT_ID: settings.WEMASY_OAUTH_CLIENT_ID,
      WEMASY_OAUTH_CLIENT_SECRET_FILE: path(settings.WEMASY_OAUTH_CLIENT_SECRET_FILE),
      WEMASY_KEY_FILE: path(settings.WEMASY_KEY_FILE),
      WEMASY_SHOPS: path(settings.WEMASY_SHOPS),
    },
    faults: [],
  };
}

/** What the chosen way to prove who calls cannot do without. */
function missingSettings(given: Partial<Record<keyof Hosted, string>>): string[] {
  const missing = (name: keyof Hosted, why: string) =>
    given[name] === undefined ? [`${name} is not set: ${why}.`] : [];
  return [
    ...missing('WEMASY_PUBLIC_URL', 'a server that others reach needs its own address'),
    ...(given.WEMASY_AUTH === 'oauth'
      ? missing('WEMASY_OAUTH_ISSUER', 'WEMASY_AUTH=oauth needs the identity provider')
      : []),
    ...(given.WEMASY_AUTH === 'oauth' && given.WEMASY_KEY_FILE === undefined
      ? missing('WEMASY_SHOPS', 'shops come from this file, or with WEMASY_KEY_FILE from the page /link')
      : []),
    ...(given.WEMASY_AUTH === 'token'
      ? missing('WEMASY_SHOPS', 'WEMASY_AUTH=token needs the file that has the secrets and their shops')
      : []),
  ];
}

/** What is wrong with an address that others reach, as the end of a sentence. */
function addressFault(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return 'must be a URL';
  if (url.username !== '' || url.password !== '') return 'must have no user name or password';
  if (/[?#]/.test(text)) return 'must have no query and no fragment';
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)
    ? undefined
    : 'must begin with https:// (http:// is for this machine only)';
}
