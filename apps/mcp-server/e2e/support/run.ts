import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { serverFile } from './assistant.js';

/** Runs a command of the built server that ends by itself, with nothing in its environment but what is given. */
export async function run(args: readonly string[], env: Readonly<Record<string, string>> = { PATH: '' }) {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [serverFile, ...args], { env });
    return { exitCode: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = Object(error);
    return { exitCode: Number(code), stdout: String(stdout), stderr: String(stderr) };
  }
}
