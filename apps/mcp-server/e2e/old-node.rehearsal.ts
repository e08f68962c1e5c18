import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { serverFile } from './support/assistant.js';

it.each(['12', '18', '22.2'])(
  'Node %s learns in the first line which version is needed, and nothing else happens',
  async (version) => {
    const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';
    const child = spawn(npx, ['-y', '-p', `node@${version}`, '--', 'node', serverFile], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [output, complaint, [exitCode]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ]);
    const lines = complaint.split('\n').filter((line) => line !== '' && !line.startsWith('npm '));
    expect(lines).toEqual([
      expect.stringMatching(/^wemasy-orders-mcp needs Node 20\.19, or 22\.3 or later; this is Node \d/),
    ]);
    expect({ output, exitCode }).toEqual({ output: '', exitCode: 1 });
  },
  120_000,
);
