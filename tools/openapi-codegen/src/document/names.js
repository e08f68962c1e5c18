// @ts-check

/** @import { Issues } from './issues.js' */
/** @import { OperationDescription } from './operation.js' */

/** `listOrders` → `ListOrders`, `order-line.v2` → `OrderLineV2`. @param {string} name */
export function pascalCase(name) {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

/** The constant that checks all arguments of an operation. @param {string} operationId */
export function argumentsSchema(operationId) {
  return `${pascalCase(operationId)}Arguments`;
}

/** What the generated modules call their own, or take from JavaScript and TypeScript. */
const ownNames = ['Same', 'Record', 'RegExp', 'NonNullable', 'Omit', 'Partial', 'Readonly', 'Required'];

/** The names of the constants of component schemas. @param {readonly string[]} names @param {Issues} issues */
export function identifiersOf(names, issues) {
  return new Map(
    names.map((name) => {
      const identifier = pascalCase(name);
      if (!/^[A-Z]/.test(identifier) || ownNames.includes(identifier)) {
        const place = `components.schemas.${name}`;
        issues.add(place, 'its name cannot be a constant', 'begin it with a letter and rename it');
      }
      return [name, identifier];
    }),
  );
}

/**
 * Refuses names that exist twice.
 *
 * @param {readonly OperationDescription[]} operations
 * @param {ReadonlyMap<string, string>} identifiers
 * @param {Issues} issues
 */
export function checkNames(operations, identifiers, issues) {
  /** @type {[what: string, names: readonly (string | undefined)[]][]} */
  const kinds = [
    ['an operation', operations.map(({ operationId }) => operationId)],
    ['a tool', operations.map(({ tool }) => tool?.name)],
    [
      'a path',
      [...new Set(operations.map(({ path }) => path))].map((path) => path.replaceAll(/\{[^}]*\}/g, '{}')),
    ],
    [
      'a schema',
      [
        ...identifiers.values(),
        ...operations.flatMap(({ operationId, parameters }) => [
          argumentsSchema(operationId),
          ...parameters.map(({ schemaName }) => schemaName),
        ]),
      ],
    ],
  ];
  for (const [what, names] of kinds) {
    for (const name of names.filter((each, index) => names.indexOf(each) < index)) {
      if (name !== undefined) issues.add(name, `${what} of this name exists twice`, 'rename one of them');
    }
  }
}
