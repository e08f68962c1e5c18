/** The command line asks for something that cannot be done as it stands. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** What to do about it, one sentence. */
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}
