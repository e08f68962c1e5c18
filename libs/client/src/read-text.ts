import type { FetchResponse } from './fetch.js';

/** Largest body, decompressed, that is read, in bytes. A page of 100 orders has some 300 kB. */
export const maxAnswerBytes = 32 * 1024 * 1024;

/** The code of Node's zlib for the same. */
const tooLargeCode = 'ERR_BUFFER_TOO_LARGE';

export function tooLarge(): Error {
  return Object.assign(new Error(`the body is larger than ${maxAnswerBytes} bytes`), { code: tooLargeCode });
}

/**
 * Reads a body as UTF-8 text, up to `maxAnswerBytes`.
 *
 * @throws {Error} with a code that `bodyFaultOf` knows, or what the fetch throws
 */
export async function readText(response: FetchResponse): Promise<string> {
  if (response.body === undefined || response.body === null) {
    const text = await response.text();
    if (text.length > maxAnswerBytes) throw tooLarge();
    return text;
  }
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    if (value === undefined) continue;
    bytes += value.byteLength;
    if (bytes > maxAnswerBytes) {
      reader.cancel().catch(() => undefined);
      throw tooLarge();
    }
    text += decoder.decode(value, { stream: true });
  }
}

/**
 * What is wrong with a body that could not be read, by the code of the error.
 *
 * @returns undefined where it is not the body's fault
 */
export function bodyFaultOf(code: string | undefined): 'too_large' | 'damaged_compression' | undefined {
  if (code === tooLargeCode) return 'too_large';
  // zlib's codes for gzip, and Node's for Brotli.
  return /^(Z_|ERR__ERROR_|ERR_BR)/.test(code ?? '') ? 'damaged_compression' : undefined;
}
