const asking = new Set(['list', 'sync', 'sync-due', 'confirm', 'doctor']);

/** Whether a command line looks as if it will ask the API: a guess, before anything is loaded that could tell. */
export function asksApi(argv: readonly string[]): boolean {
  return argv.some((word) => asking.has(word)) && !argv.includes('--help');
}
