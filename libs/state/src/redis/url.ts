/** Where a Redis is, as its usual URLs say it: one server, the servers of a Sentinel, or those of a cluster. */
export interface RedisTarget {
  /** What the URL names. */
  readonly kind: 'single' | 'sentinel' | 'cluster';
  /** The server, the Sentinels, or some servers of the cluster. */
  readonly nodes: readonly RedisNode[];
  /** Whether connections are encrypted. */
  readonly isTls: boolean;
  /** Of the servers; absent where the URL has none. */
  readonly username: string | undefined;
  /** Of the servers; absent where the URL has none. */
  readonly password: string | undefined;
  /** Number of the database, from 0. */
  readonly database: number;
  /** What the Sentinels call the group of servers; absent elsewhere. */
  readonly masterName?: string;
  /** Of the Sentinels themselves; the password above is that of the servers that they watch. */
  readonly sentinelUsername?: string;
  /** Of the Sentinels themselves. */
  readonly sentinelPassword?: string;
  /** For people: without user and password. */
  readonly description: string;
}

/** One machine of a target. */
export interface RedisNode {
  /** Its name or address. */
  readonly host: string;
  /** The port that it listens on. */
  readonly port: number;
}

const KINDS = {
  redis: { kind: 'single', port: 6379, isTls: false },
  rediss: { kind: 'single', port: 6379, isTls: true },
  'redis-sentinel': { kind: 'sentinel', port: 26379, isTls: false },
  'redis+sentinel': { kind: 'sentinel', port: 26379, isTls: false },
  'rediss-sentinel': { kind: 'sentinel', port: 26379, isTls: true },
  'rediss+sentinel': { kind: 'sentinel', port: 26379, isTls: true },
  'redis-cluster': { kind: 'cluster', port: 6379, isTls: false },
  'redis+cluster': { kind: 'cluster', port: 6379, isTls: false },
  'rediss-cluster': { kind: 'cluster', port: 6379, isTls: true },
  'rediss+cluster': { kind: 'cluster', port: 6379, isTls: true },
} as const;

const isScheme = (text: string): text is keyof typeof KINDS => Object.hasOwn(KINDS, text);

/**
 * Understands
 * - `redis://[[user]:password@]host[:port][/database]`, `rediss://…` with TLS (IANA, prov/redis),
 * - `redis-sentinel://[[user]:password@]host[:port][,host[:port]…][/database]#name` (Lettuce) and
 *   `redis+sentinel://…/name[/database]` (Python);
 *   both with `?sentinel_password=…` and `sentinel_username` for Sentinels with a password of their own (go-redis),
 * - `redis-cluster://[[user]:password@]host[:port][,host[:port]…]`, with `+` as well.
 *
 * @returns undefined for anything else
 */
export function parseRedisUrl(url: string): RedisTarget | undefined {
  const [, scheme = '', credentials, hosts = '', path = '', query, fragment] =
    /^([a-z+-]+):\/\/(?:([^@/#]*)@)?([^@/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?(?:#(.*))?$/i.exec(url.trim()) ??
    [];
  const lowerScheme = scheme.toLowerCase();
  if (!isScheme(lowerScheme)) return undefined;
  const { kind, port, isTls } = KINDS[lowerScheme];
  const nodes = hosts.split(',').map((text) => parseNode(text, port));
  const segments = path.split('/').filter((segment) => segment !== '');
  const masterName = kind === 'sentinel' ? decode(fragment ?? segments.shift() ?? '') : undefined;
  const database = segments[0] ?? '0';
  const account = parseCredentials(credentials);
  const sentinelAccount = parseSentinelAccount(query, kind);
  if (
    account === undefined ||
    sentinelAccount === undefined ||
    masterName === '' ||
    (kind !== 'sentinel' && fragment !== undefined) ||
    (kind === 'single' && nodes.length > 1) ||
    segments.length > 1 ||
    !/^\d{1,4}$/.test(database) ||
    (kind === 'cluster' && database !== '0') ||
    !nodes.every((node) => node !== undefined)
  ) {
    return undefined;
  }
  const where = nodes.map(({ host, port }) => `${describeHost(host)}:${port}`).join(',');
  return {
    kind,
    nodes,
    isTls,
    ...account,
    database: Number(database),
    ...(masterName !== undefined && { masterName }),
    ...sentinelAccount,
    description: `${lowerScheme}://${where}${kind === 'cluster' ? '' : `/${Number(database)}`}${masterName === undefined ? '' : `#${masterName}`}`,
  };
}

/** One spelling of a host: a journal is refused where its place is another than before. */
function describeHost(host: string): string {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (/^(localhost|127(\.\d+){1,3}|::1)$/.test(name)) return 'localhost';
  return name.includes(':') ? `[${name}]` : name;
}

type SentinelAccount = Pick<RedisTarget, 'sentinelUsername' | 'sentinelPassword'>;

/** Undefined for a query with anything else. */
function parseSentinelAccount(
  query: string | undefined,
  kind: RedisTarget['kind'],
): SentinelAccount | undefined {
  const { sentinel_username, sentinel_password, ...rest } = Object.fromEntries(new URLSearchParams(query));
  if ((query !== undefined && kind !== 'sentinel') || Object.keys(rest).length > 0) return undefined;
  return {
    ...(sentinel_username && { sentinelUsername: sentinel_username }),
    ...(sentinel_password && { sentinelPassword: sentinel_password }),
  };
}

function parseNode(text: string, defaultPort: number): RedisNode | undefined {
  const [, six, name, digits] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = six ?? name;
  const port = digits === undefined ? defaultPort : Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

function parseCredentials(text: string | undefined): Pick<RedisTarget, 'username' | 'password'> | undefined {
  if (text === undefined) return { username: undefined, password: undefined };
  const [user = '', ...rest] = text.split(':');
  const username = decode(user);
  const password = decode(rest.join(':'));
  if (username === undefined || password === undefined) return undefined;
  return { username: username || undefined, password: password || undefined };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
