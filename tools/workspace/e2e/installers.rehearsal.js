// @ts-check
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { withHome } from '@wemasy-orders/runtime/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyWorkspace, workspaceRoot } from '../src/workspace-copy.js';

const run = promisify(execFile);
const minutes = 60_000;
const { version: manifestVersion } = JSON.parse(
  await readFile(join(workspaceRoot, 'apps/mcp-server/package.json'), 'utf8'),
);
const mcpb = join(workspaceRoot, 'node_modules/.bin/mcpb');

describe('the installers', () => {
  /** @type {Awaited<ReturnType<typeof copyWorkspace>>} */
  let copy;
  let out = '';

  beforeAll(async () => {
    copy = await copyWorkspace();
    out = join(copy.root, 'dist/installers');
    await copy.nx('build', 'wemasy-orders-mcp');
  }, 5 * minutes);

  afterAll(() => copy.remove());

  it('are not written without the public address of the repository', async () => {
    await expect(write()).rejects.toMatchObject({
      stderr: expect.stringContaining('Put it into package.json'),
    });
  });

  it('are the same bytes each time', async () => {
    const file = join(copy.root, 'package.json');
    const root = JSON.parse(await readFile(file, 'utf8'));
    root.repository = { type: 'git', url: 'git+https://github.com/example/wemasy-orders.git' };
    await writeFile(file, JSON.stringify(root));
    await write();
    const first = await readFile(join(out, 'wemasy-orders-mcp.mcpb'));
    await write();
    expect((await readFile(join(out, 'wemasy-orders-mcp.mcpb'))).equals(first)).toBe(true);
  });

  it('hold a bundle for Claude Desktop that its own tool accepts', async () => {
    await run(process.execPath, [mcpb, 'validate', join(out, 'mcpb/manifest.json')]);
    await run(process.execPath, [mcpb, 'unpack', join(out, 'wemasy-orders-mcp.mcpb'), join(out, 'unpacked')]);
    const { server } = JSON.parse(await readFile(join(out, 'unpacked/manifest.json'), 'utf8'));
    // What Claude Desktop passes where a person filled in the token alone.
    const env = Object.fromEntries(
      Object.keys(server.mcp_config.env).map((variable) => [
        variable,
        variable === 'WEMASY_API_TOKEN' ? 'x' : '',
      ]),
    );
    // It reaches neither the vendor nor the home of who runs this test.
    Object.assign(env, { WEMASY_API_URL: 'http://127.0.0.1:9/api', ...withHome(out) });
    const args = [join(out, 'unpacked', server.entry_point), 'doctor'];
    const doctor = await run(process.execPath, args, { env }).catch((error) => error);
    expect(doctor.stdout + doctor.stderr).not.toMatch(/configuration_error|is not set|must be/);
    const transport = new StdioClientTransport({ command: process.execPath, args: args.slice(0, 1), env });
    const client = new Client({ name: 'desktop', version: '1.0.0' });
    await client.connect(transport);
    const { tools } = await client.listTools();
    const { tools: promised } = JSON.parse(await readFile(join(out, 'unpacked/manifest.json'), 'utf8'));
    expect(tools.map(({ name }) => name)).toEqual(
      promised.map((/** @type {{ name: string }} */ { name }) => name),
    );
    await client.close();
  });

  it('hold what a container image is built from, with the name in the registry as a label', async () => {
    const recipe = await readFile(join(out, 'container/Containerfile'), 'utf8');
    expect(recipe).toMatch(/^FROM /m);
    expect(recipe).toContain('LABEL io.modelcontextprotocol.server.name="io.github.example/wemasy-orders"');
    expect(recipe).toContain(
      'LABEL org.opencontainers.image.source="https://github.com/example/wemasy-orders"',
    );
    const { stdout } = await run(process.execPath, [join(out, 'container/server/main.js'), '--version']);
    expect(stdout.trim()).toBe(manifestVersion);
  });

  it('are refused by that tool when a field is wrong', async () => {
    const manifest = JSON.parse(await readFile(join(out, 'mcpb/manifest.json'), 'utf8'));
    const file = join(out, 'broken.json');
    await writeFile(file, JSON.stringify({ ...manifest, server: { ...manifest.server, type: 'script' } }));
    await expect(run(process.execPath, [mcpb, 'validate', file])).rejects.toMatchObject({ code: 1 });
  });

  it('hold an entry for the registry of MCP servers', async () => {
    const entry = JSON.parse(await readFile(join(out, 'server.json'), 'utf8'));
    // What the schema of 2025-12-11 bounds; no package has the whole schema.
    expect(entry.name).toBe('io.github.example/wemasy-orders');
    expect(entry.name).toMatch(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/);
    for (const text of [entry.title, entry.description]) {
      expect(text.length).toBeGreaterThan(0);
      expect(text.length).toBeLessThanOrEqual(100);
    }
    const [{ version, environmentVariables }] = entry.packages;
    expect([entry.version, version]).toEqual([manifestVersion, manifestVersion]);
    for (const { format } of environmentVariables) expect(['string', 'boolean']).toContain(format);
  });

  // 670 MB of tools.
  it.runIf(process.env['CI'])(
    'pass the checks of Claude Code and the Gemini CLI',
    { timeout: 10 * minutes },
    async () => {
      const packages = ['node@22', '@anthropic-ai/claude-code@2.1.332', '@google/gemini-cli@0.61.0'];
      const npx = ['-y', ...packages.flatMap((name) => ['-p', name]), '--'];
      const claude = (/** @type {string} */ path) =>
        run('npx', [...npx, 'claude', 'plugin', 'validate', path], {
          cwd: out,
          env: { ...process.env, HOME: out },
        });
      await claude(join(out, 'claude-code'));
      await claude(join(out, 'claude-code/wemasy-orders'));
      const gemini = ['gemini', 'extensions', 'validate', join(out, 'gemini')];
      const { stdout, stderr } = await run('npx', [...npx, ...gemini], {
        cwd: out,
        env: { ...process.env, HOME: out },
      });
      expect(stdout + stderr).toContain('successfully validated');
      await writeFile(join(out, 'claude-code/wemasy-orders/.claude-plugin/plugin.json'), '{ "version": 1 }');
      await expect(claude(join(out, 'claude-code/wemasy-orders'))).rejects.toMatchObject({ code: 1 });
    },
  );

  async function write() {
    return run(process.execPath, ['tools/workspace/src/write-installers.js'], { cwd: copy.root });
  }
});
