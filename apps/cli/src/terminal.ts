import { fstatSync, readSync, statSync, writeFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';

/** A stream that may be a terminal or a file. */
export type OutputStream = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly fd?: number;
};
export type InputStream = Readable & { readonly isTTY?: boolean };

/** A stream that text is written to, and what it can show. */
export interface Channel {
  /** For libraries that draw on the terminal; everything else uses `write`. */
  readonly stream: OutputStream;
  readonly isTerminal: boolean;
  readonly hasColor: boolean;
  /** Undefined where lines may have any length. */
  columns(): number | undefined;
  /** Waits until the stream has taken the text. Does nothing once the channel is closed. */
  write(text: string): Promise<void>;
  /** Whether the process seems to have started without this stream (`>&-`). */
  readonly isMissing: boolean;
  /** Whether writing has failed. */
  isClosed(): boolean;
  /** Why writing failed. A reader that closed its pipe had enough, which is no failure. */
  failure(): Error | undefined;
}

/** The process's standard streams. */
export interface Terminal {
  readonly stdin: InputStream;
  /** Results. */
  readonly out: Channel;
  /** Everything else: progress, questions, errors. */
  readonly err: Channel;
  /** Whether a person can be asked. */
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
  const file = fileOf(stream);
  let closed = false;
  let failure: Error | undefined;
  const close = (error: Error) => {
    if (closed) return;
    closed = true;
    if (file !== undefined || !isReaderGone(error)) failure = error;
  };
  stream.on('error', close);
  return {
    stream,
    isTerminal: isTerminal(stream),
    hasColor: hasColor(stream, environment),
    isMissing: isMissing(stream),
    columns: () => (isTerminal(stream) ? stream.columns || defaultColumns : undefined),
    isClosed: () => closed,
    failure: () => failure,
    async write(text) {
      if (closed) return;
      try {
        await (file === undefined ? writeTo(stream, text) : writeFileSync(file, Buffer.from(text)));
      } catch (error) {
        close(error instanceof Error ? error : new Error(String(error)));
      }
    },
  };
}

function writeTo(stream: OutputStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/**
 * The descriptor of the stream's file, if it writes to one. Node's stream for files ignores short writes, so on a disk
 * that fills up the rest would be missing without an error.
 */
function fileOf({ fd }: OutputStream): number | undefined {
  return fd !== undefined && fstatSync(fd).isFile() ? fd : undefined;
}

/**
 * For a descriptor that is closed at its start, Node opens the null device for reading and writing; a shell opens it for
 * writing only. Node and Python as parents open it like Node, where they discard output.
 */
function isMissing({ fd }: OutputStream): boolean {
  if (fd === undefined) return false;
  const device = fstatSync(fd);
  try {
    const isNull = device.isCharacterDevice() && device.rdev === statSync('/dev/null').rdev;
    return isNull && readSync(fd, Buffer.alloc(1)) === 0;
  } catch {
    return false;
  }
}

/** EPIPE, ECONNRESET: the reader, `head` for example, has had enough. EIO: the terminal window was closed. */
function isReaderGone(error: Error): boolean {
  return 'code' in error && ['EPIPE', 'ECONNRESET', 'EIO'].includes(String(error.code));
}

/** For a terminal that does not report its width. */
const defaultColumns = 80;

function isTerminal(stream: OutputStream | InputStream): boolean {
  return stream.isTTY === true;
}

/** FORCE_COLOR forces colours (`0` or `false`: none), NO_COLOR forbids them, and otherwise terminals have them. */
export function hasColor(
  stream: Pick<OutputStream, 'isTTY'>,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: refused, TERM: kind } = environment;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (refused !== undefined && refused !== '') return false;
  return stream.isTTY === true && kind !== 'dumb';
}
