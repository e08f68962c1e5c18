import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
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
