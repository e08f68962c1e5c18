import type { BodyStream, FetchResponse } from './fetch.js';

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
  const { body } = response;
  if (body === undefined || body === null) {
    const text = await response.text();
    if (text.length > maxAnswerBytes) throw tooLarge();
    return text;
  }
  const decoder = new TextDecoder();
  let text = '';
  await eachChunk(body, (chunk) => (text += decoder.decode(chunk, { stream: true })));
  return text + decoder.decode();
}

/**
 * Reads a body as it is, up to `maxAnswerBytes`.
 *
 * @throws {Error} as `readText` does
 */
export async function readBytes(response: FetchResponse): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  if (response.body !== undefined && response.body !== null) {
    await eachChunk(response.body, (chunk) => chunks.push(chunk));
  } else {
    chunks.push((await response.bytes?.()) ?? new TextEncoder().encode(await response.text()));
  }
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  if (bytes.byteLength > maxAnswerBytes) throw tooLarge();
  return bytes;
}

async function eachChunk(body: BodyStream, take: (chunk: Uint8Array) => unknown): Promise<void> {
  const reader = body.getReader();
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    if (value === undefined) continue;
    bytes += value.byteLength;
    if (bytes > maxAnswerBytes) {
      reader.cancel().catch(() => undefined);
      throw tooLarge();
    }
    take(value);
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
