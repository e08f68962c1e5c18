/**
 * @typedef {object} Equivalent
 * @property {string} file
 * @property {string} mutator Stryker's name of the kind of change
 * @property {string} line where the code begins; it is in the file once
 * @property {string} code what is replaced, on one line
 * @property {string} becomes what replaces it, on one line
 * @property {string} reason why no caller can tell the difference
 */

/**
 * The mutants that no test can notice. Every other one that survives fails `npm run mutation`, and so does an entry of
 * which no mutant survives any more.
 *
 * @type {readonly Equivalent[]}
 */
export const equivalents = [
  {
    file: 'libs/rate-limit/src/queue.ts',
    mutator: 'ArithmeticOperator',
    line: 'Math.min(limit - charged, shareOf(limit, rules, foreign) - (charged - foreign));',
    code: 'limit - charged',
    becomes: 'limit + charged',
    reason: 'Where this is less than the share, neither leaves any room.',
  },
  {
    file: 'libs/rate-limit/src/queue.ts',
    mutator: 'ArrayDeclaration',
    line: 'const mine = draft.waiting.find(({ id }) => id === request.by)?.calls ?? [];',
    code: '[]',
    becomes: '["Stryker was here"]',
    reason: 'A group without a kind is the group of no call.',
  },
  {
    file: 'libs/rate-limit/src/queue.ts',
    mutator: 'EqualityOperator',
    line: 'const n = group.cost * precedingCalls(group, id < by, queued);',
    code: 'id < by',
    becomes: 'id <= by',
    reason: 'A process is not among the others.',
  },
  {
    file: 'libs/rate-limit/src/queue.ts',
    mutator: 'EqualityOperator',
    line: 'if (order !== 0) return order < 0 ? group.n : 0;',
    code: 'order < 0',
    becomes: 'order <= 0',
    reason: 'It is not 0.',
  },
  {
    file: 'libs/rate-limit/src/queue.ts',
    mutator: 'EqualityOperator',
    line: 'const found = ungranted.find(({ call }) => call.priority === priority);',
    code: 'call.priority === priority',
    becomes: 'call.priority !== priority',
    reason: 'Both priorities are asked for, and the sooner one counts.',
  },
  {
    file: 'libs/rate-limit/src/counter.ts',
    mutator: 'ConditionalExpression',
    line: 'group.first !== undefined &&',
    code: 'group.first !== undefined',
    becomes: 'true',
    reason: 'The difference below is not a number then, and not less than anything.',
  },
  {
    file: 'libs/rate-limit/src/counter.ts',
    mutator: 'OptionalChaining',
    line: 'const gap = (at: number): number => (groups[at]?.until ?? Infinity) - (groups[at - 1]?.until ?? 0);',
    code: 'groups[at]?.until',
    becomes: 'groups[at].until',
    reason: 'There are groups at both places.',
  },
  {
    file: 'libs/rate-limit/src/counter.ts',
    mutator: 'OptionalChaining',
    line: 'const gap = (at: number): number => (groups[at]?.until ?? Infinity) - (groups[at - 1]?.until ?? 0);',
    code: 'groups[at - 1]?.until',
    becomes: 'groups[at - 1].until',
    reason: 'There are groups at both places.',
  },
  {
    file: 'libs/rate-limit/src/counter.ts',
    mutator: 'EqualityOperator',
    line: 'for (let at = 2; at < groups.length; at += 1) if (gap(at) < gap(nearest)) nearest = at;',
    code: 'at < groups.length',
    becomes: 'at <= groups.length',
    reason: 'The gap behind the last group is infinite.',
  },
  {
    file: 'libs/rate-limit/src/fallback.ts',
    mutator: 'ArrayDeclaration',
    line: '...(state.foreign ? [state.foreign] : []),',
    code: '[]',
    becomes: '["Stryker was here"]',
    reason: 'A charge without an end is filtered out.',
  },
  {
    file: 'libs/client/src/answer.ts',
    mutator: 'ConditionalExpression',
    line: 'const shape = name == null ? undefined : shapes[name];',
    code: 'name == null',
    becomes: 'false',
    reason: 'No shape has the name undefined or null.',
  },
  {
    file: 'libs/client/src/answer.ts',
    mutator: 'BlockStatement',
    line: '} catch {',
    code: '{ return undefined; }',
    becomes: '{}',
    reason: 'A function that returns nothing returns undefined.',
  },
  {
    file: 'libs/client/src/answer.ts',
    mutator: 'StringLiteral',
    line: "/\\bcloudflare\\b/i.test(headers.get('server') ?? '') || typeof headers.get('cf-mitigated') === 'string';",
    code: "''",
    becomes: '"Stryker was here!"',
    reason: 'Neither names Cloudflare.',
  },
  {
    file: 'libs/client/src/walk-orders.ts',
    mutator: 'StringLiteral',
    line: "const complaint = refusals?.join(' ') ?? error.apiMessage ?? '';",
    code: "''",
    becomes: '"Stryker was here!"',
    reason: 'Neither is about the size of a page.',
  },
  {
    file: 'libs/presentation/src/visibility.ts',
    mutator: 'ConditionalExpression',
    line: 'if (before !== undefined) return before;',
    code: 'before !== undefined',
    becomes: 'false',
    reason: 'It only saves time.',
  },
  {
    file: 'libs/state/src/folder/lock.ts',
    mutator: 'ConditionalExpression',
    line: 'const isFree = token !== undefined && (holder === undefined || !exists(pathIn(place, holder)));',
    code: 'token !== undefined',
    becomes: 'true',
    reason: 'A token that is not there cannot be renamed.',
  },
  {
    file: 'libs/state/src/folder/lock.ts',
    mutator: 'ConditionalExpression',
    line: 'const isFree = token !== undefined && (holder === undefined || !exists(pathIn(place, holder)));',
    code: 'holder === undefined',
    becomes: 'false',
    reason: 'There is no file of a holder without a name.',
  },
  {
    file: 'libs/order-sync/src/sync-run.ts',
    mutator: 'ConditionalExpression',
    line: 'return isOrdersError(error) && error.apiReason !== undefined ? { message: error.apiReason } : {};',
    code: 'error.apiReason !== undefined',
    becomes: 'true',
    reason: 'A field that is undefined is not stored.',
  },
  {
    file: 'libs/presentation/src/columns.ts',
    mutator: 'ConditionalExpression',
    line: 'const columns = visible === undefined ? [] : shownColumns(field, visible);',
    code: 'visible === undefined',
    becomes: 'false',
    reason: 'Nothing that is undefined has a described part.',
  },
];
