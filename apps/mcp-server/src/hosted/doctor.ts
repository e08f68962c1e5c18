import { describeStatePlace, openStore } from '@wemasy-orders/runtime';
import type { Check } from '@wemasy-orders/runtime/doctor';
import type { HostedConfig } from '@wemasy-orders/runtime/hosted';
import type { Clock } from '@wemasy-orders/state';
import { readIssuerKeys } from './auth/issuer-keys.js';
import type { Shops } from './shop.js';

export interface HostedDoctorOptions {
  /** Undefined where there are faults. */
  readonly config: HostedConfig | undefined;
  readonly faults: readonly string[];
  /** @throws {ConfigurationError} where a file that the settings name cannot be used */
  readonly openShops: (config: HostedConfig) => Promise<Shops>;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

/** Finds out whether a hosted server can work: settings, identity provider, files of shops and keys, shared state. */
export async function examineHosted(options: HostedDoctorOptions): Promise<Check[]> {
  const { config, faults, openShops, fetch, clock } = options;
  if (config === undefined) {
    return faults.map((found) => ({ what: 'configuration', works: false, found }));
  }
  const { WEMASY_AUTH: auth, WEMASY_PUBLIC_URL: publicUrl, WEMASY_OAUTH_ISSUER: issuer, state } = config;
  const checks = [
    check('configuration', `${publicUrl}, WEMASY_AUTH=${auth}`, async () => undefined),
    ...(auth === 'oauth' && issuer !== undefined
      ? [check('issuer', `the keys of ${issuer} can be read`, () => readIssuerKeys({ issuer, fetch, clock }))]
      : []),
    check('shops', 'the files that the settings name can be read', async () =>
      (await openShops(config)).close(),
    ),
    ...(state === undefined
      ? []
      : [
          check('state', describeStatePlace(state), async () => {
            const store = await openStore(state, { clock, onWarning: () => undefined, acceptVolatile: true });
            try {
              await store.update('doctor', (record: unknown) => ({ record: undefined, result: record }));
            } finally {
              await store.close();
            }
          }),
        ]),
  ];
  return Promise.all(checks);
}

async function check(what: string, good: string, work: () => Promise<unknown>): Promise<Check> {
  try {
    await work();
    return { what, works: true, found: good };
  } catch (error) {
    return { what, works: false, found: error instanceof Error ? error.message : String(error) };
  }
}
