import { readFileSync } from 'node:fs';

/**
 * The one spelling of a base URL. Case of the host, default port, doubled and trailing slashes, and the percent-encoding
 * of characters that need none make no difference to which API it is.
 */
export function normalizeBaseUrl(baseUrl: string): string {
  const { protocol, hostname, port, pathname } = new URL(baseUrl);
  const host = hostname.replace(/\.$/, '');
  const path = normalizeEscapes(pathname)
    .replace(/\/{2,}/g, '/')
    .replace(/\/$/, '');
  return `${protocol}//${host}${port === '' ? '' : `:${port}`}${path}`;
}

/** RFC 3986 §6.2.2: unreserved characters need no escape, and the digits of the others are upper case. */
function normalizeEscapes(path: string): string {
  return path.replace(/%[\da-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : escape.toUpperCase();
  });
}

/** Key prefix of all records about one API. */
export function apiNamespace(baseUrl: string): string {
  return digest(createHash(), normalizeBaseUrl(baseUrl));
}

/**
 * Names a token without giving it away: an HMAC with the token as its key. The same token has another fingerprint at
 * another API.
 */
export function tokenFingerprint(baseUrl: string, token: string): string {
  return digest(createHash(token), normalizeBaseUrl(baseUrl));
}

/** Whether the API is on this machine, as sandboxes and test servers are. */
export function isLoopback(baseUrl: string): boolean {
  const { hostname } = new URL(baseUrl);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

/**
 * Names the socket that listens at an address on this machine: a server that is started again has another one. proc(5),
 * `/proc/net/tcp`: the second column is `address:port` in hexadecimal, the fourth the state (0A: listening), the tenth the
 * inode.
 *
 * @returns undefined where no socket is found, or the system does not show them
 */
export function loopbackListener(baseUrl: string): string | undefined {
  const { port, protocol } = new URL(baseUrl);
  const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  const hexPort = number.toString(16).toUpperCase().padStart(4, '0');
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    try {
      for (const line of readFileSync(table, 'utf8').split('\n')) {
        const columns = line.trim().split(/\s+/);
        if (columns[1]?.endsWith(`:${hexPort}`) === true && columns[3] === '0A') return columns[9];
      }
    } catch {
      // Not Linux, or without IPv6.
    }
  }
  return undefined;
}

/** Whether the API is the sandbox, which has no books that a lost journal could spoil. */
export function isSandbox(baseUrl: string, token: string): boolean {
  return isLoopback(baseUrl) && token.startsWith('sandbox-');
}

/** Not imported: loading it would delay every process's first permit. */
function createHash(key?: string) {
  const crypto = process.getBuiltinModule('node:crypto');
  return key === undefined ? crypto.createHash('sha256') : crypto.createHmac('sha256', key);
}

/** 128 bits: two accounts never meet, and it is short enough for a file name. */
function digest(hash: ReturnType<typeof createHash>, text: string): string {
  return hash.update(text).digest('hex').slice(0, 32);
}
