import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withHome } from '@wemasy-orders/runtime/testing';
import xterm from '@xterm/headless';
import { expect, it } from 'vitest';
import { startSandbox } from './support/sandbox.js';
import { openTerminal } from './support/terminal.js';

const picture = fileURLToPath(new URL('../../../docs/pictures/terminal.svg', import.meta.url));
const columns = 92;

it('the picture of a run is drawn from what the built command line writes to a terminal', async () => {
  const sandbox = await startSandbox('--orders', '8');
  const state = mkdtempSync(join(tmpdir(), 'wemasy-orders-picture-'));
  const environment = {
    WEMASY_API_URL: sandbox.apiUrl,
    WEMASY_API_TOKEN: 'sandbox-full-access',
    WEMASY_STATE: state,
    ...withHome(state),
  };
  const args = ['sync-due'];
  const window = await openTerminal(args, environment, { columns });
  await window.shows(/Send \d+ orders/);
  window.type('y');
  expect(await window.ended()).toBe(0);
  const written = window.written().replace(/^\/dev\/\S+\r\n/, '');
  writeFileSync(picture, await drawn(`\u001B[2m$\u001B[22m wemasy-orders ${args.join(' ')}\r\n${written}`));
  expect(statSync(picture).size).toBeLessThan(150_000);
  rmSync(state, { recursive: true });
  await sandbox.close();
});

const cell = { width: 8.4, height: 20 } as const;
const margin = 16;

/** An SVG of what a terminal shows after it has read the text. */
async function drawn(written: string): Promise<string> {
  const terminal = new xterm.Terminal({ cols: columns, rows: 200, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(written, resolve));
  const rows = Array.from({ length: 200 }, (_, y) => runsOf(terminal, y));
  const height = rows.findLastIndex((runs) => runs.length > 0) + 1;
  const texts = rows.flatMap((runs, y) => runs.map((run) => textElement(run, y)));
  const size = `${columns * cell.width + 2 * margin} ${height * cell.height + 2 * margin}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size}" role="img" aria-label="A run in a terminal">`,
    '<style>text{font:14px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#e6e9ed;white-space:pre}' +
      '.bold{font-weight:bold}.dim{fill:#98a2ad}.red{fill:#ff8a80}.green{fill:#7ee29a}.yellow{fill:#f3d27a}</style>',
    '<rect width="100%" height="100%" rx="10" fill="#16191d"/>',
    ...texts,
    '</svg>\n',
  ].join('\n');
}

interface Run {
  readonly x: number;
  readonly look: string;
  text: string;
}

/** The runs of a row: neighbouring cells with the same look. A gap of two cells ends a run. */
function runsOf(terminal: xterm.Terminal, y: number): Run[] {
  const line = terminal.buffer.active.getLine(y);
  const runs: Run[] = [];
  for (let x = 0; x < columns; x += 1) {
    const at = line?.getCell(x);
    const chars = at?.getChars() ?? '';
    if (at === undefined || chars.trim() === '') continue;
    const palette: Readonly<Record<number, string>> = { 1: 'red', 2: 'green', 3: 'yellow' };
    const look = [at.isBold() ? 'bold' : '', at.isDim() ? 'dim' : '', palette[at.getFgColor()] ?? '']
      .filter((name) => name !== '')
      .join(' ');
    const last = runs.at(-1);
    const gap = last === undefined ? Infinity : x - last.x - [...last.text].length;
    if (last?.look === look && gap < 2) last.text += ' '.repeat(gap) + chars;
    else runs.push({ x, look, text: chars });
  }
  return runs;
}

/** Its length is given, so that columns are where they belong in any font. */
function textElement({ x, look, text }: Run, y: number): string {
  const left = margin + x * cell.width;
  const base = margin + (y + 0.75) * cell.height;
  const length = [...text].length * cell.width;
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const attributes = `x="${left.toFixed(1)}" y="${base}" textLength="${length.toFixed(1)}"`;
  return `<text ${attributes}${look === '' ? '' : ` class="${look}"`}>${escaped}</text>`;
}
