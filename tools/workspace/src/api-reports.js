// @ts-check
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

/** Entries whose names people import; the others are generated data, or for tests. */
const entries = ['.', './node', './folder', './redis'];

/** Members that every error has, and that say what they are. */
const speaking = new Set(['name', 'code', '[brand]']);

/**
 * Compares the public names of a built package, with their types, with the reports in its folder `api`, or writes them
 * there.
 *
 * @param {string} root folder of the package
 * @param {{ write: boolean }} options
 * @returns {Promise<string[]>} what differs, or is wrong with a public name: one sentence each
 */
export async function checkApi(root, { write }) {
  const manifest = join(root, 'package.json');
  const { name, exports } = JSON.parse(await readFile(manifest, 'utf8'));
  /** @type {string[]} */
  const faults = [];
  const isExported = await knownNames(root, exports);
  const generated = await readFile(join(root, 'dist/generated/schema.d.ts'), 'utf8').catch(() => '');
  for (const entry of entries) {
    const types = typesOf(exports[entry]);
    if (types === undefined) continue;
    const report = entry === '.' ? 'index' : entry.slice(2);
    const config = ExtractorConfig.prepare({
      configObjectFullPath: undefined,
      packageJsonFullPath: manifest,
      configObject: {
        projectFolder: root,
        mainEntryPointFilePath: join(root, types),
        newlineKind: 'lf',
        compiler: { overrideTsconfig: { compilerOptions, files: [join(root, types)] }, skipLibCheck: true },
        apiReport: {
          enabled: true,
          reportFileName: report,
          reportFolder: join(root, 'out-tsc/api'),
          reportTempFolder: join(root, 'out-tsc/api/raw'),
        },
        docModel: { enabled: false },
        dtsRollup: { enabled: false },
        tsdocMetadata: { enabled: false },
        messages: {
          compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
          extractorMessageReporting: {
            default: { logLevel: ExtractorLogLevel.None },
            'ae-forgotten-export': { logLevel: ExtractorLogLevel.Warning },
            'ae-undocumented': { logLevel: ExtractorLogLevel.Warning },
          },
          tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        },
      },
    });
    await mkdir(join(root, 'out-tsc/api'), { recursive: true });
    Extractor.invoke(config, {
      localBuild: true,
      messageCallback(message) {
        message.handled = true;
        const [, symbol = ''] = /"([^"]*)"/.exec(message.text) ?? [];
        const isFault =
          message.logLevel === ExtractorLogLevel.Error ||
          (message.messageId === 'ae-undocumented' && !speaking.has(symbol) && !isGenerated(message)) ||
          (message.messageId === 'ae-forgotten-export' && !isExported(symbol.replace(/_\d+$/, '')));
        if (isFault) faults.push(`${name} (${entry}): ${message.text}`);
      },
    });
    const kept = join(root, `api/${report}.api.md`);
    const names = withoutFields(
      await readFile(join(root, `out-tsc/api/${report}.api.md`), 'utf8'),
      generated,
    );
    if (write) await writeFile(kept, names);
    else if ((await readFile(kept, 'utf8').catch(() => '')) !== names) {
      faults.push(
        `${name}: api/${report}.api.md does not show its public names any more. Write it again and read the difference.`,
      );
    }
  }
  return faults;
}

/**
 * A report without the fields of generated interfaces: the document says what they are, so they follow it without a report.
 *
 * @param {string} report
 * @param {string} generated declarations
 */
function withoutFields(report, generated) {
  return report.replaceAll(/^export interface (\w+) \{\n.*?^\}/gms, (whole, name) =>
    generated.includes(`export interface ${name} {`)
      ? `export interface ${name} {\n    // As the document says.\n}`
      : whole,
  );
}

/**
 * Whether another entry of the package exports a name; `schemas` is the whole entry of that name.
 *
 * @param {string} root
 * @param {Record<string, { default?: string }>} exports
 * @returns {Promise<(symbol: string) => boolean>}
 */
async function knownNames(root, exports) {
  const known = new Set(['schemas']);
  for (const types of Object.values(exports).flatMap((each) => typesOf(each) ?? [])) {
    const text = await readFile(join(root, types), 'utf8');
    for (const [, list = ''] of text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)) {
      for (const each of list.split(',')) known.add(each.replace(/^.* as |^\s*type /, '').trim());
    }
    for (const [, symbol = ''] of text.matchAll(
      /^export (?:declare )?(?:const|function|class|interface|type) (\w+)/gm,
    )) {
      known.add(symbol);
    }
  }
  return (symbol) => known.has(symbol);
}

/** TypeScript finds the declarations beside the file. @param {{ default?: string } | undefined} entry */
function typesOf(entry) {
  return entry?.default?.replace(/\.js$/, '.d.ts');
}

/** The document describes what is generated, or leaves it open. @param {{ sourceFilePath?: string | undefined }} message */
function isGenerated({ sourceFilePath }) {
  return /[\\/]generated[\\/]/.test(sourceFilePath ?? '');
}

/** What every package of this workspace is compiled with, as far as declarations depend on it. */
const compilerOptions = {
  target: 'es2022',
  lib: ['es2023'],
  types: ['node'],
  module: 'nodenext',
  moduleResolution: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
};
