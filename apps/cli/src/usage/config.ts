import * as z from 'zod';
import { showConfig } from '../commands/config.js';
import { type Definition, isOn, jsonOption } from './definition.js';

export const config: Definition = {
  name: 'config',
  summary: 'Show the settings',
  description:
    'Shows every setting, its value and where it comes from. Of the token it shows the length alone.',
  options: [jsonOption()],
  examples: [['wemasy-orders config --json', 'the settings for a program']],
  async run({ values, flags, environment }, session) {
    return await showConfig({ ...z.object({ json: isOn }).parse(values), flags, environment }, session);
  },
};
