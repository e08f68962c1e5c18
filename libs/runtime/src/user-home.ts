import { accessSync, constants, existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The folder in the user's home that holds the state by default, and always what this user knows of journals. */
export const stateFolderName = '.wemasy-orders';

/**
 * The home folder that the user database names, whatever the environment says: clients filter, empty and redirect
 * variables, and all processes of one user must find the same folder.
 *
 * @returns undefined for a user without an entry (a container with an arbitrary id), or without a home to write to
 */
export function userHome(): string | undefined {
  try {
    const { homedir: home } = userInfo();
    if (!isAbsolute(home)) return undefined;
    const folder = join(home, stateFolderName);
    accessSync(existsSync(folder) ? folder : home, constants.W_OK);
    return home;
  } catch {
    return undefined;
  }
}
