import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Files for browsers, beside this module in src and, copied by the build, in dist. */
const folder = fileURLToPath(new URL('./assets/', import.meta.url));

const read = new Map<string, string>();

/** A file of the assets folder; read on first use, since most runs never need it. */
export function readAsset(name: string): string {
  return readOnce(join(folder, name));
}

/** Scalar's reference as one script: the copy of the build, or, from source, the installed package's. */
export function readReferenceBundle(): string {
  const copied = join(folder, 'scalar.js');
  return readOnce(existsSync(copied) ? copied : installedReferenceBundle());
}

function installedReferenceBundle(): string {
  const entry = createRequire(import.meta.url).resolve('@scalar/fastify-api-reference');
  return join(dirname(entry), 'js', 'standalone.js');
}

function readOnce(path: string): string {
  const known = read.get(path);
  if (known !== undefined) return known;
  const text = readFileSync(path, 'utf8');
  read.set(path, text);
  return text;
}
