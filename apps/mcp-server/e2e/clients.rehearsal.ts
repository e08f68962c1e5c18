import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { largestPage } from '@wemasy-orders/client/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { serverFile } from './support/assistant.js';
import { documentedTools } from './support/documented-tools.js';
import { type HttpProcess, startHttp } from './support/http-server.js';

/** Clients as people use them, in the versions of a lockfile of their own, so that they are not installed with the workspace. */
const source = fileURLToPath(new URL('./clients/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'wemasy-orders-clients-'));

beforeAll(() => {
  for (const file of ['package.json', 'package-lock.json', 'drive.js']) {
    copyFileSync(join(source, file), join(folder, file));
  }
  execFileSync(
    process.platform === 'win32' ? 'npm.cmd' : 'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund'],
    {
      cwd: folder,
      stdio: 'ignore',
    },
  );
}, 300_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let server: HttpProcess | undefined;
afterEach(async () => {
  await server?.end();
  server = undefined;
});

const environment = { WEMASY_MAX_WAIT_MS: '0', WEMASY_LOG_LEVEL: 'error' };
const stdio = {
  command: process.execPath,
  args: [serverFile, '--sandbox'],
  env: { ...environment, PATH: process.env['PATH'] ?? '' },
};

/** Mastra needs Node 22, which this workspace does not. */
let node22 = '';
const npx = (args: readonly string[]) =>
  execFileSync(process.platform === 'win32' ? 'npx.cmd' : 'npx', args, { encoding: 'utf8' }).trim();
beforeAll(() => {
  node22 = npx(['-y', '-p', 'node@22', '--', 'node', '-p', 'process.execPath']);
}, 300_000);

const Seen = z.object({
  tools: z.array(z.string()),
  list: z.string(),
  filtered: z.string(),
  sync: z.string(),
  again: z.string(),
  invalid: z.string(),
  limited: z.string(),
});

async function drive(client: string, target: object): Promise<z.output<typeof Seen>> {
  const args = [join(folder, 'drive.js'), client, JSON.stringify(target)];
  const node = client === 'mastra' ? node22 : process.execPath;
  const env = { ...process.env, MASTRA_TELEMETRY_DISABLED: '1' };
  const { stdout } = await promisify(execFile)(node, args, { cwd: folder, env });
  return Seen.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

async function listening(): Promise<HttpProcess> {
  server = await startHttp(environment, ['--sandbox', '--http', '0']);
  return server;
}

const ways: readonly (readonly [string, string, () => Promise<object>])[] = [
  ...['ai-sdk', 'langchain', 'mastra', 'openai-agents'].flatMap((client) => [
    [`${client}, stdio`, client, async () => stdio] as const,
    [`${client}, HTTP`, client, async () => ({ url: (await listening()).url.href })] as const,
  ]),
  [
    'mcp-remote, from stdio to HTTP',
    'openai-agents',
    async () => ({
      ...stdio,
      args: [join(folder, 'node_modules/mcp-remote/dist/proxy.js'), (await listening()).url.href],
      env: { ...stdio.env, HOME: folder, MCP_REMOTE_CONFIG_DIR: join(folder, 'mcp-remote') },
    }),
  ],
];

describe.each(ways)('%s', (_, client, targetOf) => {
  it('lists, filters, syncs once, and passes on every refusal', async () => {
    const seen = await drive(client, await targetOf());
    expect(seen.tools).toEqual(documentedTools);
    // Mastra hands on the structured channel alone, OpenAI Agents the text alone.
    expect(seen.list).toMatch(/500 matching orders|"total":500/);
    expect(seen.filtered).toMatch(/\d+,\\?"?completed/);
    expect(seen.sync).toMatch(/order 2502: synced at |"order_id":2502,"outcome":"synced"/);
    expect(seen.again).toContain('already_synced: Order 2502 was sent to bookkeeping');
    // LangChain and Mastra check the schema themselves, before the server could say what is accepted.
    expect(seen.invalid).toMatch(
      new RegExp(
        `per_page: must be (a whole number from 1 to ${largestPage}|<= ${largestPage})|did not match expected schema`,
      ),
    );
    expect(seen.limited).toMatch(/rate_limited: .*\\?n?.*retry_after_seconds: \d+/s);
  });
});
