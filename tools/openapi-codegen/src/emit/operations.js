// @ts-check

/** @import { ApiDescription } from '../document/read.js' */

/**
 * Emits, as plain data, what the document says of each operation beyond types.
 *
 * @param {ApiDescription} api
 * @returns {string} TypeScript source, not formatted
 */
export function emitOperations(api) {
  const operations = api.operations.map(({ operationId, summary, tool, isPublic, answer, words }) => {
    const data = JSON.stringify({ summary, tool, isPublic: isPublic || undefined, answer, words }).slice(
      1,
      -1,
    );
    return `${operationId}: { ...calls.${operationId}, ${data} }`;
  });
  return `
import type * as description from '../api-description.js';
import { calls, type ShapeName } from './calls.js';
import type * as schemas from './schemas.js';

export type { AnswerField, Privacy } from '../api-description.js';
export { type Argument, type Call, productionUrl, type Shape, type ShapeName, type ShapeType } from './calls.js';

/** A schema of the document, by the name of its constant in \`./schemas\`. */
export type SchemaName = keyof typeof schemas;

/** What the document says of one operation: what a call needs, and texts for people and assistants. */
export type Operation = description.Operation<ShapeName>;

export const operations = { ${operations.join(', ')} } as const satisfies Record<string, Operation>;
`;
}
