/**
 * Bundles an app into dist/main.js: one executable file without dependencies, so that starting it costs no module
 * resolution and installing it brings nothing else along. What is imported lazily lies in chunks beside it.
 *
 * @param {import('esbuild').BuildOptions} [options] what this app needs besides
 */
export declare function bundle(options?: import('esbuild').BuildOptions): Promise<void>;
//# sourceMappingURL=app.d.ts.map