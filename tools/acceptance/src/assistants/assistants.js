// @ts-check

/**
 * An assistant of the command line, and how it is run against a model's API at another address.
 *
 * @typedef {object} Assistant
 * @property {string} name as the README calls it
 * @property {string} package on npm
 * @property {string} version
 * @property {string} command
 * @property {string} api of the model
 * @property {(origin: string) => Record<string, string>} environment of each of its processes
 * @property {(origin: string) => Record<string, Record<string, unknown>>} [prepare] fields to add to files of JSON, by path
 *   below the home folder
 * @property {(run: { origin: string, prompt: string }) => string[]} args for one question, with calls allowed
 */

const key = 'none';

/** @type {readonly Assistant[]} */
export const assistants = [
  {
    name: 'Claude Code',
    package: '@anthropic-ai/claude-code',
    version: '2.1.332',
    command: 'claude',
    api: 'Anthropic Messages',
    environment: (origin) => ({
      ANTHROPIC_BASE_URL: origin,
      ANTHROPIC_API_KEY: key,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    }),
    args: ({ prompt }) => [
      ...['-p', prompt],
      ...['--allowedTools', 'mcp__wemasy-orders__list_orders,mcp__wemasy-orders__sync_order'],
    ],
  },
  {
    name: 'Codex',
    package: '@openai/codex',
    version: '0.171.0',
    command: 'codex',
    api: 'OpenAI Responses',
    environment: () => ({ MODEL_KEY: key }),
    args: ({ origin, prompt }) => {
      const provider = {
        name: 'loopback',
        base_url: `${origin}/v1`,
        wire_api: 'responses',
        env_key: 'MODEL_KEY',
      };
      const fields = Object.entries(provider).map(([field, value]) => `${field}=${JSON.stringify(value)}`);
      return [
        ...['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox'],
        ...['-c', 'model="gpt-5"', '-c', 'model_provider="loopback"'],
        ...['-c', `model_providers.loopback={${fields.join(',')}}`, prompt],
      ];
    },
  },
  {
    name: 'Gemini CLI',
    package: '@google/gemini-cli',
    version: '0.61.0',
    command: 'gemini',
    api: 'Gemini generateContent',
    environment: (origin) => ({
      GEMINI_API_KEY: key,
      GOOGLE_GEMINI_BASE_URL: origin,
      GEMINI_CLI_TRUST_WORKSPACE: 'true',
    }),
    prepare: () => ({ '.gemini/settings.json': { security: { auth: { selectedType: 'gemini-api-key' } } } }),
    args: ({ prompt }) => ['-m', 'gemini-2.5-flash', '--approval-mode', 'yolo', '-p', prompt],
  },
  {
    name: 'Copilot CLI',
    package: '@github/copilot',
    version: '1.0.102',
    command: 'copilot',
    api: 'OpenAI Chat Completions',
    environment: (origin) => ({
      COPILOT_OFFLINE: 'true',
      COPILOT_PROVIDER_TYPE: 'openai',
      COPILOT_PROVIDER_BASE_URL: `${origin}/v1`,
      COPILOT_PROVIDER_API_KEY: key,
      COPILOT_MODEL: 'gpt-5',
    }),
    args: ({ prompt }) => ['-p', prompt, '--allow-all-tools'],
  },
  {
    name: 'OpenCode',
    package: 'opencode-ai',
    version: '1.18.33',
    command: 'opencode',
    api: 'OpenAI Chat Completions',
    environment: () => ({}),
    prepare: (origin) => ({
      'work/opencode.json': {
        provider: {
          loopback: {
            npm: '@ai-sdk/openai-compatible',
            options: { baseURL: `${origin}/v1`, apiKey: key },
            models: { model: {} },
          },
        },
      },
    }),
    args: ({ prompt }) => ['run', '-m', 'loopback/model', prompt],
  },
];
