/** Names the current boot of the machine; undefined where the platform has no such name. */
export function readBootId(): string | undefined {
  try {
    // Not imported: the package's main entry also runs where there are no files.
    const { readFileSync } = process.getBuiltinModule('node:fs');
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** Whether a process of this machine runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs as another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
