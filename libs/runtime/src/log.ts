import { withoutToken } from '@wemasy-orders/client';

export const logLevels = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

type LogFunction = (message: string, facts?: Readonly<Record<string, unknown>>) => void;

/** Writes one JSON object a line: `time`, `level`, `message` and the facts of the event. */
export type Log = Readonly<Record<Exclude<LogLevel, 'silent'>, LogFunction>>;

export interface LogOptions {
  readonly level: LogLevel;
  readonly write: (line: string) => void;
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
  /** Tokens, which must never be written, whatever carries them here. */
  readonly secrets: readonly string[];
}

export function createLog({ level, write, now, secrets }: LogOptions): Log {
  const threshold = logLevels.indexOf(level);
  const at = (name: Exclude<LogLevel, 'silent'>): LogFunction =>
    logLevels.indexOf(name) > threshold
      ? () => undefined
      : (message, facts = {}) => {
          const entry = { time: new Date(now()).toISOString(), level: name, message, ...facts };
          const line = JSON.stringify(entry, (_, value: unknown) =>
            value instanceof Error ? errorFacts(value) : value,
          );
          write(`${secrets.reduce(withoutToken, line)}\n`);
        };
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug'), trace: at('trace') };
}

function errorFacts({ name, message, stack, cause }: Error) {
  return { name, message, stack, cause };
}
