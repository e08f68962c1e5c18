/** The longest line that is read, in bytes; a request has some hundred. */
const longestLineBytes = 10_000_000;

export interface LineSplitterOptions {
  /** Takes a line without its end; `\r\n` ends one too. Blank lines are passed over. */
  readonly onLine: (line: string) => void;
  /** A line was longer than it may be; its bytes are dropped as they come, and the next line is read as usual. */
  readonly onTooLong: (longestMegabytes: number) => void;
  readonly longestBytes?: number;
}

export interface LineSplitter {
  add(chunk: Buffer): void;
  /** There will be no more bytes; what came without a line end is a line too. */
  end(): void;
}

/** Splits bytes into lines of UTF-8, however they are cut into chunks. */
export function createLineSplitter(options: LineSplitterOptions): LineSplitter {
  const { onLine, onTooLong, longestBytes = longestLineBytes } = options;
  let parts: Buffer[] = [];
  let length = 0;
  let isTooLong = false;

  function append(bytes: Buffer): void {
    if (isTooLong) return;
    length += bytes.length;
    if (length > longestBytes) {
      isTooLong = true;
      parts = [];
      onTooLong(longestBytes / 1e6);
    } else if (bytes.length > 0) {
      parts.push(bytes);
    }
  }

  function finish(): void {
    const line = isTooLong ? '' : Buffer.concat(parts).toString('utf8').replace(/\r$/, '');
    parts = [];
    length = 0;
    isTooLong = false;
    if (line.trim() !== '') onLine(line);
  }

  return {
    add(chunk) {
      let start = 0;
      for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
        append(chunk.subarray(start, end));
        finish();
        start = end + 1;
      }
      append(chunk.subarray(start));
    },
    end: finish,
  };
}
