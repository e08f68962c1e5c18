// @ts-check
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';

const page = fileURLToPath(new URL('../../../docs/benchmarks.md', import.meta.url));
const introduction = `# Benchmarks

Written by \`npm run bench\`; each section names the command that writes it. Figures of one section come from one run on
one machine, both sides in turn; compare them with each other, not with those of another machine.
`;

/** The machine and the moment of a run, in words. */
export function circumstances() {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const date = new Date().toISOString().slice(0, 10);
  return `${date}; Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} × ${cpu?.model ?? 'unknown'}, ${memory} GiB.`;
}

/**
 * Writes one section of docs/benchmarks.md in the place of its last version. Another run may write meanwhile: then it
 * begins again with what that has written.
 *
 * @param {string} title
 * @param {string | ((last: string) => string)} text Markdown; a function gets the last version, or nothing
 */
export async function writeSection(title, text) {
  for (;;) {
    const old = existsSync(page) ? readFileSync(page, 'utf8') : introduction;
    const sections = old.split(/^(?=## )/m);
    const at = sections.findIndex((section) => section.startsWith(`## ${title}\n`));
    const fresh = `## ${title}\n\n${typeof text === 'string' ? text : text(sections[at] ?? '')}\n`;
    const all = at < 0 ? [...sections, fresh] : sections.with(at, fresh);
    const formatted = await format(all.join('\n'), {
      parser: 'markdown',
      singleQuote: true,
      printWidth: 110,
    });
    if (existsSync(page) && readFileSync(page, 'utf8') !== old) continue;
    writeFileSync(page, formatted);
    return;
  }
}

/**
 * A Markdown table.
 *
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
export function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
