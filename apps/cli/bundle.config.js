// @ts-check
import { bundle } from '../../tools/bundle/app.js';

/**
 * Commander can start programs as subcommands. This command line has none, and loading `node:child_process` takes 2.5 ms.
 *
 * @type {import('esbuild').Plugin}
 */
const withoutPrograms = {
  name: 'without-programs',
  setup({ onResolve, onLoad }) {
    const namespace = 'absent';
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      /[\\/]commander[\\/]/.test(importer) ? { path, namespace } : undefined,
    );
    onLoad({ filter: /./, namespace }, () => ({ contents: 'module.exports = {};' }));
  },
};

await bundle({ everyRunLoads: 'src/run-command-line.ts', plugins: [withoutPrograms] });
