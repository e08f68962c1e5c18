import { ConfigurationError, isOrdersError } from '@wemasy-orders/client';
import { type Check, checksText, examine } from '@wemasy-orders/runtime/doctor';
import { readHostedConfig } from '@wemasy-orders/runtime/hosted';
import { systemClock } from '@wemasy-orders/state';
import { setUpFor, setUpOptionsFor } from './one-shop.js';
import type { Output, Program, Target } from './program.js';
import { limitsOf } from './tools/create-tools.js';

/** `doctor`: checks the set-up; exits 1 when something is wrong. */
export async function diagnose(target: Target, program: Program, output: Output): Promise<void> {
  await reportingFaults(output, async () => {
    const checks = await check(target, program, output);
    output.print(checksText(checks));
    process.exitCode = checks.every(({ works }) => works) ? 0 : 1;
  });
}

async function check(target: Target, program: Program, output: Output): Promise<readonly Check[]> {
  // What a log would warn of is in the checks.
  const quiet = { WEMASY_LOG_LEVEL: 'error' } as const;
  const options = setUpOptionsFor(target, program, output);
  const hosted = target.sandbox ? undefined : readHostedConfig(options);
  if (hosted !== undefined) {
    const { examineHosted } = await import('./hosted/doctor.js');
    const { openShops } = await import('./hosted/open-shops.js');
    const { caller, clock, writeLog } = options;
    return examineHosted({
      ...hosted,
      openShops: (config) =>
        openShops({
          config: { ...config, ...quiet },
          machine: options,
          caller,
          clock,
          writeLog,
          longestCallMs: limitsOf(config).answerWithinMs,
        }),
      fetch: globalThis.fetch,
      clock,
    });
  }
  const { config, faults, services, close } = await setUpFor(target, program, output, quiet);
  const checks = await examine({ config, faults, clock: systemClock, services });
  await close();
  return checks;
}

/** `rotate-keys`: seals the linked shops with a new key; exits 1 when some could not be opened. */
export async function rotate(target: Target, program: Program, output: Output): Promise<void> {
  await reportingFaults(output, async () => {
    const { config, faults } = readHostedConfig(setUpOptionsFor(target, program, output)) ?? {
      faults: ['WEMASY_AUTH is not set: only a server that others reach has keys.'],
    };
    if (config === undefined) throw new ConfigurationError(...faults);
    const { rotateKeys } = await import('./hosted/shops/rotate-keys.js');
    const allOpened = await rotateKeys({ config, clock: systemClock, print: output.print });
    process.exitCode = allOpened ? 0 : 1;
  });
}

async function reportingFaults(output: Output, work: () => Promise<void>): Promise<void> {
  await work().catch((error: unknown) => {
    if (!isOrdersError(error)) throw error;
    output.printError(`wemasy-orders-mcp: ${error.message}`);
    process.exitCode = 1;
  });
}
