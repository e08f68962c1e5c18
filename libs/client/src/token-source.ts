import { onAbort } from '@wemasy-orders/state';
import { tokenFault } from './call-options.js';
import { CancelledError, ConfigurationError } from './errors.js';

/** The API token, or a function that looks it up; the client calls the function for each request. */
export type TokenProvider = string | (() => string | Promise<string>);

/** The token of each request, and what hides every value of it. */
export interface TokenSource {
  /**
   * @throws {ConfigurationError} for a value that cannot be a token; what the caller's function throws passes through
   * @throws {CancelledError} when the caller cancels meanwhile
   */
  current(signal: AbortSignal | undefined): Promise<string>;
  /** Replaces every token that this client has used in a text. */
  redact(text: string): string;
}

/** Tokens that are remembered for `redact`; an answer that repeats an older one is no case that anybody has seen. */
const mostRemembered = 100;

export function createTokenSource(token: TokenProvider): TokenSource {
  /** Newest last. */
  const seen = new Set<string>();
  const remember = (value: unknown): string => {
    const fault = tokenFault(value);
    if (typeof value !== 'string' || fault !== undefined) {
      throw new ConfigurationError(`The API token ${fault}.`);
    }
    seen.delete(value);
    seen.add(value);
    const [oldest] = seen;
    if (seen.size > mostRemembered && oldest !== undefined) seen.delete(oldest);
    return value;
  };
  return {
    current: async (signal) =>
      remember(typeof token === 'string' ? token : await unlessAborted(token, signal)),
    redact: (text) => [...seen].reduce(withoutToken, text),
  };
}

function unlessAborted(token: () => string | Promise<string>, signal: AbortSignal | undefined) {
  let forget = () => {};
  const cancelled = new Promise<never>((_, reject) => {
    forget = onAbort(signal, () => {
      reject(new CancelledError('none'));
    });
  });
  const found = (async () => token())();
  return Promise.race([found, cancelled]).finally(forget);
}

/** A shorter text may be a word of an answer, such as `paid`, and no API issues such a short token. */
const shortestToken = 8;

/** Replaces the token in a text, both as it is and with its slashes escaped, as PHP writes them into JSON. */
export function withoutToken(text: string, token: string): string {
  if (token.length < shortestToken) return text;
  const forms = new Set([token, token.replaceAll('/', '\\/')]);
  return [...forms].reduce((rest, form) => rest.replaceAll(form, '[token]'), text);
}
