/** Written in by the build (`tools/bundle`); sources that run unbuilt have none. */
declare const PACKAGE_VERSION: string | undefined;

/** Version of this package. */
export const version: string = typeof PACKAGE_VERSION === 'string' ? PACKAGE_VERSION : '0.0.0';
