// @ts-check
// Loaded into a replica with --expose-gc: garbage that V8 has not collected yet does not count as held.
process.on('SIGUSR2', () => {
  globalThis.gc?.();
});
