import { type Config, describeSettings, describeStatePlace } from '@wemasy-orders/setup';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { createRowText } from '../output/rows.js';
import type { Manner, Session, SettingFlags } from '../session.js';

export interface ConfigOptions extends Manner {
  readonly flags: SettingFlags;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Shows every setting, where it comes from, and what is wrong; of the token only its length. */
export async function showConfig(
  { json, flags, environment }: ConfigOptions,
  { config, faults, terminal: { out, err } }: Session,
): Promise<ExitCode> {
  const text = createRowText(json ? 'json' : 'table', ['setting', 'value', 'from'], out);
  const rows = describeSettings().map(({ variable, flag }) => {
    const isFlag = flag !== undefined && flags[flag] !== undefined;
    const isSet = environment[variable] !== undefined && environment[variable] !== '';
    const from = isFlag ? `--${flag}` : isSet ? 'environment' : 'default';
    return [
      variable,
      shown(variable, config, { ...environment, ...(isFlag ? { [variable]: String(flags[flag]) } : {}) }),
      from,
    ];
  });
  await out.write(text.add(rows) + text.end());
  for (const fault of faults) await err.write(`wemasy-orders: ${fault}\n`);
  return faults.length > 0 ? exitCodes.usage : exitCodes.done;
}

function shown(
  variable: string,
  config: Config,
  given: Readonly<Record<string, string | undefined>>,
): string | null {
  switch (variable) {
    case 'WEMASY_API_TOKEN':
      return given[variable] === undefined ? null : `${config.token.length} characters`;
    case 'WEMASY_API_TOKEN_FILE':
      return given[variable] ?? null;
    case 'WEMASY_STATE':
      return config.state === undefined ? null : describeStatePlace(config.state);
    case 'WEMASY_READ_ONLY':
      return config.WEMASY_READ_ONLY ? 'on' : 'off';
    case 'WEMASY_RATE_LIMITS':
      return given[variable] ?? "the document's";
    default: {
      const value: unknown = Object.entries(config).find(([name]) => name === variable)?.[1];
      return value === undefined ? null : String(value);
    }
  }
}
