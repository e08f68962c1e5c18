import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import xterm from '@xterm/headless';
import { cliFile, type Environment } from './cli.js';

/** `script` of util-linux opens real pseudo-terminals without a native dependency; Debian always has it. */
const hasScript = spawnSync('script', ['--version']).stdout?.includes('util-linux') ?? false;

/** Without it tests are skipped, but in CI they fail. */
export const canOpenTerminals = hasScript || process.env['CI'] !== undefined;

export interface TerminalWindow {
  /** The lines of the window and those scrolled out of it, without empty ones at the end. */
  lines(): string[];
  /** Everything written to it, escape sequences included. */
  written(): string;
  /** Waits until the window shows the pattern. */
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
  /** The program to start; default: the built file. */
  readonly program?: readonly string[];
}

/** Starts a program in its own pseudo-terminal, and reads it through a terminal emulator. */
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
      // The emulator may not have read everything.
      await new Promise<void>((resolve) => terminal.write('', resolve));
      return child.exitCode;
    },
  };
}
