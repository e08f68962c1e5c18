import { type Config, describeSettings, describeStatePlace } from '@wemasy-orders/runtime';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { createRowText, type Row } from '../output/rows.js';
import type { Manner, Session, SettingFlags } from '../session.js';

export interface ConfigOptions extends Manner {
  readonly flags: SettingFlags;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Shows every setting as it holds, where it comes from, and what is wrong; of the token only its length. */
export async function showConfig(
  { json, flags, environment }: ConfigOptions,
  { config, faults, maxWaitMs, terminal: { out, err } }: Session,
): Promise<ExitCode> {
  const given = describeSettings().map(({ variable, flag }) => {
    const value = flag === undefined ? undefined : flags[flag];
    return value === undefined
      ? { variable, value: environment[variable] || undefined, from: 'environment' }
      : { variable, value: String(value), from: `--${flag}` };
  });
  const hasTokenFile = given.some(({ variable, value }) => variable === 'WEMASY_API_TOKEN_FILE' && value);
  const rows = given.map(({ variable, value, from }): Row => {
    const origin = value === undefined ? 'default' : from;
    switch (variable) {
      case 'WEMASY_API_TOKEN':
        if (config.token === '') return [variable, null, origin];
        return [variable, `${config.token.length} characters`, hasTokenFile ? 'file' : origin];
      case 'WEMASY_API_TOKEN_FILE':
        return [variable, value ?? null, origin];
      case 'WEMASY_STATE':
        return [variable, config.state === undefined ? null : describeStatePlace(config.state), origin];
      case 'WEMASY_READ_ONLY':
        return [variable, config.WEMASY_READ_ONLY ? 'on' : 'off', origin];
      case 'WEMASY_MAX_WAIT_MS':
        return Number.isFinite(maxWaitMs)
          ? [variable, String(maxWaitMs), origin]
          : [variable, 'as long as it takes', 'default'];
      case 'WEMASY_RATE_LIMITS':
        return [variable, value ?? "the document's", origin];
      default:
        return [variable, valueIn(config, variable), origin];
    }
  });
  const text = createRowText(json ? 'json' : 'table', ['setting', 'value', 'from'], out);
  await out.write(text.add(rows) + text.end());
  for (const fault of faults) await err.write(`wemasy-orders: ${fault}\n`);
  return faults.length > 0 ? exitCodes.usage : exitCodes.done;
}

function valueIn(config: Config, variable: string): string | null {
  const value: unknown = Object.entries(config).find(([name]) => name === variable)?.[1];
  return value === undefined ? null : String(value);
}
