import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { orderPage, sendJson } from '@wemasy-orders/client/testing';
import { withHome } from '@wemasy-orders/runtime/testing';
import { generate } from 'selfsigned';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from './support/api.js';
import { startAssistant } from './support/assistant.js';
import { run } from './support/run.js';

const token = 'wemasy|canary-token';

let api: Api;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-token-'));
  api = await startApi();
  api.behaves((_, response) => sendJson(response, 200, orderPage([{ id: 7 }])));
  return async () => {
    await api.close();
    await rm(folder, { recursive: true });
  };
});

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function listWith(environment: Readonly<Record<string, string>>) {
  const assistant = await startAssistant({ environment: { WEMASY_API_URL: api.url, ...environment } });
  closers.push(() => assistant.close());
  return assistant.call('list_orders');
}

/** The first lines of `doctor` that say what is wrong. */
async function diagnosis(environment: Readonly<Record<string, string>>): Promise<string> {
  const { stdout, stderr } = await run(['doctor'], {
    PATH: '',
    WEMASY_API_URL: api.url,
    WEMASY_STATE: folder,
    ...environment,
  });
  return stdout + stderr;
}

async function fileWith(content: string | Buffer): Promise<string> {
  const file = join(folder, 'token');
  await writeFile(file, content);
  return file;
}

const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();

describe('a token that a client or a shell has spoilt', () => {
  it.each([
    [`"${token}"`, 'is wrapped in quotes'],
    [`'${token}'`, 'is wrapped in quotes'],
    [`“${token}”`, 'is wrapped in quotes'],
    ['%WEMASY_TOKEN%', 'is the literal name of a variable'],
    ['$WEMASY_TOKEN', 'is the literal name of a variable'],
    ['$env:WEMASY_TOKEN', 'is the literal name of a variable'],
    ['${input:token}', 'contains the literal text ${…}'],
    [`Bearer ${token}`, 'begins with "Bearer"'],
  ])('%s is named and not sent, to the assistant and by doctor', async (spoilt, fault) => {
    const sent = api.requests.length;
    const { isError, text } = await listWith({ WEMASY_API_TOKEN: spoilt });
    expect(isError).toBe(true);
    expect(text).toMatch(/^configuration_error: /);
    for (const said of [text, await diagnosis({ WEMASY_API_TOKEN: spoilt })]) {
      expect(said).toContain(`WEMASY_API_TOKEN ${fault}`);
      expect(said).not.toContain('canary');
    }
    expect(api.requests).toHaveLength(sent);
  });

  it.each([
    ['UTF-16, as PowerShell 5 writes it', Buffer.from(`\uFEFF${token}\r\n`, 'utf16le')],
    ['UTF-16 with the other order of bytes', utf16be(`\uFEFF${token}`)],
    ['UTF-16 without a byte order mark', Buffer.from(token, 'utf16le')],
    ['Latin-1', Buffer.from(`${token}é`, 'latin1')],
  ])('in a file that is %s is named as that, and not sent', async (_, content) => {
    const sent = api.requests.length;
    const environment = { WEMASY_API_TOKEN_FILE: await fileWith(content) };
    const { text } = await listWith(environment);
    expect(text).toMatch(/^configuration_error: /);
    for (const said of [text, await diagnosis(environment)]) {
      expect(said).toMatch(/WEMASY_API_TOKEN_FILE names a file that is not UTF-8 text/);
      expect(said).not.toContain('canary');
    }
    expect(api.requests).toHaveLength(sent);
  });
});

describe('a token file', () => {
  const sentToken = () => api.requests.at(-1)?.headers.authorization;

  it('with a byte order mark and a line break holds the token between them', async () => {
    expect((await listWith({ WEMASY_API_TOKEN_FILE: await fileWith(`\uFEFF${token}\r\n`) })).isError).toBe(
      false,
    );
    expect(sentToken()).toBe(`Bearer ${token}`);
  });

  it('is found below ~, which no shell expands here', async () => {
    const file = await fileWith(token);
    // The home folder that the user database names: clients drop HOME, or set another.
    const path = `~/${basename(file)}`;
    const environment = { WEMASY_API_TOKEN_FILE: path, HOME: '/elsewhere', ...withHome(folder) };
    expect((await listWith(environment)).isError).toBe(false);
    expect(sentToken()).toBe(`Bearer ${token}`);
  });
});

describe("behind a company proxy that signs with the company's certificate", () => {
  const environmentOf = async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
    });
    const server = createServer({ key, cert }, (_, response) =>
      sendJson(response, 200, orderPage([{ id: 7 }])),
    );
    server.listen(0, 'localhost');
    await once(server, 'listening');
    closers.push(async () => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
    const certificates = join(folder, 'company.pem');
    await writeFile(certificates, cert);
    return {
      environment: { WEMASY_API_URL: `https://localhost:${address.port}/api`, WEMASY_API_TOKEN: token },
      certificates,
    };
  };

  it('the failure names the variable that is missing, to the assistant and by doctor', async () => {
    const { environment } = await environmentOf();
    const { text } = await listWith(environment);
    expect(text).toMatch(/^network_error: /);
    expect(text).toContain('NODE_EXTRA_CA_CERTS');
    expect(await diagnosis(environment)).toContain('NODE_EXTRA_CA_CERTS');
  });

  it('that variable helps', async () => {
    const { environment, certificates } = await environmentOf();
    const { isError } = await listWith({ ...environment, NODE_EXTRA_CA_CERTS: certificates });
    expect(isError).toBe(false);
  });
});
