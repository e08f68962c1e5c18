/** A failed call, read from the text that the server answers: `code: sentence`, then `key: value` lines. */
export interface Failure {
  readonly code: string;
  readonly sentence: string;
  /** Whether the same call may be made again. */
  readonly retryable: boolean;
  /** How long to wait before that, in seconds. */
  readonly retryAfterSeconds: number;
  /** What the API or the check of the arguments adds. */
  readonly details: readonly string[];
}

export function readFailure(text: string): Failure {
  const [head = '', ...lines] = text.split('\n');
  const [, code, sentence] = /^([a-z_]+): (.*)$/.exec(head) ?? [];
  const valuesOf = (key: string) =>
    lines.filter((line) => line.startsWith(`${key}: `)).map((line) => line.slice(key.length + 2));
  return {
    code: code ?? 'error',
    sentence: sentence ?? text,
    retryable: valuesOf('retryable')[0] === 'yes',
    retryAfterSeconds: Number(valuesOf('retry_after_seconds')[0] ?? 0),
    details: valuesOf('detail'),
  };
}
