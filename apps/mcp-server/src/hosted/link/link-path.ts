/** Where users link their shop. */
export const linkPath = '/link';

export function isLinkPath(pathname: string): boolean {
  return pathname === linkPath || pathname.startsWith(`${linkPath}/`);
}
