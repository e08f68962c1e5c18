import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const builtFile = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface BuiltSandbox {
  readonly origin: string;
  readonly apiUrl: string;
  /** The lines of stdout until it listened. */
  readonly lines: readonly string[];
  readonly process: ChildProcess;
  close(): Promise<void>;
}

/** Starts the built file in a child process. */
export async function startBuiltSandbox(
  flags: readonly string[] = [],
  file: string = builtFile,
): Promise<BuiltSandbox> {
  const child = spawn(process.execPath, [file, '--port', '0', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    const apiUrl = /listening on (http\S+)/.exec(line)?.[1];
    if (apiUrl === undefined) continue;
    return {
      origin: new URL(apiUrl).origin,
      apiUrl,
      lines,
      process: child,
      async close() {
        child.kill();
        await exited;
      },
    };
  }
  throw new Error('the sandbox ended before it listened');
}

/** Runs the built file until it exits. */
export async function run(...args: readonly string[]) {
  const child = spawn(process.execPath, [builtFile, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { exitCode: Number(exitCode), stdout, stderr };
}
