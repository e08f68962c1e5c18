import { setFlagsFromString } from 'node:v8';

const asking = new Set(['list', 'sync', 'sync-due', 'confirm', 'doctor']);

/**
 * Loads Node's HTTP client while there is other work to do, if the command line looks as if it will be needed: its parser
 * is WebAssembly, which another core compiles meanwhile. A wrong guess costs a moment and nothing else.
 */
export function loadHttpClientEarly(argv: readonly string[]): void {
  if (argv.some((word) => asking.has(word)) && !argv.includes('--help')) loadHttpClient();
}

/**
 * Asks V8 to prefer little memory to speed: what runs here waits for the API nearly all the time. undici parses HTTP with
 * WebAssembly, whose optimising compiler alone takes 25 MB; and a heap that grows as garbage comes would take 50 MB more
 * while pages are read.
 */
export function preferLittleMemory(): void {
  // As long as V8 still accepts the compiled code of it that Node carries along.
  loadHttpClient();
  for (const flag of ['--liftoff-only', '--optimize-for-size', '--semi-space-growth-factor=1']) {
    setFlagsFromString(flag);
  }
}

function loadHttpClient(): void {
  void globalThis.fetch;
  void globalThis.Request;
}
