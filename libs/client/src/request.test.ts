import { describe, expect, it, vi } from 'vitest';
import type * as callsModule from './generated/calls.js';
import { isOrdersError } from './is-orders-error.js';
import { type Operation, operations } from './generated/operations.js';
import { requestOf } from './request.js';

const base = 'https://api.example.com/api';

vi.mock('./generated/calls.js', async (importOriginal) => {
  const calls = await importOriginal<typeof callsModule>();
  const own: callsModule.Shape = {
    type: 'object',
    properties: {
      shop_key: { type: 'string' },
      state: { enum: ['paid', 'open', null] },
      text: { type: ['string', 'null'] },
      size: { type: 'integer', minimum: 1 },
      sort: { enum: ['state', null] },
    },
    additionalProperties: false,
  };
  return { ...calls, shapes: { ...calls.shapes, ListOrdersArguments: own } };
});

/** An operation of no document, with arguments in every place. */
const everywhere = {
  ...operations.listOrders,
  path: '/shops/{shop}/orders',
  arguments: {
    shop_key: { in: 'path', field: 'shop' },
    state: { in: 'query', field: 'filter[status]' },
    text: { in: 'header', field: 'X-Search' },
    size: { in: 'body', field: 'perPage' },
    sort: { in: 'body' },
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
    const given = { shop_key: 'a/b ?#', state: 'paid', text: 'x y', size: 5, sort: null };
    expect(requestOf(everywhere, given, base)).toEqual({
      operation: everywhere,
      url: `${base}/shops/a%2Fb%20%3F%23/orders?filter%5Bstatus%5D=paid`,
      headers: { 'x-search': 'x y', 'content-type': 'application/json' },
      body: '{"perPage":5,"sort":null}',
    });
  });

  it('is not sent where it is undefined, or null outside a body', () => {
    const { url, headers, body } = requestOf(
      everywhere,
      { shop_key: 'a', state: null, text: null, size: undefined },
      base,
    );
    expect({ url, headers, body }).toEqual({
      url: `${base}/shops/a/orders`,
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
  });

  it.each(['', '.', '..'])('cannot lead to another path: %j', (key) => {
    expect(faultsOf({ shop_key: key })).toMatch(/^invalid_arguments: .*shop_key.* must not be/);
  });

  it.each(['a\r\nX-Other: b', 'é', ' ', ''])('cannot be a header of more than plain text: %j', (text) => {
    expect(faultsOf({ shop_key: 'a', text })).toMatch(/text.* must be plain ASCII text/);
  });

  it('that the document does not know is refused, with every other fault', () => {
    const message = faultsOf({ shop_key: 'a', nonsense: 1, state: 'no', size: 0 });
    for (const name of ['nonsense', 'state', 'size']) expect(message).toContain(name);
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
    arguments: { sort: { in: 'body', isWhole: true } },
  } as const satisfies Operation;

  it('is sent as it is', () => {
    expect(requestOf(whole, { sort: 'state' }, base).body).toBe('"state"');
  });

  it('is left out where it is not given', () => {
    expect(requestOf(whole, {}, base)).toMatchObject({ headers: {}, body: null });
  });
});
