import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import xterm from '@xterm/headless';
import { cliFile, type Environment } from './cli.js';

/** `script` of util-linux opens real pseudo-terminals, without native code of ours; Debian always has it. */
const hasScript = spawnSync('script', ['--version']).stdout?.includes('util-linux') ?? false;

/** Where there is none, tests are skipped and said to be; not in CI. */
export const canOpenTerminals = hasScript || process.env['CI'] !== undefined;

export interface TerminalWindow {
  /** What the window shows now, and what has scrolled out of it, without empty lines at the end. */
  lines(): string[];
  /** Everything that was written to it, escape sequences and all. */
  written(): string;
  /** Waits until the window shows it. */
  shows(pattern: RegExp): Promise<void>;
  /** Presses keys. */
  type(keys: string): void;
  resize(columns: number): Promise<void>;
  /** Waits for the program's end. */
  ended(): Promise<number | null>;
}

export const keys = { ctrlC: '\u0003', ctrlU: '\u0015', enter: '\r', tab: '\t' } as const;

export interface TerminalOptions {
  readonly columns?: number;
  /** What is started; default: the built file. */
  readonly program?: readonly string[];
}

/** Starts a program in a pseudo-terminal of its own, seen through a terminal emulator. */
export async function openTerminal(
  args: readonly string[],
  environment: Environment,
  { columns = 80, program = [process.execPath, cliFile] }: TerminalOptions = {},
): Promise<TerminalWindow> {
  const command = [...program, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn(
    'script',
    [
      '--quiet',
      '--return',
      '--flush',
      '--command',
      `stty cols ${columns} rows 24; tty; exec ${command}`,
      '/dev/null',
    ],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'], TERM: 'xterm-256color', SHELL: '/bin/sh', ...environment },
    },
  );
  const exited = once(child, 'exit');
  const terminal = new xterm.Terminal({
    cols: columns,
    rows: 24,
    scrollback: 10_000,
    allowProposedApi: true,
  });
  const watchers = new Set<() => void>();
  let written = '';
  let device: string | undefined;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    written += chunk;
    device ??= /^(\/dev\/\S+)\r\n/.exec(written)?.[1];
    terminal.write(chunk, () => {
      for (const look of [...watchers]) look();
    });
  });

  function lines(): string[] {
    const { active } = terminal.buffer;
    const all = Array.from(
      { length: active.length },
      (_, at) => active.getLine(at)?.translateToString(true) ?? '',
    );
    // The first line names the device.
    return all.slice(1, all.findLastIndex((line) => line !== '') + 1);
  }

  const shows = (pattern: RegExp) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!pattern.test(lines().join('\n'))) return;
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      look();
    });

  return {
    lines,
    written: () => written,
    shows,
    type: (text) => void child.stdin.write(text),
    async resize(newColumns) {
      if (device === undefined) throw new Error('the terminal has not said which it is');
      terminal.resize(newColumns, 24);
      await once(spawn('stty', ['-F', device, 'cols', String(newColumns)], { stdio: 'inherit' }), 'exit');
    },
    async ended() {
      await exited;
      // What the emulator has still to read.
      await new Promise<void>((resolve) => terminal.write('', resolve));
      return child.exitCode;
    },
  };
}
