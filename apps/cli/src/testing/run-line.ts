import { PassThrough, type Readable, Writable } from 'node:stream';
import { systemClock } from '@wemasy-orders/state';
import { createInterruption } from '../interruption.js';
import { runCommandLine } from '../run-command-line.js';
import { createTerminal } from '../terminal.js';

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** The user's home folder; default: none, so that no test writes to a real one. */
  readonly home?: string;
  /** The error code with which every write to stdout fails. */
  readonly outputError?: string;
}

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, with pipes as its streams. */
export async function runLine(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { environment = {}, input = '', files = {}, outputError, home } = options;
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end(input);
  const texts = [stdout, stderr].map(collect);
  const exitCode = await runCommandLine(args, {
    terminal: createTerminal({
      stdin,
      stdout: outputError === undefined ? stdout : failing(outputError),
      stderr,
      environment,
    }),
    version: '1.2.3',
    clock: systemClock,
    environment: { WEMASY_STATE: 'memory', WEMASY_ACCEPT_VOLATILE_JOURNAL: 'on', ...environment },
    platform: 'linux',
    home,
    readFile: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error(`no file ${path}`);
      return text;
    },
    interruptibly: createInterruption({ end: () => undefined }).interruptibly,
  });
  stdout.end();
  stderr.end();
  const [out = '', err = ''] = await Promise.all(texts);
  return { exitCode, stdout: out, stderr: err };
}

function failing(code: string): Writable {
  return new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error(`write ${code}`), { code }));
    },
  });
}

async function collect(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
