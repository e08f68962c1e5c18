// @ts-check
import { json } from './openapi.js';

/** @import { Issues, Refuse } from './issues.js' */
/** @import { Answer, Context, OperationDescription } from './operation.js' */
/** @import { OperationDefinition } from './openapi.js' */

/**
 * Refuses an operation that contradicts itself, or that cannot be served.
 *
 * @param {OperationDefinition} definition
 * @param {string} method
 * @param {{ successes: readonly Answer[], refuse: Refuse } & Pick<Context, 'writes' | 'withoutArguments'>} context
 */
export function checkOperation(definition, method, { successes, writes, withoutArguments, refuse }) {
  const { operationId, 'x-rate-limit': limits, 'x-mcp-tool': tool, requestBody } = definition;
  if (successes.length === 0) {
    refuse('no 2xx answer', 'describe what the API answers to a call that succeeds');
  }
  const isFile = (/** @type {Answer} */ { schema, contentType }) =>
    schema === undefined && contentType !== undefined;
  if (tool !== undefined && (successes[0]?.schema === undefined || successes.some(isFile))) {
    const types = successes.map(({ contentType }) => contentType ?? 'no body').join(' and ');
    refuse(`an answer of ${types} cannot be a tool`, 'remove its x-mcp-tool');
  }
  if (tool !== undefined && !tool.annotations.readOnlyHint && !writes.includes(operationId)) {
    refuse(
      'a writing operation with x-mcp-tool needs an implementation that keeps the journal',
      'remove its x-mcp-tool, or implement it in libs/order-sync and list it under openapi.writes in libs/client/package.json',
    );
  }
  for (const shown of limitsShown(definition)) {
    if (Number(shown) === limits.limit) continue;
    const problem = `x-rate-limit says ${limits.limit}, the example of X-RateLimit-Limit says ${String(shown)}`;
    refuse(problem, 'correct one of them');
  }
  const { readOnlyHint = false, destructiveHint = false } = tool?.annotations ?? {};
  if (readOnlyHint && (destructiveHint || ['put', 'patch', 'delete'].includes(method))) {
    const other = destructiveHint ? 'destructiveHint' : method.toUpperCase();
    refuse(`readOnlyHint contradicts ${other}`, 'say what the operation does');
  }
  const isReadByCode = [...writes, ...withoutArguments].includes(operationId);
  if (isReadByCode && new Set(successes.map(({ schema }) => schema)).size > 1) {
    refuse('the product reads its answers, so all of them need one schema', 'describe them by one schema');
  }
  if (requestBody !== undefined && method === 'get') {
    refuse('no client sends a body with GET', 'describe query parameters');
  }
  if (requestBody !== undefined && requestBody.content[json] === undefined) {
    const types = Object.keys(requestBody.content).join(', ') || 'no type';
    refuse(
      `a request of ${types} is not understood`,
      'the client sends application/json: leave the operation out',
    );
  } else if (requestBody !== undefined && requestBody.content[json]?.schema === undefined) {
    refuse('a JSON request without a schema', 'describe it, or remove the requestBody');
  }
}

/** What the answers show of the limit in their headers. @param {OperationDefinition} definition @returns {unknown[]} */
function limitsShown({ responses }) {
  const headers = Object.values(responses).flatMap((answer) => Object.entries(answer.headers ?? {}));
  const limits = headers.filter(([name]) => name.toLowerCase() === 'x-ratelimit-limit');
  return limits
    .flatMap(([, { example, examples = {}, schema }]) => [
      example,
      ...Object.values(examples).map(({ value }) => value),
      ...(schema.examples ?? []),
      schema.const,
    ])
    .filter((shown) => shown !== undefined);
}

/**
 * Refuses operations that share a bucket and differ in its limit.
 *
 * @param {readonly OperationDescription[]} operations
 * @param {Issues} issues
 */
export function checkBuckets(operations, issues) {
  const bucketOf = (/** @type {OperationDescription} */ { operationId, rateLimit }) =>
    rateLimit.bucket ?? operationId;
  for (const operation of operations) {
    const { operationId, rateLimit } = operation;
    const bucket = bucketOf(operation);
    const first = operations.find((each) => bucketOf(each) === bucket)?.rateLimit ?? rateLimit;
    if (first.limit !== rateLimit.limit || first.windowSeconds !== rateLimit.windowSeconds) {
      issues.add(
        operationId,
        `another limit for the bucket ${bucket}`,
        'operations of one bucket share one limit',
      );
    }
  }
}
