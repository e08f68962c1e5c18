// @ts-check
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import MagicString from 'magic-string';
import ts from 'typescript';

/**
 * Has V8 compile a library's functions when the library is loaded. Otherwise it reads each twice, the second time when it is
 * first called: of a process's first permit that is more than half, and somebody waits for it. A parenthesis before
 * `function` is the sign that V8 goes by.
 *
 * @param {readonly string[]} exceptions names of files that can wait: loading the library takes longer for each function
 * @returns {import('esbuild').Plugin}
 */
export function compileAhead(exceptions) {
  return {
    name: 'compile-ahead',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) =>
        exceptions.includes(basename(path))
          ? undefined
          : { contents: parenthesize(await readFile(path, 'utf8'), path), loader: 'ts' },
      );
    },
  };
}

/**
 * Writes each function declaration as a constant in parentheses, where its block begins: there a declaration holds from the
 * start, too.
 *
 * @param {string} code TypeScript
 * @param {string} path
 */
function parenthesize(code, path) {
  const source = ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true);
  const result = new MagicString(code);

  /** @param {ts.Node} node */
  const visit = (node) => {
    ts.forEachChild(node, visit);
    if (!ts.isSourceFile(node) && !ts.isBlock(node)) return;
    const begin = node.statements.find((statement) => !ts.isImportDeclaration(statement))?.getFullStart();
    for (const statement of node.statements) {
      if (begin !== undefined && ts.isFunctionDeclaration(statement)) toConstant(statement, begin);
    }
  };

  /** @param {ts.FunctionDeclaration} declaration @param {number} begin of its block */
  const toConstant = (declaration, begin) => {
    const { name, body, modifiers, asteriskToken, end } = declaration;
    // Of an overloaded function only the last declaration has a body.
    if (name === undefined || body === undefined) return;
    if (modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) === true) {
      throw new Error(`${path}: ${name.text} is a default export, which has no name`);
    }
    const start = declaration.getStart();
    const [exported = '', async = ''] = [ts.SyntaxKind.ExportKeyword, ts.SyntaxKind.AsyncKeyword].map(
      (kind) => modifiers?.find((modifier) => modifier.kind === kind)?.getText(),
    );
    const star = asteriskToken === undefined ? '' : '*';
    result.overwrite(start, name.end, `${exported} const ${name.text} = (${async} function${star} `);
    result.appendLeft(end, ');\n');
    if (begin === start) return;
    result.move(start, end, begin);
    // What stood before it must not go on in what stood behind it.
    result.appendRight(end, ';');
  };

  visit(source);
  const map = result.generateMap({ source: path, includeContent: true, hires: true });
  return `${result.toString()}\n//# sourceMappingURL=${map.toUrl()}`;
}
