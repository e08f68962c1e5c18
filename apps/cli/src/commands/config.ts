import { type Config, describeSettings, describeStatePlace } from '@wemasy-orders/runtime';
import * as z from 'zod';
import { type CommandDefinition, type CommandInput, isOn, jsonOption } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { createRowWriter } from '../output/formats.js';
import type { Row } from '../output/row-writer.js';
import type { Session } from '../session.js';

export const config: CommandDefinition = {
  name: 'config',
  onlyPrints: true,
  summary: 'Show the settings',
  description: 'Shows every setting, its value and its origin. Of the token it shows the length only.',
  options: [jsonOption()],
  examples: [['wemasy-orders config --json', 'the settings for a program']],
  async action(input, session) {
    const { json } = z.object({ json: isOn }).parse(input.options);
    const { out, err } = session.terminal;
    const writer = await createRowWriter(json ? 'json' : 'table', ['setting', 'value', 'from'], out);
    await out.write(writer.add(settingRows(input, session)) + writer.end());
    for (const fault of session.faults) await err.write(`wemasy-orders: ${fault}\n`);
    return session.faults.length > 0 ? exitCodes.usage : exitCodes.done;
  },
};

/** Every setting as it applies: variable, value, origin. */
function settingRows({ flags, environment }: CommandInput, session: Session): Row[] {
  const { config: applied, maxWaitMs } = session;
  const given = describeSettings().map(({ variable, flag }) => {
    const value = flag === undefined ? undefined : flags[flag];
    return value === undefined
      ? { variable, value: environment[variable] || undefined, from: 'environment' }
      : { variable, value: String(value), from: `--${flag}` };
  });
  const hasTokenFile = given.some(({ variable, value }) => variable === 'WEMASY_API_TOKEN_FILE' && value);
  return given.map(({ variable, value, from }): Row => {
    const origin = value === undefined ? 'default' : from;
    switch (variable) {
      case 'WEMASY_API_TOKEN':
        if (applied.token === '') return [variable, null, origin];
        return [variable, `${applied.token.length} characters`, hasTokenFile ? 'file' : origin];
      case 'WEMASY_API_TOKEN_FILE':
        return [variable, value ?? null, origin];
      case 'WEMASY_STATE':
        return [variable, applied.state === undefined ? null : describeStatePlace(applied.state), origin];
      case 'WEMASY_READ_ONLY':
        return [variable, applied.WEMASY_READ_ONLY ? 'on' : 'off', origin];
      case 'WEMASY_MAX_WAIT_MS':
        return Number.isFinite(maxWaitMs)
          ? [variable, String(maxWaitMs), origin]
          : [variable, 'as long as it takes', 'default'];
      case 'WEMASY_RATE_LIMITS':
        return [variable, value ?? "the document's", origin];
      default:
        return [variable, valueIn(applied, variable), origin];
    }
  });
}

function valueIn(applied: Config, variable: string): string | null {
  const value: unknown = Object.entries(applied).find(([name]) => name === variable)?.[1];
  return value === undefined ? null : String(value);
}
