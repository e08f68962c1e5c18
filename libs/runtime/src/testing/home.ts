/**
 * Environment of a Node process whose user has this home folder in the user database. Tests start the built apps with it,
 * since no setting moves that folder and the home of the user who runs the tests must stay as it is.
 */
export function withHome(folder: string): { readonly NODE_OPTIONS: string } {
  const code = `
    import os from 'node:os';
    import { syncBuiltinESMExports } from 'node:module';
    const { userInfo } = os;
    os.userInfo = (options) => ({ ...userInfo(options), homedir: ${JSON.stringify(folder)} });
    syncBuiltinESMExports();`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}
