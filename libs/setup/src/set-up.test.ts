import { systemClock } from '@wemasy-orders/state';
import { describe, expect, it } from 'vitest';
import { setUp, type SetUpOptions } from './set-up.js';

/** Sets up and keeps what is logged. */
async function setUpWith(environment: SetUpOptions['environment'], more: Partial<SetUpOptions> = {}) {
  const lines: string[] = [];
  const set = await setUp({
    flags: {},
    environment: { WEMASY_STATE: 'memory', ...environment },
    platform: 'linux',
    home: '/home/jan',
    readFile: () => {
      throw new Error('no such file');
    },
    caller: { app: 'test', version: '1.0.0' },
    clock: systemClock,
    writeLog: (line) => lines.push(line),
    ...more,
  });
  return { ...set, log: (): unknown[] => lines.map((line): unknown => JSON.parse(line)) };
}

describe('a set-up with faults', () => {
  it('tells all of them to whoever asks for its services, one by one', async () => {
    const { faults, services, close } = await setUpWith({
      WEMASY_API_TOKEN: 'a b',
      WEMASY_API_URL: 'http://shop.example',
      WEMASY_PERSONAL_DATA: 'all',
    });
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      'WEMASY_API_TOKEN',
      'WEMASY_API_URL',
      'WEMASY_PERSONAL_DATA',
    ]);
    expect(services).toThrow(expect.objectContaining({ code: 'configuration_error', faults }));
    await close();
  });
});
