import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const hasLibreOffice = spawnSync('soffice', ['--version']).status === 0;

/** Without LibreOffice tests are skipped, but in CI they fail. */
export const canOpenSpreadsheets = hasLibreOffice || process.env['CI'] !== undefined;

/** A cell as the spreadsheet program understood it. */
export interface SpreadsheetCell {
  readonly type: 'float' | 'date' | 'string' | 'other';
  /** Number or date as the file format writes it, else the text. */
  readonly value: string;
  /** Undefined where it is no formula. */
  readonly formula: string | undefined;
}

/**
 * Opens CSV files in a Dutch LibreOffice and reads their cells back. Numbers, dates and formulas are recognised as when a
 * person opens the file.
 *
 * @param separators the characters that it splits on
 */
export async function openInSpreadsheet(
  files: readonly string[],
  separators: string,
): Promise<SpreadsheetCell[][][]> {
  const folder = mkdtempSync(join(tmpdir(), 'wemasy-orders-spreadsheet-'));
  try {
    mkdirSync(join(folder, 'in'));
    const paths = files.map((text, at) => {
      const path = join(folder, 'in', `${at}.csv`);
      writeFileSync(path, text);
      return path;
    });
    const codes = [...separators].map((separator) => separator.codePointAt(0)).join('/');
    const utf8 = 76;
    const dutch = 1043;
    const child = spawn(
      'soffice',
      [
        `-env:UserInstallation=${pathToFileURL(join(folder, 'profile')).href}`,
        '--headless',
        '--convert-to',
        'fods',
        `--infilter=CSV:${codes},34,${utf8},1,,${dutch},false,true`,
        '--outdir',
        folder,
        ...paths,
      ],
      { stdio: 'ignore' },
    );
    await once(child, 'exit');
    return paths.map((_, at) => cellsOf(readFileSync(join(folder, `${at}.fods`), 'utf8')));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The cells of a flat OpenDocument spreadsheet. */
function cellsOf(document: string): SpreadsheetCell[][] {
  return [...document.matchAll(/<table:table-row\b[^>]*>(.*?)<\/table:table-row>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<table:table-cell\b([^>]*?)(?:\/>|>(.*?)<\/table:table-cell>)/gs)].map(
      ([, attributes = '', content = '']) => {
        const attribute = (name: string) => {
          const text = new RegExp(` ${name}="([^"]*)"`).exec(attributes)?.[1];
          return text === undefined ? undefined : decoded(text);
        };
        const type = attribute('office:value-type');
        return {
          type: type === 'float' || type === 'date' || type === 'string' ? type : 'other',
          value: attribute('office:value') ?? attribute('office:date-value') ?? paragraphsOf(content),
          formula: attribute('table:formula'),
        };
      },
    ),
  );
}

function paragraphsOf(content: string): string {
  const paragraphs = [...content.matchAll(/<text:p>(.*?)<\/text:p>/gs)].map(([, text = '']) => text);
  return decoded(
    paragraphs
      .join('\n')
      .replace(/<text:s\/>/g, ' ')
      .replace(/<[^>]*>/g, ''),
  );
}

function decoded(text: string): string {
  return text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&apos;/g, "'")
    .replace(/&amp;/g, '&');
}
