import { describe, expect, it } from 'vitest';
import { createLog, type LogLevel } from './log.js';

function logged(level: LogLevel, use: (log: ReturnType<typeof createLog>) => void): string[] {
  const lines: string[] = [];
  use(createLog({ level, write: (line) => lines.push(line), now: () => 0, secrets: ['canary-token'] }));
  return lines;
}

describe('the log', () => {
  it('is one JSON object a line', () => {
    expect(logged('info', (log) => log.info('started', { tools: 2 }))).toEqual([
      '{"time":"1970-01-01T00:00:00.000Z","level":"info","message":"started","tools":2}\n',
    ]);
  });

  it('leaves out what is below its level', () => {
    const levels = (level: LogLevel) =>
      logged(level, (log) => {
        log.error('');
        log.warn('');
        log.info('');
        log.debug('');
        log.trace('');
      }).map((line) => JSON.parse(line).level);
    expect(levels('silent')).toEqual([]);
    expect(levels('warn')).toEqual(['error', 'warn']);
    expect(levels('trace')).toEqual(['error', 'warn', 'info', 'debug', 'trace']);
  });

  it('logs errors with their stack and cause, and never the token', () => {
    const [line = ''] = logged('error', (log) =>
      log.error('failed', { error: new Error('Bearer canary-token', { cause: new TypeError('no header') }) }),
    );
    expect(JSON.parse(line)).toMatchObject({
      error: {
        name: 'Error',
        message: 'Bearer [token]',
        cause: { name: 'TypeError', message: 'no header' },
      },
    });
    expect(line).toContain('log.test.ts');
    expect(line).not.toContain('canary');
  });
});
