import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Shell } from '../src/commands/completion.js';
import { cliFile } from './support/cli.js';
import { canOpenTerminals, keys, openTerminal } from './support/terminal.js';

/** Without the shell its tests are skipped, but in CI they fail. */
function has(shell: Shell): boolean {
  return process.env['CI'] !== undefined || spawnSync(shell, ['--version']).status === 0;
}

let folder: string;
let environment: Record<string, string>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wemasy-orders-completion-'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  symlinkSync(cliFile, join(bin, 'wemasy-orders'));
  environment = { PATH: [bin, dirname(process.execPath), process.env['PATH']].join(':'), HOME: folder };
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The output of a shell that runs these lines. */
function printed(shell: Shell, ...typed: readonly string[]): string {
  const { stdout } = spawnSync(shell, ['-c', typed.join('\n')], { env: environment, encoding: 'utf8' });
  return stdout;
}

describe.skipIf(!has('bash'))('bash', () => {
  const candidates = (...words: readonly string[]) =>
    printed(
      'bash',
      'source <(wemasy-orders completion bash)',
      `COMP_WORDS=(wemasy-orders ${words.join(' ')})`,
      `COMP_CWORD=${words.length}`,
      '_wemasy_orders',
      'echo "${COMPREPLY[@]}"',
    );

  it('completes commands, options and values of the document', () => {
    expect(candidates('sync')).toBe('sync sync-due\n');
    expect(candidates('list', '--sta')).toBe('--status --state\n');
    expect(candidates('list', '--status', 'pa')).toBe('payment_received paid\n');
  });
});

describe.skipIf(!has('fish'))('fish', () => {
  const candidates = (line: string) =>
    printed('fish', 'wemasy-orders completion fish | source', `complete -C '${line}'`);

  it('completes commands, options and values of the document, with their meanings', () => {
    expect(candidates('wemasy-orders li')).toBe('list\tList orders\n');
    expect(candidates('wemasy-orders list --stat')).toMatch(/^--state\t.+\n--status\tOnly orders with .+\n$/);
    expect(candidates('wemasy-orders list --status pa').split('\n').sort()).toEqual([
      '',
      'paid',
      'payment_received',
    ]);
    expect(candidates('wemasy-orders list --status=on')).toBe('--status=on_hold\n');
  });
});

describe.skipIf(!has('zsh') || !canOpenTerminals)('zsh', () => {
  it('completes commands, options and values of the document while typing', async () => {
    const window = await openTerminal(['-f', '-i'], environment, { program: ['zsh'], columns: 120 });
    await window.shows(/# $|% $/);
    window.type(
      'autoload -Uz compinit; compinit -D -u; source <(wemasy-orders completion zsh); echo loa""ded\r',
    );
    await window.shows(/^loaded$/m);
    window.type(`wemasy-orders li${keys.tab}`);
    await window.shows(/wemasy-orders list/);
    window.type(`--sta${keys.tab}${keys.tab}`);
    await window.shows(/--status +-- Only orders with this status/);
    window.type(`us on${keys.tab}`);
    await window.shows(/wemasy-orders list --status on_hold/);
    window.type(`${keys.ctrlU}wemasy-orders sync-due --report ${folder}/b${keys.tab}`);
    await window.shows(/--report \S+\/bin\//);
    window.type(`${keys.ctrlU}exit${keys.enter}`);
    expect(await window.ended()).toBe(0);
  });
});
