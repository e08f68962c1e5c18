import * as z from 'zod';
import { type CommandDefinition, isOn, jsonOption } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { cleanJson } from '../output/json.js';

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
  async action({ options }, { config, faults, clock, services, terminal }) {
    const { json } = z.object({ json: isOn }).parse(options);
    const { checksText, examine } = await import('@wemasy-orders/runtime/doctor');
    const checks = await examine({ config, faults, clock, services });
    await terminal.out.write(json ? cleanJson(checks) : `${checksText(checks)}\n`);
    if (faults.length > 0) return exitCodes.usage;
    return checks.every(({ works }) => works) ? exitCodes.done : exitCodes.failed;
  },
};
