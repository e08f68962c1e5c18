import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createTerminal, hasColor } from './terminal.js';

describe('colours', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [true, { FORCE_COLOR: 'false' }, false],
    [true, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    [true, { TERM: 'dumb' }, false],
  ])('on a terminal: %s, with %j: %s', (isTTY, environment, expected) => {
    expect(hasColor(Object.assign(new PassThrough(), { isTTY }), environment)).toBe(expected);
  });
});

describe('a terminal', () => {
  const open = (given: { stdin?: boolean; stdout?: boolean; stderr?: boolean }) => {
    const stream = (isTTY = false) => Object.assign(new PassThrough(), { isTTY, columns: 70 });
    const streams = {
      stdin: stream(given.stdin),
      stdout: stream(given.stdout),
      stderr: stream(given.stderr),
    };
    return { ...streams, terminal: createTerminal({ ...streams, environment: {} }) };
  };

  it('can ask only where stdin and stderr are terminals', () => {
    expect(open({ stdin: true, stderr: true }).terminal.canAsk).toBe(true);
    expect(open({ stdin: true, stdout: true }).terminal.canAsk).toBe(false);
    expect(open({ stdout: true, stderr: true }).terminal.canAsk).toBe(false);
  });

  it('bounds lines on a terminal only', () => {
    expect(open({ stdout: true }).terminal.out.columns()).toBe(70);
    expect(open({}).terminal.out.columns()).toBeUndefined();
  });

  it('reports no failure when the reader has gone', async () => {
    const { stdout, terminal } = open({});
    stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    await new Promise(setImmediate);
    expect(terminal.out.isClosed()).toBe(true);
    await terminal.out.write('unread');
    expect(terminal.out.failure()).toBeUndefined();
  });

  it('remembers why writing failed', async () => {
    const { stdout, terminal } = open({});
    const full = Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' });
    stdout.destroy(full);
    await new Promise(setImmediate);
    await terminal.out.write('this is lost');
    expect(terminal.out.failure()).toBe(full);
  });
});
