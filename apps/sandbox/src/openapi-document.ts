import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** The copy of the build beside the bundle, or, from source, the original. */
const places = ['./wemasy-orders.yaml', '../../../openapi/wemasy-orders.yaml'];

export interface OpenApiDocument {
  readonly yaml: string;
  readonly json: string;
}

let read: OpenApiDocument | undefined;

/** The document that the sandbox implements; read on first use, since most runs never need it. */
export function openApiDocument(): OpenApiDocument {
  if (read === undefined) {
    const place = places.map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url));
    if (place === undefined) throw new Error('The OpenAPI document is missing from this installation.');
    const yaml = readFileSync(place, 'utf8');
    read = { yaml, json: `${JSON.stringify(parse(yaml), null, 2)}\n` };
  }
  return read;
}
