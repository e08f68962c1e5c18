import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { Id, Message } from '../frames/frame.js';
import { openStdioChannel } from '../frames/stdio-channel.js';
import { type RecordedResponses, respondFromRecord, variantKey } from './recorded-responses.js';

const shows = { 'io.modelcontextprotocol/ui': {} };
const protocolVersion = '2025-06-18';
const stateless = '2026-07-28';
const recorded: RecordedResponses = {
  variables: ['MODE'],
  flags: [],
  members: [
    ['greeting', 'é'],
    ['tools', null, []],
    ['tools', null, [0]],
    ['tools', null, [1]],
    ['mode', 'full'],
    ['ttlMs', 0],
  ],
  elements: ['view', 'full'],
  results: {
    [variantKey([''], undefined)]: {
      [protocolVersion]: { initialize: [0], 'tools/list': [1] },
      [stateless]: { 'server/discover': [0, 5], 'tools/list': [1, 5] },
    },
    [variantKey([''], shows)]: {
      [protocolVersion]: { initialize: [0], 'tools/list': [2] },
      [stateless]: { 'server/discover': [0, 5], 'tools/list': [2, 5] },
    },
    [variantKey(['full'], undefined)]: {
      [protocolVersion]: { initialize: [0, 4], 'tools/list': [3] },
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

/** A request of the revision in which each of them says who asks. */
function enveloped(method: string, id: string | number, envelope: object = {}, params: object = {}): string {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': stateless,
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: 'Jansen é', version: '1' },
    ...envelope,
  };
  return line({ id, method, params: { ...params, _meta } });
}
const discover = enveloped('server/discover', 1);
const envelopedList = enveloped('tools/list', 2);

/** What is answered to these chunks of stdin, and what the server then receives. */
async function after(chunks: readonly (string | Buffer)[], mode = '') {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const channel = openStdioChannel({ stdin, stdout });
  const muted: Id[] = [];
  const left: Message[] = [];
  let ended = true;
  const mute = (id: Id) => {
    muted.push(id);
    channel.mute(id);
  };
  const responding = respondFromRecord({ recorded, values: [mode], channel: { ...channel, mute } }).then(
    () => {
      ended = false;
      channel.receive((message) => left.push(message));
    },
  );
  for (const chunk of chunks) {
    stdin.write(chunk);
    await new Promise((resolve) => setImmediate(resolve));
  }
  stdin.end();
  await Promise.race([responding, channel.ended]);
  for (const id of muted) await channel.send({ jsonrpc: '2.0', id, result: 'a second response' });
  stdout.end();
  const answers = (await text(stdout)).split('\n').filter(Boolean);
  return {
    muted,
    ended,
    answers: answers.map((each) => JSON.parse(each)),
    left: left.map((message) => `${JSON.stringify(message)}\n`).join(''),
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
      muted: [],
      ended: true,
      left: '',
    });
  });

  it('is answered according to the settings and to what the client shows', async () => {
    const [greeting, full] = (await after([initialize(), list()], 'full')).answers;
    expect(greeting.result).toEqual({ greeting: 'é', mode: 'full' });
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

describe('where each request names its client', () => {
  it('the server itself and its lists are answered word for word', async () => {
    const { answers, ended } = await after([discover, envelopedList, enveloped('tools/list', 'b')]);
    expect(answers).toEqual([
      { jsonrpc: '2.0', id: 1, result: { greeting: 'é', ttlMs: 0 } },
      { jsonrpc: '2.0', id: 2, result: { tools: [], ttlMs: 0 } },
      { jsonrpc: '2.0', id: 'b', result: { tools: [], ttlMs: 0 } },
    ]);
    expect(ended).toBe(true);
  });

  it('each is answered according to what it says', async () => {
    const capabilities = { 'io.modelcontextprotocol/clientCapabilities': { extensions: shows } };
    const { answers } = await after([envelopedList, enveloped('tools/list', 3, capabilities)]);
    expect(answers.map(({ result }) => result)).toEqual([
      { tools: [], ttlMs: 0 },
      { tools: ['view'], ttlMs: 0 },
    ]);
  });

  it('a client that has looked at the server may greet it all the same', async () => {
    const { answers, muted, left } = await after([discover, initialize({}, 5), initialized, list(6), call]);
    expect(answers.map(({ id }) => id)).toEqual([1, 5, 6]);
    expect(muted).toEqual([5]);
    expect(left).toBe(initialize({}, 5) + initialized + call);
  });

  it.each([
    ['a call', enveloped('tools/call', 7)],
    ['a list of what was not recorded', enveloped('prompts/list', 7)],
    ['a further page', enveloped('tools/list', 7, {}, { cursor: 'x' })],
    ['an envelope with more in it', enveloped('tools/list', 7, { progressToken: 1 })],
    [
      'another revision',
      enveloped('tools/list', 7, { 'io.modelcontextprotocol/protocolVersion': protocolVersion }),
    ],
    ['a client without a name', enveloped('tools/list', 7, { 'io.modelcontextprotocol/clientInfo': {} })],
    ['a question that does not say who asks', list(7)],
    ['a greeting', initialize({}, 7)],
    ['a greeting in an envelope', enveloped('initialize', 7)],
    ['a notification', initialized],
  ])('%s is left to the server, with the first list before it', async (_, question) => {
    const { answers, muted, left } = await after([
      discover,
      envelopedList,
      enveloped('tools/list', 3),
      question,
    ]);
    expect(answers).toHaveLength(3);
    expect(muted).toEqual([2]);
    expect(left).toBe(envelopedList + question);
  });

  it('anything else is left to the server alone, where no list was answered', async () => {
    const question = enveloped('tools/call', 7);
    expect(await after([discover, question])).toMatchObject({ muted: [], left: question });
  });

  it('nothing is answered here to a client that has client the server', async () => {
    const { answers, left } = await after([initialize(), envelopedList]);
    expect(answers).toHaveLength(1);
    expect(left).toBe(initialize() + envelopedList);
  });
});

describe('anything else is left to the server, with the greeting before it', () => {
  it.each([
    ['a call', call],
    ['a list of what was not recorded', line({ id: 3, method: 'prompts/list' })],
    ['a further page', line({ id: 3, method: 'tools/list', params: { cursor: 'x' } })],
    ['a second greeting', initialize({}, 9)],
    ['an unknown notification', line({ method: 'notifications/cancelled', params: { requestId: 2 } })],
    ['a name that every object has', line({ id: 3, method: 'constructor' })],
  ])('%s', async (_, question) => {
    const { muted, left, answers } = await after([initialize(), initialized, list(), question + list(4)]);
    expect(answers).toHaveLength(2);
    expect(muted).toEqual([1]);
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
      muted: [],
      ended: false,
      left: question,
    });
  });

  it('everything under a setting that was not recorded', async () => {
    const { answers, left } = await after([initialize() + list()], 'unheard of');
    expect(answers).toEqual([]);
    expect(left).toBe(initialize() + list());
  });
});

it('what comes later reaches the server alone', async () => {
  const stdin = new PassThrough();
  const channel = openStdioChannel({ stdin, stdout: new PassThrough() });
  stdin.write(initialize() + call);
  await respondFromRecord({ recorded, values: [''], channel });
  const methods: string[] = [];
  channel.receive(({ method }) => methods.push(method));
  expect(methods).toEqual(['initialize', 'tools/call']);
  stdin.end(list());
  await channel.ended;
  expect(methods).toEqual(['initialize', 'tools/call', 'tools/list']);
});
