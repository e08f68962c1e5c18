// @ts-check
const { writeFileSync } = require('node:fs');

// Loaded into a replica with --expose-gc: garbage that V8 has not collected yet does not count as held. The heap is read at
// once, since calls leave new garbage.
process.on('SIGUSR2', () => {
  globalThis.gc?.();
  writeFileSync(process.env['BENCH_HEAP_FILE'] ?? '', String(process.memoryUsage().heapUsed));
});
