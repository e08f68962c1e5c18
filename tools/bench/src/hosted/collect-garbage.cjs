// @ts-check
// Loaded into a replica with --expose-gc: what it holds is told from garbage that V8 has not collected yet.
process.on('SIGUSR2', () => {
  globalThis.gc?.();
});
