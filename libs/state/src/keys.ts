/** Whether a key consists of the prefix and one more segment. */
export function isDirectlyBelow(key: string, prefix: string): boolean {
  return key.startsWith(`${prefix}/`) && !key.includes('/', prefix.length + 1);
}
