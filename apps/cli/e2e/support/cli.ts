import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The built file. */
export const cliFile = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export type Environment = Readonly<Record<string, string>>;

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the built file with exactly this environment and with pipes as its streams. */
export function startCli(args: readonly string[], environment: Environment): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [cliFile, ...args], { env: { ...environment }, stdio: 'pipe' });
}

/** Runs the built file to its end. */
export async function runCli(args: readonly string[], environment: Environment, input = ''): Promise<Ended> {
  const child = startCli(args, environment);
  child.stdin.end(input);
  const exited = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await exited;
  return { exitCode: child.exitCode, stdout, stderr };
}

/** Runs the built file from a shell, which opens and closes its streams. */
export async function runCliInShell(line: string, environment: Environment): Promise<Ended> {
  const child = spawn('bash', ['-c', `"$0" "$1" ${line}`, process.execPath, cliFile], {
    env: { ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await exited;
  return { exitCode: child.exitCode, stdout, stderr };
}

/**
 * Runs the built file where no file may grow beyond `kilobytes`, as on a disk that fills up.
 *
 * @param outputFile the file that stdout writes to, instead of a pipe
 */
export async function runCliOnFullDisk(
  args: readonly string[],
  environment: Environment,
  { kilobytes, outputFile }: { readonly kilobytes: number; readonly outputFile?: string },
): Promise<Ended> {
  const output = outputFile === undefined ? 'pipe' : openSync(outputFile, 'w');
  const child = spawn(
    'bash',
    ['-c', `ulimit -f ${kilobytes}; exec "$@"`, 'bash', process.execPath, cliFile, ...args],
    { env: { ...environment }, stdio: ['ignore', output, 'pipe'] },
  );
  const exited = once(child, 'exit');
  const textOf = (stream: Readable | null) => (stream === null ? '' : text(stream));
  const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  await exited;
  if (typeof output === 'number') closeSync(output);
  return { exitCode: child.exitCode, stdout, stderr };
}
