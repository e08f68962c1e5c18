/** What a server's settings promise: whether it keeps what was written to it. */
import type { Redis } from 'ioredis';
import type { Persistence } from '../state-store.js';
import { isAnswer } from './connection.js';

export interface Durability {
  readonly persistence: Persistence;
  /** Why no durable update can be trusted to it, whatever the user accepts; absent where there is no such reason. */
  readonly evicts?: string;
  /** How many replicas it has. */
  readonly replicas: number;
}

/** Examines every server; the weakest result counts. */
export async function examineServers(masters: readonly Redis[]): Promise<Durability> {
  const found = await Promise.all(masters.map(examineServer));
  const byStrength = ['volatile', 'unknown', 'lasting'] as const;
  const weakest = byStrength
    .map((kind) => found.find(({ persistence }) => persistence.kind === kind))
    .find((durability) => durability !== undefined);
  const evicts = found.find((durability) => durability.evicts !== undefined)?.evicts;
  return {
    persistence: weakest?.persistence ?? { kind: 'unknown', description: 'no server answered' },
    ...(evicts !== undefined && { evicts }),
    replicas: Math.min(...found.map(({ replicas }) => replicas)),
  };
}

async function examineServer(server: Redis): Promise<Durability> {
  const [info, save, policy] = await Promise.all([
    settingOf(() => server.info(), String),
    settingOf(() => server.config('GET', 'save'), valueOf),
    settingOf(() => server.config('GET', 'maxmemory-policy'), valueOf),
  ]);
  return judgeServer({ info, save, policy });
}

/** Undefined where the server does not show it: managed ones often do not. */
async function settingOf<T, U>(ask: () => Promise<T>, read: (answer: T) => U): Promise<U | undefined> {
  try {
    return read(await ask());
  } catch (error) {
    if (isAnswer(error)) return undefined;
    throw error;
  }
}

/** CONFIG GET answers with names and values in turn, or with none for a setting that it hides. */
function valueOf(answer: unknown): string | undefined {
  const [, value]: unknown[] = Array.isArray(answer) ? answer : [];
  return typeof value === 'string' ? value : undefined;
}

export function judgeServer({
  info,
  save,
  policy = fieldOf(info, 'maxmemory_policy'),
}: {
  /** What INFO says. */
  readonly info: string | undefined;
  /** The settings `save` and `maxmemory-policy`. */
  readonly save: string | undefined;
  readonly policy?: string | undefined;
}): Durability {
  const replicas = replicasIn(info);
  const withReplicas = replicas === 0 ? '' : `; ${replicas} connected replica${replicas === 1 ? '' : 's'}`;
  const is = (kind: Persistence['kind'], description: string): Persistence => ({
    kind,
    description: `${description}${withReplicas}`,
  });
  // `volatile-…` evicts only records that may expire, and a durable one never does.
  if (policy?.startsWith('allkeys-')) {
    const evicts = `Redis drops records when its memory is full (maxmemory-policy ${policy}; it has to be noeviction)`;
    return { persistence: is('volatile', evicts), evicts, replicas };
  }
  const hasLog = fieldOf(info, 'aof_enabled');
  if (hasLog === '1') return { persistence: is('lasting', 'appendonly file'), replicas };
  if (save === undefined || hasLog === undefined) {
    return {
      persistence: is('unknown', 'the server does not show whether it keeps records on disk'),
      replicas,
    };
  }
  if (save === '') {
    const reason = 'Redis keeps nothing on disk (appendonly no, save ""), so a restart loses every record';
    return { persistence: is('volatile', reason), replicas };
  }
  return {
    persistence: is('lasting', `snapshots (save ${save}): a crash may lose the last writes`),
    replicas,
  };
}

/** How many replicas INFO counts; 0 where it does not say. */
export function replicasIn(info: string | undefined): number {
  return Number(fieldOf(info, 'connected_slaves') ?? 0);
}

function fieldOf(info: string | undefined, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info ?? '')?.[1];
}
