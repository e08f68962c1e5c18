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

/** Names that generated modules use themselves. */
const ownNames = ['z', 'components', 'operations', 'Same', 'exactly'];

/** The names of the constants of component schemas. @param {readonly string[]} names @param {Issues} issues */
export function identifiersOf(names, issues) {
  return new Map(
    names.map((name) => {
      const identifier = /^[A-Za-z_$][\w$]*$/.test(name) ? name : pascalCase(name);
      if (!/^[A-Za-z_$]/.test(identifier) || ownNames.includes(identifier)) {
        const place = `components.schemas.${name}`;
        issues.add(place, 'its name cannot be a constant', 'begin it with a letter and rename it');
      }
      return [name, identifier];
    }),
  );
}

/**
 * Names that must differ, and buckets whose limits must not.
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
  for (const { operationId, rateLimit } of operations) {
    const first =
      operations.find((each) => each.rateLimit.bucket === rateLimit.bucket)?.rateLimit ?? rateLimit;
    const isSame = first.limit === rateLimit.limit && first.windowSeconds === rateLimit.windowSeconds;
    if (rateLimit.bucket !== undefined && !isSame) {
      const problem = `another limit for the bucket ${rateLimit.bucket}`;
      issues.add(operationId, problem, 'operations of one bucket share one limit');
    }
  }
}
