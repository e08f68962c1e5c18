import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, startApi } from './api.js';
import { run } from './run.js';

let api: Api;
let environment: Record<string, string>;
beforeEach(async () => {
  api = await startApi();
  environment = { WEMASY_API_URL: api.url, WEMASY_API_TOKEN: 'token', WEMASY_STATE: 'memory' };
});
afterEach(() => api.close());

describe('doctor', () => {
  it('finds every fault of the configuration, that of the log level too, and says each once', async () => {
    const faulty = { WEMASY_LOG_LEVEL: 'loud', WEMASY_API_TOKEN: 'a b', WEMASY_STATE: 'here' };
    const { exitCode, stdout, stderr } = await run(['doctor'], { ...environment, ...faulty });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^FAULT {2}configuration {2}WEMASY_API_TOKEN contains a space/),
      expect.stringMatching(/^FAULT {2}configuration {2}WEMASY_LOG_LEVEL must be one of/),
      expect.stringMatching(/^FAULT {2}configuration {2}WEMASY_STATE must be memory/),
      '',
    ]);
  });
});
