import * as z from 'zod';
import { type CommandDefinition, isOn, jsonOption } from '../command.js';

export const doctor: CommandDefinition = {
  name: 'doctor',
  summary: 'Check settings, state, token and API',
  description:
    'Checks settings, shared state, token and API the way a command uses them: writes a record and removes it, and asks the API once.',
  options: [jsonOption()],
  examples: [
    [
      'wemasy-orders doctor',
      'exits 0 when everything works, 2 when settings are wrong, 1 when state or API cannot be used',
    ],
  ],
  async action({ options }, session) {
    const { json } = z.object({ json: isOn }).parse(options);
    const { showChecks } = await import('../show-checks.js');
    return await showChecks({ json }, session);
  },
};
