import { setFlagsFromString } from 'node:v8';

/** Loads Node's HTTP client, which otherwise waits for the first request. Its parser is compiled on another core meanwhile. */
export function loadHttpClient(): void {
  void globalThis.fetch;
  void globalThis.Request;
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
