import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describeSettings } from '@wemasy-orders/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverFile } from './support/assistant.js';

/** The same build without what was recorded: there the server itself answers everything. */
let folder: string;
let serverAlone: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recorded-responses-'));
  await cp(dirname(serverFile), join(folder, 'dist'), { recursive: true });
  await cp(join(dirname(serverFile), '..', 'package.json'), join(folder, 'package.json'));
  await rm(join(folder, 'dist', 'recorded-responses.json'));
  serverAlone = join(folder, 'dist', 'main.js');
});
afterAll(() => rm(folder, { recursive: true }));

const pages = { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } };
const everyCapability = {
  roots: { listChanged: true },
  sampling: {},
  elicitation: { form: {} },
  experimental: {},
};

interface Client {
  /** `2026-07-28` has no greeting: each question says who asks. */
  readonly protocolVersion?: string;
  readonly capabilities?: object;
  readonly environment?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

/** What a server answers to a client that greets it, where there is a greeting, and asks one question after the other. */
async function conversation(file: string, questions: readonly string[], client: Client = {}) {
  const { protocolVersion = '2025-06-18', capabilities = {}, environment = {}, flags = [] } = client;
  const server = spawn(process.execPath, [file, ...flags], {
    env: { WEMASY_STATE: 'memory', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const exited = once(server, 'exit');
  let log = '';
  server.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const clientInfo = { name: 'e2e', version: '1.0.0' };
  const answers: unknown[] = [];
  const ask = async (method: string, params: object) => {
    server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: answers.length, method, params })}\n`);
    answers.push(JSON.parse(String((await lines.next()).value)));
  };
  const envelope = {
    _meta: {
      'io.modelcontextprotocol/protocolVersion': protocolVersion,
      'io.modelcontextprotocol/clientCapabilities': capabilities,
      'io.modelcontextprotocol/clientInfo': clientInfo,
    },
  };
  const greets = protocolVersion !== stateless;
  if (greets) {
    await ask('initialize', { protocolVersion, capabilities, clientInfo });
    server.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  }
  for (const method of questions) await ask(method, greets ? {} : envelope);
  server.stdin.end();
  await exited;
  return { answers, loaded: log.includes('serving over stdio') };
}

const stateless = '2026-07-28';
function firstQuestions(protocolVersion: string): string[] {
  const lists = ['tools/list', 'resources/list', 'resources/templates/list'];
  return protocolVersion === stateless ? ['server/discover', ...lists] : [...lists, 'ping'];
}

/** With a greeting and without. */
const eras = ['2025-06-18', stateless];

async function expectTheSame(client: Client & { readonly protocolVersion: string }): Promise<void> {
  const questions = firstQuestions(client.protocolVersion);
  const [first, alone] = await Promise.all(
    [serverFile, serverAlone].map((file) => conversation(file, questions, client)),
  );
  expect(first?.answers).toEqual(alone?.answers);
  expect(alone?.loaded).toBe(true);
}

describe('what is answered without the server is what the server answers', () => {
  it.each(['2024-10-07', '2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', stateless, '2030-01-01'])(
    'in protocol %s',
    (protocolVersion) => expectTheSame({ protocolVersion }),
  );

  describe.each(eras)('in protocol %s', (protocolVersion) => {
    it.each([
      ['everything else', everyCapability],
      ['pages', { extensions: pages }],
      [
        'pages of another kind',
        { extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/plain'] } } },
      ],
      ['an unknown extension', { extensions: { 'example.com/x': {} } }],
    ])('to a client that can do %s', (_, capabilities) => expectTheSame({ protocolVersion, capabilities }));

    it('with both settings that matter', () =>
      expectTheSame({
        protocolVersion,
        environment: { WEMASY_READ_ONLY: 'on', WEMASY_PERSONAL_DATA: 'none' },
      }));
  });

  /** Another value than the default for each setting, so that one on which the answers come to depend is noticed. */
  const values: Readonly<Record<string, readonly string[]>> = {
    WEMASY_API_TOKEN: ['token'],
    WEMASY_API_TOKEN_FILE: ['/nowhere'],
    WEMASY_API_URL: ['http://127.0.0.1:1/api'],
    WEMASY_ACCOUNT: ['the shop'],
    WEMASY_STATE: ['/nowhere'],
    WEMASY_ACCEPT_VOLATILE_JOURNAL: ['on'],
    WEMASY_READ_ONLY: ['on', 'true', '1', 'off', 'perhaps', '${READ_ONLY}'],
    WEMASY_PERSONAL_DATA: ['none', 'names', 'full', 'some'],
    WEMASY_ANSWER_WITHIN_MS: ['2000'],
    WEMASY_TIMEOUT_MS: ['1'],
    WEMASY_MAX_WAIT_MS: ['1'],
    WEMASY_RATE_LIMITS: ['listOrders=1/1'],
    WEMASY_LOG_LEVEL: ['trace'],
  };
  it.each(
    describeSettings().flatMap(({ variable }) => (values[variable] ?? []).map((value) => [variable, value])),
  )('with %s=%s', (variable = '', value = '') =>
    expectTheSame({
      protocolVersion: '2025-06-18',
      environment: { [variable]: value },
      capabilities: { extensions: pages },
    }),
  );

  const isFault = (value: string) => value === 'some';
  const flags = describeSettings().flatMap(({ variable, flag, takesValue }) => {
    if (flag === undefined) return [];
    if (!takesValue) return [`--${flag}`];
    return (values[variable] ?? []).filter((value) => !isFault(value)).map((value) => `--${flag}=${value}`);
  });
  it.each([...flags, '--sandbox', `--sandbox=${join(tmpdir(), 'wemasy-orders-never-made')}`])(
    'with the flag %s, and it takes no server to answer',
    async (flag) => {
      const client = { protocolVersion: '2025-06-18', capabilities: { extensions: pages }, flags: [flag] };
      await expectTheSame(client);
      const { loaded } = await conversation(serverFile, firstQuestions(client.protocolVersion), client);
      expect(loaded).toBe(false);
    },
  );

  it('whatever other settings there are', () => {
    expect(Object.keys(values).sort()).toEqual(
      describeSettings()
        .map(({ variable }) => variable)
        .sort(),
    );
  });
});

describe('the server', () => {
  it.each(eras)('is not loaded for what every client asks first in protocol %s', async (protocolVersion) => {
    const { loaded } = await conversation(serverFile, firstQuestions(protocolVersion), { protocolVersion });
    expect(loaded).toBe(false);
  });

  it.each(eras)(
    'is loaded for anything else in protocol %s, goes on with the same client, and says nothing twice',
    async (protocolVersion) => {
      const client = { protocolVersion, capabilities: { extensions: pages } };
      const questions = ['tools/list', 'prompts/list', 'tools/list', 'ping'];
      const [first, alone] = await Promise.all(
        [serverFile, serverAlone].map((file) => conversation(file, questions, client)),
      );
      expect(first).toEqual(alone);
    },
  );

  it.each(['SIGTERM', 'SIGINT'] as const)('need not be loaded to end well on %s', async (signal) => {
    const server = spawn(process.execPath, [serverFile], { stdio: ['pipe', 'pipe', 'pipe'], env: {} });
    server.stdin.write(greeting);
    await once(server.stdout, 'data');
    const exited = once(server, 'exit');
    server.kill(signal);
    expect(await exited).toEqual([0, null]);
  });

  it('need not be loaded to end well when the client has gone before it reads', async () => {
    const server = spawn(process.execPath, [serverFile], { stdio: ['pipe', 'pipe', 'pipe'], env: {} });
    const said = text(server.stderr);
    const exited = once(server, 'exit');
    server.stdout.destroy();
    server.stdin.write(greeting);
    expect(await exited).toEqual([0, null]);
    expect(await said).toBe('');
  });
});

const greeting = `${JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'e2e', version: '1.0.0' } },
})}\n`;
