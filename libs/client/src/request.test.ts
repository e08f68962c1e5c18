import { describe, expect, it } from 'vitest';
import { isOrdersError } from './is-orders-error.js';
import { type Operation, operations } from './generated/operations.js';
import { requestOf } from './request.js';

const base = 'https://api.example.com/api';

/** An operation with arguments in every place; their checks are those of a list. */
const everywhere = {
  ...operations.listOrders,
  path: '/shops/{shop}/orders',
  arguments: {
    type: { in: 'path', field: 'shop' },
    status: { in: 'query', field: 'filter[status]' },
    search_query: { in: 'header', field: 'X-Search' },
    per_page: { in: 'body', field: 'perPage' },
    sortKey: { in: 'body' },
  },
} as const satisfies Operation;

const faultsOf = (given: object): string => {
  try {
    requestOf(everywhere, given, base);
    return 'accepted';
  } catch (error) {
    if (!isOrdersError(error)) throw error;
    return `${error.code}: ${error.message}`;
  }
};

describe('an argument', () => {
  it('goes where the document says, under its name at the API', () => {
    const given = { type: 'a/b ?#', status: 'paid', search_query: 'x y', per_page: 5, sortKey: null };
    expect(requestOf(everywhere, given, base)).toEqual({
      operation: everywhere,
      url: `${base}/shops/a%2Fb%20%3F%23/orders?filter%5Bstatus%5D=paid`,
      headers: { 'x-search': 'x y', 'content-type': 'application/json' },
      body: '{"perPage":5,"sortKey":null}',
    });
  });

  it('is not sent where it is undefined, or null outside a body', () => {
    const { url, headers, body } = requestOf(
      everywhere,
      { type: 'a', status: null, search_query: null, per_page: undefined },
      base,
    );
    expect({ url, headers, body }).toEqual({
      url: `${base}/shops/a/orders`,
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
  });

  it.each(['', '.', '..'])('cannot lead to another path: %j', (type) => {
    expect(faultsOf({ type })).toMatch(/^invalid_arguments: .*type.* must not be/);
  });

  it.each(['a\r\nX-Other: b', 'é', ' ', ''])('cannot be a header of more than plain text: %j', (text) => {
    expect(faultsOf({ type: 'a', search_query: text })).toMatch(/search_query.* must be plain ASCII text/);
  });

  it('that the document does not know is refused, with every other fault', () => {
    const message = faultsOf({ type: 'a', nonsense: 1, status: 'no', per_page: 0 });
    for (const name of ['nonsense', 'status', 'per_page']) expect(message).toContain(name);
  });
});

describe('an operation without a body', () => {
  it('sends none, and no type of one', () => {
    const { operationId, summary, rateLimit, argumentsSchema, successStatus } = everywhere;
    const operation: Operation = {
      ...{ operationId, summary, rateLimit, argumentsSchema, successStatus },
      ...{ method: 'GET', path: '/orders', arguments: {}, words: 'public' },
    };
    expect(requestOf(operation, {}, base)).toMatchObject({ headers: {}, body: null });
  });
});

describe('a body that is one argument', () => {
  const whole = {
    ...everywhere,
    path: '/orders',
    arguments: { sortKey: { in: 'body', isWhole: true } },
  } as const satisfies Operation;

  it('is sent as it is', () => {
    expect(requestOf(whole, { sortKey: 'status' }, base).body).toBe('"status"');
  });

  it('is left out where it is not given', () => {
    expect(requestOf(whole, {}, base)).toMatchObject({ headers: {}, body: null });
  });
});
