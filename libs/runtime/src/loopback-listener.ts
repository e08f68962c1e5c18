import { readFileSync } from 'node:fs';

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
