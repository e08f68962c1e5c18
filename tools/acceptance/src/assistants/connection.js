// @ts-check

/**
 * The command by which the README connects an assistant, with the built server in the place of the published one.
 *
 * @param {string} readme
 * @param {string} assistant as the comment above the line names it
 * @param {{ home: string, server: readonly [node: string, file: string, flag: string] }} here
 * @returns {string[]} program and arguments
 */
export function connectionOf(readme, assistant, { home, server: [node, file, flag] }) {
  const lines = readme.split('\n');
  const line = lines[lines.indexOf(`# ${assistant}`) + 1] ?? '';
  const words = [...line.matchAll(/(?:"[^"]*"|\S)+/g)].map(([word]) =>
    word.replaceAll('"', '').replaceAll('$HOME', home),
  );
  const published = new Map([
    ['npx', node],
    ['-y', file],
    ['wemasy-orders-mcp', flag],
  ]);
  if (![...published.keys()].every((word) => words.includes(word))) {
    throw new Error(`the README has no line that connects ${assistant}`);
  }
  return words.map((word) => published.get(word) ?? word);
}
