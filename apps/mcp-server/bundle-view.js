// @ts-check
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const folder = 'src/view/page';

/** Writes the orders view to dist/orders.html: one file with its styles and its script inside. */
export async function bundleOrdersView() {
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'orders.css'), join(folder, 'orders.ts')],
    outdir: '.',
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  const bundled = (/** @type {string} */ ending) => {
    const file = outputFiles.find(({ path }) => path.endsWith(ending));
    if (file === undefined) throw new Error(`nothing was bundled to ${ending}`);
    return file.text.trim();
  };
  const page = await readFile(join(folder, 'orders.html'), 'utf8');
  const inlined = Object.entries({
    '<link rel="stylesheet" href="./orders.css" />': `<style>${bundled('.css')}</style>`,
    '<script type="module" src="./orders.ts"></script>': `<script type="module">${bundled('.js')}</script>`,
  }).reduce((html, [reference, content]) => {
    if (!html.includes(reference)) throw new Error(`the page has no ${reference}`);
    return html.replace(reference, () => content);
  }, page);
  await writeFile('dist/orders.html', inlined);
}
