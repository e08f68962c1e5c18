import type { Readable, Writable } from 'node:stream';

/** A stream that may be a terminal. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };
export type InputStream = Readable & { readonly isTTY?: boolean };

/** A stream that text is written to, and what it can show. */
export interface Channel {
  /** For libraries that draw by themselves; ours write through `write`. */
  readonly stream: OutputStream;
  readonly isTerminal: boolean;
  readonly hasColor: boolean;
  /** Undefined where lines may have any length. */
  columns(): number | undefined;
  /** Waits until the reader has caught up. Does nothing when the reader has gone. */
  write(text: string): Promise<void>;
  /** Whether nobody reads any more: the pipe is broken, or the terminal was closed. */
  isClosed(): boolean;
}

/** What a command talks to people and programs with. */
export interface Terminal {
  readonly stdin: InputStream;
  /** Results. */
  readonly out: Channel;
  /** Everything that is not the result: progress, questions, faults. */
  readonly err: Channel;
  /** Whether somebody can be asked. */
  readonly canAsk: boolean;
}

export interface TerminalStreams {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function createTerminal({ stdin, stdout, stderr, environment }: TerminalStreams): Terminal {
  const err = createChannel(stderr, environment);
  return {
    stdin,
    out: createChannel(stdout, environment),
    err,
    canAsk: isTerminal(stdin) && err.isTerminal,
  };
}

function createChannel(stream: OutputStream, environment: TerminalStreams['environment']): Channel {
  let closed = false;
  stream.on('error', () => {
    // EPIPE: `| head` has seen enough. EIO: the terminal window was closed. Neither is worth a word.
    closed = true;
  });
  return {
    stream,
    isTerminal: isTerminal(stream),
    hasColor: hasColor(stream, environment),
    columns: () => (isTerminal(stream) ? stream.columns || defaultColumns : undefined),
    isClosed: () => closed,
    write: (text) =>
      new Promise((resolve) => {
        if (closed) resolve();
        else stream.write(text, () => resolve());
      }),
  };
}

/** Of a terminal that does not say. */
const defaultColumns = 80;

function isTerminal(stream: OutputStream | InputStream): boolean {
  return stream.isTTY === true;
}

/** FORCE_COLOR asks for colours anywhere (`0` or `false` for none), NO_COLOR forbids them, and else terminals have them. */
export function hasColor(
  stream: Pick<OutputStream, 'isTTY'>,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: refused, TERM: kind } = environment;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (refused !== undefined && refused !== '') return false;
  return stream.isTTY === true && kind !== 'dumb';
}
