import { checksText, examine } from '@wemasy-orders/runtime/doctor';
import { type ExitCode, exitCodes } from './exit-codes.js';
import { cleanJson } from './output/json.js';
import type { Session } from './session.js';

/** Checks settings, state, token and API, and shows what was found. */
export async function showChecks(
  { json }: { readonly json: boolean },
  { config, faults, clock, services, terminal }: Session,
): Promise<ExitCode> {
  const checks = await examine({ config, faults, clock, services });
  await terminal.out.write(json ? cleanJson(checks) : `${checksText(checks)}\n`);
  if (faults.length > 0) return exitCodes.usage;
  return checks.every(({ works }) => works) ? exitCodes.done : exitCodes.failed;
}
