// @ts-check
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { boundaryFaults } from './boundaries.js';

/** @type {string[]} */
const folders = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** @param {Record<string, string>} files by path */
async function faultsIn(files) {
  const root = await mkdtemp(join(tmpdir(), 'boundaries-'));
  folders.push(root);
  const all = { 'apps/app/package.json': '{}', 'tools/tool/package.json': '{}', ...files };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return boundaryFaults(root);
}

const clean = {
  'libs/box/src/index.ts': `export { pack } from './packing/pack.ts';`,
  'libs/box/src/packing/pack.ts': `import type { Box } from '../types.ts';\nexport const pack = (): Box => ({});`,
  'libs/box/src/packing/pack.test.ts': `import { pack } from '../index.ts';\nimport '../../e2e/support.ts';\npack();`,
  'libs/box/src/types.ts': `export interface Box { lid?: string }`,
  'libs/box/e2e/support.ts': `import { pack } from '../src/index.ts';\npack();`,
};

describe('boundaryFaults', () => {
  it('finds nothing where imports point down', async () => {
    expect(await faultsIn(clean)).toEqual([]);
  });

  it('finds a circle', async () => {
    const faults = await faultsIn({
      ...clean,
      'libs/box/src/b.ts': `import { c } from './c.ts';\nexport const b = () => c;`,
      'libs/box/src/c.ts': `import { b } from './b.ts';\nexport const c = () => b;`,
    });
    expect(faults).toEqual(['circle: libs/box/src/b.ts → libs/box/src/c.ts → libs/box/src/b.ts']);
  });

  it('finds a circle of types', async () => {
    const faults = await faultsIn({
      ...clean,
      'libs/box/src/b.ts': `import type { C } from './c.ts';\nexport interface B { c: C }`,
      'libs/box/src/c.ts': `import type { B } from './b.ts';\nexport interface C { b: B }`,
    });
    expect(faults).toEqual(['circle: libs/box/src/b.ts → libs/box/src/c.ts → libs/box/src/b.ts']);
  });

  it('finds two folders that import from each other, though no two files do', async () => {
    const faults = await faultsIn({
      ...clean,
      'libs/box/src/queue/take.ts': `import { peek } from '../store/peek.ts';\nexport const take = peek;`,
      'libs/box/src/queue/size.ts': `export const size = 1;`,
      'libs/box/src/store/peek.ts': `export const peek = 1;`,
      'libs/box/src/store/count.ts': `import { size } from '../queue/size.ts';\nexport const count = size;`,
    });
    expect(faults).toEqual([
      'folders import each other: libs/box/src/queue → libs/box/src/store → libs/box/src/queue',
    ]);
  });

  it('finds a file that imports the entry of its own library', async () => {
    const faults = await faultsIn({
      ...clean,
      'libs/box/src/unpack.ts': `import { pack } from './index.ts';\nexport const unpack = pack;`,
    });
    expect(faults).toEqual([
      'the entry is imported from below it: libs/box/src/unpack.ts → libs/box/src/index.ts',
    ]);
  });

  it.each(['packing/pack.test.ts', 'testing.ts', 'testing/world.ts', '../e2e/support.ts'])(
    'finds a source that imports %s',
    async (path) => {
      const faults = await faultsIn({
        'libs/box/src/index.ts': `import './${path}';`,
        [join('libs/box/src', path)]: `export const world = 1;`,
      });
      expect(faults).toHaveLength(1);
      expect(faults[0]).toMatch(/^a source imports a test: libs\/box\/src\/index\.ts → /);
    },
  );

  it('throws for an import of a file that does not exist', async () => {
    await expect(faultsIn({ 'libs/box/src/index.ts': `import './gone.ts';` })).rejects.toThrow(
      'libs/box/src/index.ts imports ./gone.ts, which does not exist',
    );
  });
});
