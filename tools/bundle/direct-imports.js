// @ts-check
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname } from 'node:path';
import { transform } from 'esbuild';

/**
 * Packages that a first call needs a small part of: of the journal its errors, of the MCP SDK nothing of what serves HTTP. Their
 * entries do nothing when they are loaded.
 */
const packages = /^@(wemasy-orders\/order-sync|modelcontextprotocol\/server)$/;

/** @typedef {(path: string, folder: string) => Promise<string>} Resolve where a file finds what it imports */

/**
 * Imports each name from the file that declares it, and not from the entry of its package: a chunk has whole files, so that
 * to import one name through the entry is to load all of the package that any part of the app uses. What Node has built in is
 * asked of the process: an import would read every property of the module first.
 *
 * @param {string} code as esbuild prints it
 * @param {string} folder of the code
 * @param {Resolve} resolve
 */
export async function importDirectly(code, folder, resolve) {
  let result = code.replace(/^import \* as (\w+) from ("[^"]+");/gm, (statement, name, path) =>
    isBuiltin(JSON.parse(path)) ? `const ${name} = process.getBuiltinModule(${path});` : statement,
  );
  for (const { statement, names, path } of listsOf('import', code)) {
    if (path === undefined) continue;
    let direct;
    if (isBuiltin(path)) {
      const read = names.map(([name, local]) => `${name}: ${local}`);
      direct = `const { ${read.join()} } = process.getBuiltinModule(${JSON.stringify(path)});`;
    } else if (packages.test(path)) {
      const origins = await originsOf(await resolve(path, folder), resolve);
      const imports = names.map(([exported, local]) => {
        const { name, file } = origins.get(exported) ?? { name: exported, file: path };
        return `import { ${name} as ${local} } from ${JSON.stringify(file)};`;
      });
      direct = imports.join('');
    } else continue;
    // As many lines as before, for the source map.
    result = result.replace(statement, () => direct + statement.replace(/[^\n]/g, ''));
  }
  return result;
}

/**
 * Where the names come from that an entry passes on.
 *
 * @param {string} entry
 * @param {Resolve} resolve
 */
async function originsOf(entry, resolve) {
  const { code } = await transform(await readFile(entry, 'utf8'), { loader: 'ts' });
  const imported = new Map(
    listsOf('import', code).flatMap(({ names, path }) =>
      names.map(([name, local]) => [local, { name, path }]),
    ),
  );
  /** @type {Map<string, { name: string, file: string }>} */
  const origins = new Map();
  for (const { names, path } of listsOf('export', code)) {
    for (const [local, exported] of names) {
      const origin = path === undefined ? imported.get(local) : { name: local, path };
      if (origin?.path === undefined) continue;
      origins.set(exported, { name: origin.name, file: await resolve(origin.path, dirname(entry)) });
    }
  }
  return origins;
}

/**
 * The statements that list what they import or export.
 *
 * @param {'import' | 'export'} kind
 * @param {string} code as esbuild prints it
 */
function listsOf(kind, code) {
  const statements = code.matchAll(new RegExp(`^${kind} \\{([^}]+)\\}(?: from "([^"]+)")?;`, 'gm'));
  return [...statements].map(([statement, list = '', path]) => ({
    statement,
    path,
    names: list.split(',').map((each) => {
      const [name = '', other = name] = each.trim().split(' as ');
      return /** @type {const} */ ([name, other]);
    }),
  }));
}
