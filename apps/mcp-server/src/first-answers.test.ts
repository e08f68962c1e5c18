import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { answerFirst, circumstancesOf, type FirstAnswers } from './first-answers.js';

const shows = { 'io.modelcontextprotocol/ui': {} };
const protocolVersion = '2025-06-18';
const recorded: FirstAnswers = {
  variables: ['MODE'],
  answers: [
    '{"greeting":"é"}',
    '{"tools":[]}',
    '{"tools":["view"]}',
    '{"tools":["full"]}',
    '{"greeting":"full"}',
  ],
  places: {
    [circumstancesOf(['MODE'], {}, { protocolVersion, extensions: undefined })]: {
      initialize: 0,
      'tools/list': 1,
    },
    [circumstancesOf(['MODE'], {}, { protocolVersion, extensions: shows })]: {
      initialize: 0,
      'tools/list': 2,
    },
    [circumstancesOf(['MODE'], { MODE: 'full' }, { protocolVersion, extensions: undefined })]: {
      initialize: 4,
      'tools/list': 3,
    },
  },
};

function line(message: object): string {
  return `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;
}

function initialize(params: object = {}, id: string | number = 1): string {
  return line({
    id,
    method: 'initialize',
    params: {
      protocolVersion,
      capabilities: { roots: {} },
      clientInfo: { name: 'Jansen é', version: '1' },
      ...params,
    },
  });
}
const initialized = line({ method: 'notifications/initialized' });
const list = (id: string | number = 2) => line({ id, method: 'tools/list', params: {} });
const call = line({ id: 3, method: 'tools/call', params: { name: 'list_orders' } });

/** What is answered to these chunks of stdin, and what the server then finds in it. */
async function after(chunks: readonly (string | Buffer)[], environment: Record<string, string> = {}) {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const answering = answerFirst({ recorded, environment, stdin, stdout });
  for (const chunk of chunks) {
    stdin.write(chunk);
    await new Promise((resolve) => setImmediate(resolve));
  }
  stdin.end();
  const { greeted, ended } = await answering;
  stdout.end();
  const answers = (await text(stdout)).split('\n').filter(Boolean);
  return {
    greeted,
    ended,
    answers: answers.map((each) => JSON.parse(each)),
    left: ended ? '' : await text(stdin),
  };
}

describe('what every client asks first', () => {
  it('is answered word for word, with the id of the question', async () => {
    expect(await after([initialize({}, 'a'), initialized, list(7), list('b')])).toEqual({
      answers: [
        { jsonrpc: '2.0', id: 'a', result: { greeting: 'é' } },
        { jsonrpc: '2.0', id: 7, result: { tools: [] } },
        { jsonrpc: '2.0', id: 'b', result: { tools: [] } },
      ],
      greeted: { id: 'a' },
      ended: true,
      left: '',
    });
  });

  it('is answered according to the settings and to what the client shows', async () => {
    const [greeting, full] = (await after([initialize(), list()], { MODE: 'full' })).answers;
    expect(greeting.result).toEqual({ greeting: 'full' });
    expect(full.result).toEqual({ tools: ['full'] });
    const capabilities = { extensions: shows };
    const [, view] = (await after([initialize({ capabilities }), list()])).answers;
    expect(view.result).toEqual({ tools: ['view'] });
  });

  it('may come in pieces, or all at once', async () => {
    const bytes = Buffer.from(initialize() + initialized + list());
    const whole = await after([bytes]);
    expect(whole.answers).toHaveLength(2);
    // A piece a byte: also through the middle of a character.
    expect(await after([...bytes].map((byte) => Buffer.of(byte)))).toEqual(whole);
  });
});

describe('anything else is left to the server, with the greeting before it', () => {
  it.each([
    ['a call', call],
    ['a list of what was not recorded', line({ id: 3, method: 'prompts/list' })],
    ['a further page', line({ id: 3, method: 'tools/list', params: { cursor: 'x' } })],
    ['a second greeting', initialize({}, 9)],
    ['an unknown notification', line({ method: 'notifications/cancelled', params: { requestId: 2 } })],
    ['what is no JSON', 'hello\n'],
    ['another version of JSON-RPC', '{"id":3,"method":"tools/list"}\n'],
    ['an id of no known kind', line({ id: null, method: 'tools/list' })],
    ['a name that every object has', line({ id: 3, method: 'constructor' })],
  ])('%s', async (_, question) => {
    const { greeted, left, answers } = await after([initialize(), initialized, list(), question + list(4)]);
    expect(answers).toHaveLength(2);
    expect(greeted).toEqual({ id: 1 });
    expect(left).toBe(initialize() + initialized + question + list(4));
  });

  it.each([
    ['a protocol version that was not recorded', initialize({ protocolVersion: '2026-07-28' })],
    ['a version named like what every object has', initialize({ protocolVersion: 'constructor' })],
    ['a greeting that the server might refuse', initialize({ capabilities: { roots: 5 } })],
    ['a greeting without a name', initialize({ clientInfo: {} })],
    ['a greeting with more in it', initialize({ _meta: {} })],
    ['a question without a greeting', list()],
    ['an extension that was not recorded', initialize({ capabilities: { extensions: { other: {} } } })],
  ])('%s, which is not answered here', async (_, question) => {
    expect(await after([question])).toEqual({
      answers: [],
      greeted: undefined,
      ended: false,
      left: question,
    });
  });

  it('everything under a setting that was not recorded', async () => {
    const { answers, left } = await after([initialize() + list()], { MODE: 'unheard of' });
    expect(answers).toEqual([]);
    expect(left).toBe(initialize() + list());
  });
});

it('what comes later is read by the server alone', async () => {
  const stdin = new PassThrough();
  const answering = answerFirst({ recorded, environment: {}, stdin, stdout: new PassThrough() });
  stdin.write(initialize() + call);
  await answering;
  const chunk = once(stdin, 'data');
  expect(String(await chunk)).toBe(initialize() + call);
  stdin.write(list());
  expect(String(await once(stdin, 'data'))).toBe(list());
});
