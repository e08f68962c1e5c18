import { describeSettings, settingsHelp } from '@wemasy-orders/runtime';
import { describeHostedSettings } from '@wemasy-orders/runtime/hosted';
import type { SettingFlag } from './program.js';

/** What `--help` prints. */
export function helpText(): string {
  return [
    'wemasy-orders-mcp: MCP server for the orders of a Wemasy webshop',
    '',
    'Usage:',
    '  wemasy-orders-mcp [flags]                       serve over stdio, for an AI assistant that starts it',
    '  wemasy-orders-mcp --http [host:]port [flags]    serve Streamable HTTP at /mcp, for this machine;',
    '                                                  with WEMASY_AUTH for others too, see docs/hosting.md',
    '  wemasy-orders-mcp doctor [flags]                check the set-up; exits 1 when something is wrong',
    '  wemasy-orders-mcp rotate-keys [flags]           seal the linked shops of WEMASY_KEY_FILE with a new key',
    '  wemasy-orders-mcp --help | --version',
    '',
    'With --sandbox, each of them works against a sandbox inside the process: invented orders, no token, and nothing',
    'reaches Wemasy or SnelStart. Settings for URL, token, account and limits are then ignored. --sandbox=FOLDER keeps',
    'its orders and the journal in that folder, for clients that start a process for each call.',
    '',
    'Settings come from the environment; a flag wins over its variable:',
    settingsHelp(describeSettings()),
    '',
    'Settings of a server that others reach. --metrics [host:]port serves /metrics for Prometheus besides.',
    settingsHelp(describeHostedSettings()),
  ].join('\n');
}

/** The flags of all settings, and whether each takes a value. */
export function settingFlags(): SettingFlag[] {
  return [...describeSettings(), ...describeHostedSettings()].flatMap(({ flag, takesValue }) =>
    flag === undefined ? [] : [{ flag, takesValue }],
  );
}
