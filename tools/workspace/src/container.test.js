// @ts-check
import { mkdtemp, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeContainerContext } from './container.js';

describe('a container image, built by a user whose files are private', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-container-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('can be read by the user that the image names', async () => {
    const app = join(folder, 'app');
    for (const name of ['dist', 'dist/assets', 'container']) {
      await mkdir(join(app, name), { recursive: true, mode: 0o700 });
    }
    for (const name of ['dist/main.js', 'dist/assets/view.js', 'container/health-check.js']) {
      await writeFile(join(app, name), '', { mode: 0o600 });
    }
    await writeFile(join(app, 'container/Containerfile'), 'FROM scratch\n');

    const context = join(folder, 'context');
    await mkdir(context);
    writeContainerContext(app, context, { name: 'server', version: '1.0.0', type: 'module' });
    const server = join(context, 'server');
    const modes = Object.fromEntries(
      await Promise.all(
        ['.', ...(await readdir(server, { recursive: true }))].map(async (name) => {
          const { mode } = await stat(join(server, name));
          return [name, (mode & 0o777).toString(8)];
        }),
      ),
    );
    expect(modes).toEqual({
      '.': '755',
      assets: '755',
      'assets/view.js': '644',
      'health-check.js': '644',
      'main.js': '644',
      'package.json': '644',
    });
  });
});
