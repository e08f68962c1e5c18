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

/** Starts the built file with nothing in its environment but what is given, its streams being pipes. */
export function startCli(args: readonly string[], environment: Environment): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [cliFile, ...args], { env: { ...environment }, stdio: 'pipe' });
}

/** Runs it until it ends by itself. */
export async function runCli(args: readonly string[], environment: Environment, input = ''): Promise<Ended> {
  const child = startCli(args, environment);
  child.stdin.end(input);
  const exited = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await exited;
  return { exitCode: child.exitCode, stdout, stderr };
}

/**
 * Runs it where no file may grow beyond so many kB, as on a disk that fills up.
 *
 * @param outputFile what stdout is written to, instead of a pipe
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
