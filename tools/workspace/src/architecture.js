// @ts-check
/** @typedef {{ name: string, root: string, kind: 'app' | 'lib' | 'document' }} Floor */
/** @typedef {{ floors: readonly Floor[], imports: readonly (readonly [from: string, to: string])[] }} House names of floors */

const start = '<!-- diagram: written by `npm run codegen` -->';
const end = '<!-- /diagram -->';

/**
 * A Mermaid diagram of who imports whom. An arrow that others imply is left out.
 *
 * @param {House} house
 */
export function diagramOf({ floors, imports }) {
  const id = (/** @type {string} */ name) =>
    floors.find((floor) => floor.name === name)?.root.replaceAll(/\W/g, '_');
  const named = (/** @type {string} */ name) => floors.some((floor) => floor.name === name);
  const edges = imports.filter(([from, to]) => named(from) && named(to));
  const direct = edges.filter(
    ([from, to]) => !edges.some(([other, next]) => other === from && next !== to && reaches(edges, next, to)),
  );
  const boxes = floors.map(({ name, root, kind }) => {
    const [open, close] = { app: ['([', '])'], lib: ['[', ']'], document: ['[/', '/]'] }[kind];
    return `  ${id(name)}${open}"${root}"${close}`;
  });
  const arrows = direct.map(([from, to]) => `  ${id(from)} --> ${id(to)}`);
  return ['```mermaid', 'flowchart TD', ...boxes.sort(), ...[...new Set(arrows)].sort(), '```'].join('\n');
}

/**
 * @param {string} page Markdown with the two markers
 * @param {string} diagram
 * @throws when the page has lost its markers
 */
export function withDiagram(page, diagram) {
  const from = page.indexOf(start);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page needs the markers ${start} and ${end}`);
  return `${page.slice(0, from + start.length)}\n\n${diagram}\n\n${page.slice(to)}`;
}

/** @param {House['imports']} edges @param {string} from @param {string} to @returns {boolean} */
function reaches(edges, from, to) {
  return edges.some(([source, next]) => source === from && (next === to || reaches(edges, next, to)));
}
