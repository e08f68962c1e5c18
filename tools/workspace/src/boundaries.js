// @ts-check
import { cruise } from 'dependency-cruiser';

/** @typedef {import('dependency-cruiser').IFlattenedRuleSet} RuleSet */

const test = '\\.test\\.[jt]s$';
const source = '^((?:apps|libs)/[^/]+)/src/';
const helper = `${test}|/e2e/|/src/testing[./]`;

/** @type {RuleSet} Nx keeps packages apart; these rules hold within one. */
const fileRules = {
  forbidden: [
    { name: 'circle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'the entry is imported from below it',
      severity: 'error',
      from: { path: source, pathNot: test },
      to: { path: '^$1/src/(index|main)\\.ts$' },
    },
    {
      name: 'a source imports a test',
      severity: 'error',
      from: { path: source, pathNot: helper },
      to: { path: helper },
    },
  ],
};

/** @type {RuleSet} Of two folders, only one may import from the other. */
const folderRules = {
  forbidden: [
    {
      name: 'folders import each other',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
  ],
};

/**
 * Finds imports in a circle and imports that point up. An import of a type counts: its reader has to know the
 * other file too.
 *
 * @param {string} root of a workspace
 * @returns {Promise<string[]>} a line for each fault
 * @throws when a file of the workspace imports one that does not exist
 */
export async function boundaryFaults(root) {
  const files = await cruiseWith(root, fileRules, '(^|/)(node_modules|dist|out-tsc)/');
  const missing = files.modules.flatMap(({ source: file, dependencies }) =>
    dependencies
      .filter(({ couldNotResolve, module }) => couldNotResolve && module.startsWith('.'))
      .map(({ module }) => `${file} imports ${module}, which does not exist`),
  );
  if (missing.length > 0) throw new Error(missing.join('\n'));
  const folders = await cruiseWith(root, folderRules, `(^|/)(node_modules|dist|out-tsc)/|${helper}`);
  const faults = [files, folders].flatMap(({ summary }) =>
    summary.violations.map(({ rule, from, to, cycle }) =>
      cycle ? `${rule.name}: ${circle(cycle.map(({ name }) => name))}` : `${rule.name}: ${from} → ${to}`,
    ),
  );
  return [...new Set(faults)].sort();
}

/** @param {string} root @param {RuleSet} ruleSet @param {string} exclude */
async function cruiseWith(root, ruleSet, exclude) {
  const { output } = await cruise(['apps', 'libs', 'tools'], {
    baseDir: root,
    ruleSet,
    validate: true,
    exclude: { path: exclude },
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@wemasy-orders/source', 'import', 'node', 'default'],
      extensions: ['.ts', '.js'],
    },
  });
  if (typeof output === 'string') throw new Error(output);
  return output;
}

/** @param {readonly string[]} names each imports the next, the last one the first; the same circle gives the same text */
function circle(names) {
  const first = names.indexOf([...names].sort()[0] ?? '');
  const inOrder = [...names.slice(first), ...names.slice(0, first)];
  return [...inOrder, inOrder[0]].join(' → ');
}
