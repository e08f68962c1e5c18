import { join } from 'node:path';
import { filePathOf, keySegmentOf } from './file-names.js';
import { errorCode, type FileSystem } from './folder-system.js';

const extension = '.json';

/** Keys of the records that lie directly below a prefix. Other files that lie there are none of ours. */
export function keysInFolder(fs: Pick<FileSystem, 'readdirSync'>, folder: string, prefix: string): string[] {
  let names: string[];
  try {
    names = fs.readdirSync(join(folder, ...filePathOf(prefix)));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
  return names.flatMap((name) => {
    const segment = name.endsWith(extension) ? keySegmentOf(name.slice(0, -extension.length)) : undefined;
    return segment === undefined ? [] : [`${prefix}/${segment}`];
  });
}
