import type { ConfigSources } from './config.js';
import { setUp, type SetUp, type SetUpOptions } from './services.js';

/** A sandbox that runs inside the app. */
export interface RunningSandbox {
  /** Base URL of its API. */
  readonly url: string;
  /** Opens the sandbox and nothing else, so it needs no secrecy. */
  readonly token: string;
  /** Folder that keeps the journal beside the orders, from one process to the next; undefined for memory. */
  readonly stateFolder?: string | undefined;
  close(): Promise<void>;
}

/** Settings that choose the account. A sandbox has only one, so they are ignored. */
const accountVariables = [
  'WEMASY_API_URL',
  'WEMASY_API_TOKEN',
  'WEMASY_API_TOKEN_FILE',
  'WEMASY_ACCOUNT',
  'WEMASY_RATE_LIMITS',
];

/** Their flags, which contradict a request for the sandbox. */
export const accountFlags: readonly string[] = ['api-url', 'api-token-file', 'account', 'rate-limits'];

/**
 * The same sources, but leading to the sandbox whatever they held: a real token is not even read, and the real API
 * cannot be reached. State is kept in memory unless the user says where.
 */
export function leadingTo<Sources extends ConfigSources>(
  { url, token, stateFolder }: Pick<RunningSandbox, 'url' | 'token' | 'stateFolder'>,
  sources: Sources,
): Sources {
  const apart = (names: readonly string[]) => (entry: readonly [string, unknown]) =>
    !names.includes(entry[0]);
  const { WEMASY_STATE, ...environment } = Object.fromEntries(
    Object.entries(sources.environment).filter(apart(accountVariables)),
  );
  return {
    ...sources,
    flags: Object.fromEntries(Object.entries(sources.flags).filter(apart(accountFlags))),
    environment: {
      ...environment,
      WEMASY_STATE: WEMASY_STATE || (stateFolder ?? 'memory'),
      WEMASY_API_URL: url,
      WEMASY_API_TOKEN: token,
    },
  };
}

/** The URL by which the journal knows every sandbox inside an app, whatever its port. */
const sandboxUrl = 'http://127.0.0.1/api';

/** Sets an app up against a sandbox, which ends with it. */
export async function setUpWithSandbox(sandbox: RunningSandbox, options: SetUpOptions): Promise<SetUp> {
  // The port differs from one process to the next, and the journal must not.
  const set = await setUp({ ...leadingTo(sandbox, options), journalUrl: sandboxUrl });
  return {
    ...set,
    async close() {
      await set.close();
      await sandbox.close();
    },
  };
}
