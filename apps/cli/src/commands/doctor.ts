import { checksText, examine } from '@wemasy-orders/runtime';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { cleanJson } from '../output/json.js';
import type { Manner, Session } from '../session.js';

/** Checks the set-up: settings, shared state, token and API. */
export async function doctor({ json }: Manner, session: Session): Promise<ExitCode> {
  const { config, faults, clock, terminal } = session;
  const checks = await examine({
    config,
    faults,
    clock,
    client: () => session.services().client,
  });
  await terminal.out.write(json ? cleanJson(checks) : `${checksText(checks)}\n`);
  if (faults.length > 0) return exitCodes.usage;
  return checks.every(({ works }) => works) ? exitCodes.done : exitCodes.failed;
}
