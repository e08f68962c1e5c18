import { createOrdersClient, ValidationFailedError } from '@wemasy-orders/client';
import { createLog } from '@wemasy-orders/runtime';
import { systemClock } from '@wemasy-orders/state';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMcpService, type McpService } from '../server.js';
import { createTools } from '../tools/create-tools.js';
import { createMcpEndpoint } from './mcp-endpoint.js';

const page = {
  error: false,
  data: {
    current_page: 1,
    data: [
      { id: 7, order_number: 'W-7', status: 'paid', total: '9.95', date: '2026-02-17 12:05:PM' },
      { id: 8, status: null, total: 'a lot', billing: { invoice_company: 'Bäckerei "Süß", 雪' } },
    ],
    last_page: 2,
    per_page: 25,
    total: 30,
  },
};
const client = createOrdersClient({
  token: 'a-token',
  rateLimiter: {
    acquire: async (policies) => ({
      policy: [policies].flat().join(),
      waitedMs: 0,
      isValid: () => true,
      report: async () => undefined,
      release: async () => undefined,
    }),
    snapshot: () => expect.fail('is not asked for'),
    close: async () => undefined,
  },
  fetch: async () => ({ status: 200, headers: new Map(), text: async () => JSON.stringify(page) }),
});
const service = createMcpService({
  version: '0',
  tools: createTools({
    personalData: 'full',
    readOnly: false,
    maxWaitMs: 0,
    answerWithinMs: 10_000,
    clock: systemClock,
  }),
  personalData: 'full',
  services: async () => ({
    client,
    orderSync: {
      async sync(orderId) {
        if (orderId > 9) throw new ValidationFailedError({ status: 422, apiMessage: 'No such order.' });
        return { orderId, message: 'Order synced.', syncedAt: '2026-11-29T01:00:00.000Z', recorded: true };
      },
    },
  }),
  log: createLog({ level: 'silent', write: () => undefined, now: () => 0, secrets: [] }),
  clock: systemClock,
  stopping: new AbortController().signal,
});

const usual = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2025-06-18',
};

/** What a client gets: status, headers and body, of an endpoint of its own. */
async function answerOf(given: McpService, body: string, headers: Readonly<Record<string, string>> = usual) {
  const faults: string[] = [];
  const endpoint = createMcpEndpoint({
    clock: systemClock,
    onError: ({ message }) => faults.push(message),
  });
  const response = await endpoint.answer({
    request: new Request('http://127.0.0.1/mcp', { method: 'POST', headers, body }),
    exchange: {
      setHeader: () => undefined,
      onClose: () => undefined,
      doNotAwait: () => undefined,
      sendJson: (json) => new Response(json, { headers: { 'content-type': 'application/json' } }),
    },
    service: () => given,
  });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
    faults,
  };
}

/** What the SDK's server answers to the same. */
const bySdk: McpService = { ...service, callTool: () => undefined };

const frame = (params: unknown, others: object = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params, ...others });
const call = { name: 'list_orders', arguments: {} };
const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'a client', version: '1' },
};

describe('a call that is answered without a server', () => {
  it.each<[string, unknown]>([
    ['a page', call],
    ['a summary', { name: 'list_orders', arguments: { summarize: true } }],
    ['an order that is sent', { name: 'sync_order', arguments: { order_id: 7 } }],
    ['a failure', { name: 'sync_order', arguments: { order_id: 10 } }],
    ['refused arguments', { name: 'list_orders', arguments: { per_page: 1_000, no_such: 1 } }],
    ['no arguments', { name: 'list_orders' }],
    ['metadata of the client', { ...call, _meta: { 'openai/locale': 'nl' } }],
  ])('has the answer of the SDK to the byte: %s', async (_, params) => {
    let servers = 0;
    const counting: McpService = {
      ...service,
      createServer() {
        servers += 1;
        return service.createServer();
      },
    };
    const answer = await answerOf(counting, frame(params));
    expect(servers).toBe(0);
    expect(answer).toEqual(await answerOf(bySdk, frame(params)));
    expect(answer).toMatchObject({ status: 200, faults: [] });
    expect(answer.body).toMatch(
      /^\{"result":\{"content":\[\{"type":"text","text":".*\},"jsonrpc":"2.0","id":1\}$/,
    );
  });
});

describe('whatever a client sends', () => {
  const json = fc.jsonValue({ maxDepth: 2 });
  const number = fc.integer({ min: -1, max: 101 });
  const mostly = <Value, Other>(usually: fc.Arbitrary<Value>, else_: fc.Arbitrary<Other>) =>
    fc.oneof({ weight: 15, arbitrary: usually }, { weight: 1, arbitrary: else_ });
  const dictionary = <Value>(names: readonly string[], value: fc.Arbitrary<Value>) =>
    fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3, noNullPrototype: true });
  const args = dictionary(
    ['per_page', 'page', 'status', 'fields', 'order_id', 'resend', '__proto__', 'constructor', 'x'],
    fc.oneof(number, number.map(String), json, fc.constantFrom(['id'], 'id,total', 'paid', '', null)),
  );
  const meta = fc.oneof(
    dictionary(['x', 'com.example/x', '__proto__'], json),
    dictionary(['progressToken', ...Object.keys(envelope)], fc.oneof(json, fc.constantFrom('a', 1))),
    fc.constant(envelope),
  );
  const params = fc
    .tuple(
      fc.record(
        {
          name: mostly(
            fc.constantFrom('list_orders', 'sync_order'),
            fc.oneof(json, fc.constant('constructor')),
          ),
          arguments: mostly(args, json),
        },
        { requiredKeys: ['name'] },
      ),
      mostly(fc.constant({}), fc.record({ _meta: mostly(meta, json) })),
      mostly(fc.constant({}), dictionary(['task', 'inputResponses', 'requestState', '__proto__'], json)),
    )
    .map((parts) => Object.assign({}, ...parts));
  const message = fc.record({
    jsonrpc: mostly(fc.constant('2.0'), json),
    id: mostly(fc.oneof(fc.string(), fc.integer()), json),
    method: mostly(fc.constant('tools/call'), fc.constantFrom('tools/list', 'ping', 'no/such')),
    params: mostly(params, json),
  });
  const batch = fc.array(message, { maxLength: 2 });
  const headers = fc.record({
    'content-type': mostly(
      fc.constant('application/json'),
      fc.constantFrom('text/plain', 'application/json; x=y'),
    ),
    accept: mostly(
      fc.constant(usual.accept),
      fc.constantFrom(
        'application/json',
        'text/event-stream',
        '*/*',
        'text/event-stream,application/json;q=0.1',
      ),
    ),
    'mcp-protocol-version': mostly(
      fc.constantFrom('2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'),
      fc.constantFrom('2026-07-28', '2030-01-01', ''),
    ),
  });

  it('has the answer of the SDK, to the byte', async () => {
    let withoutServer = 0;
    const counting: McpService = {
      ...service,
      callTool(given) {
        withoutServer += 1;
        return service.callTool(given);
      },
    };
    await fc.assert(
      fc.asyncProperty(mostly(message, batch), headers, async (sent, given) => {
        const body = JSON.stringify(sent);
        expect(await answerOf(counting, body, given)).toEqual(await answerOf(bySdk, body, given));
      }),
      { numRuns: 600 },
    );
    expect(withoutServer).toBeGreaterThan(150);
  }, 60_000);
});
