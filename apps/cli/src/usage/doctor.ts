import * as z from 'zod';
import { doctor as examineSetUp } from '../commands/doctor.js';
import { type Definition, isOn, jsonOption } from './definition.js';

export const doctor: Definition = {
  name: 'doctor',
  summary: 'Check the set-up',
  description:
    'Checks settings, shared state, token and API as a command would use them: writes a record and removes it, and lists one order.',
  options: [jsonOption()],
  examples: [
    [
      'wemasy-orders doctor',
      'exits 0 when everything works, 2 when settings are wrong, 1 when state or API cannot be used',
    ],
  ],
  async run({ values }, session) {
    return await examineSetUp(z.object({ json: isOn }).parse(values), session);
  },
};
