import * as z from 'zod';
import { doctor as examineSetUp } from '../commands/doctor.js';
import { type Definition, isOn, jsonOption } from './definition.js';

export const doctor: Definition = {
  name: 'doctor',
  summary: 'Check the set-up',
  description:
    'Checks settings, shared state, token and API as a command would use them, with one list of one order.',
  options: [jsonOption()],
  examples: [
    [
      'wemasy-orders doctor',
      'exits 0 when everything works, 2 when settings are missing, 1 when the API is not reached',
    ],
  ],
  async run({ values }, session) {
    return await examineSetUp(z.object({ json: isOn }).parse(values), session);
  },
};
