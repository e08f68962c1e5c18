import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Files that browsers get, beside this module both in src and, copied by the build, in dist. */
const folder = fileURLToPath(new URL('./assets/', import.meta.url));

const read = new Map<string, string>();

/** A file of the assets folder; read when first asked for, since most runs never ask. */
export function readAsset(name: string): string {
  return readOnce(join(folder, name));
}

/** Scalar's reference as one script. The build copies it; run from source, it lies with its package. */
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
