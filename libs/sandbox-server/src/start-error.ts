export type StartErrorCode =
  /** Another program listens on the port, or the host is not this machine's. */
  | 'cannot_listen'
  /** The file or its folder cannot be read or written. */
  | 'database_unusable'
  /** A running sandbox holds the file. */
  | 'database_in_use'
  /** The file holds something else, or what another version wrote. */
  | 'database_not_ours'
  /** The file's shop has another size or seed than the options. */
  | 'database_differs';

/** Why the sandbox cannot start; the message says what to change. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly code: StartErrorCode;

  constructor(code: StartErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
