import { expect, test } from 'vitest';
import { judgeServer } from './durability.js';

const infoOf = (aof: 0 | 1, policy = 'noeviction', replicas = 0) =>
  `# Memory\r\nmaxmemory_policy:${policy}\r\n# Persistence\r\naof_enabled:${aof}\r\n# Replication\r\nconnected_slaves:${replicas}\r\n`;

test.each([
  ['an appendonly file', infoOf(1), '', 'lasting'],
  ['snapshots', infoOf(0), '3600 1 300 100', 'lasting'],
  ['neither', infoOf(0), '', 'volatile'],
  ['an appendonly file on a server that hides CONFIG', infoOf(1), undefined, 'lasting'],
  ['nothing that a server that hides CONFIG shows', infoOf(0), undefined, 'unknown'],
  ['nothing that a server that hides INFO shows', undefined, '', 'unknown'],
])('a server with %s', (_, info, save, kind) => {
  const { persistence, evicts } = judgeServer({ info, save });
  expect(persistence.kind).toBe(kind);
  expect(evicts).toBeUndefined();
});

test.each(['allkeys-lru', 'allkeys-lfu', 'allkeys-random'])('a server that evicts records (%s)', (policy) => {
  for (const shown of [{ policy }, { info: infoOf(1, policy) }]) {
    expect(judgeServer({ info: infoOf(1), save: '', ...shown })).toMatchObject({
      persistence: { kind: 'volatile' },
      evicts: expect.stringContaining(policy),
    });
  }
});

test.each(['noeviction', 'volatile-lru', 'volatile-ttl'])('a server that keeps records (%s)', (policy) => {
  expect(judgeServer({ info: infoOf(1), save: '', policy }).evicts).toBeUndefined();
});

test('replicas are counted and named', () => {
  const { replicas, persistence } = judgeServer({ info: infoOf(1, 'noeviction', 2), save: '' });
  expect(replicas).toBe(2);
  expect(persistence.description).toBe('appendonly file; 2 connected replicas');
});
