/** Something could not be written where it was asked for. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  readonly remedy = 'Make room or name another place; `wemasy-orders journal` shows what was sent.';

  /** @param what the beginning of the sentence, e.g. `The output` */
  constructor(what: string, cause: unknown) {
    super(`${what} could not be written: ${reasonOf(cause)}.`, { cause });
  }
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'the disk is full';
  return typeof code === 'string' ? code : String(cause);
}
