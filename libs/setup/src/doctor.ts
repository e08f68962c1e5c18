import { isOrdersError, type OrdersClient, type OperationId } from '@wemasy-orders/client';
import { operations } from '@wemasy-orders/client/operations';
import type { Config } from './config.js';
import { describeStatePlace } from './state-place.js';

/** What was looked at and what was found; never a part of the token. */
export interface Check {
  readonly what: string;
  readonly works: boolean;
  readonly found: string;
}

export interface DoctorOptions {
  readonly config: Config;
  readonly faults: readonly string[];
  /** @throws {ConfigurationError} when the server is not configured to call the API */
  readonly client: () => OrdersClient;
}

/** Checks the whole set-up as a call would use it: with one list of one order, which costs one of the allowance. */
export async function examine({ config, faults, client }: DoctorOptions): Promise<Check[]> {
  const configuration =
    faults.length === 0
      ? [
          {
            what: 'configuration',
            works: true,
            found: `${config.WEMASY_API_URL}, personal data ${config.WEMASY_PERSONAL_DATA}`,
          },
        ]
      : faults.map((found) => ({ what: 'configuration', works: false, found }));
  const checks: Check[] = [...configuration];
  if (config.state !== undefined) {
    checks.push({ what: 'state', works: true, found: describeStatePlace(config.state) });
  }
  if (faults.length > 0) return checks;
  checks.push({ what: 'token', works: true, found: `${config.token.length} characters` });
  try {
    const { total } = await client().list({ per_page: 1 });
    checks.push({
      what: 'API',
      works: true,
      found: `answers, and the token may list orders; there are ${total}`,
    });
  } catch (error) {
    if (!isOrdersError(error)) throw error;
    checks.push({ what: 'API', works: false, found: `${error.code}: ${error.message}` });
    return checks;
  }
  for (const { operationId } of Object.values(operations))
    checks.push(await allowanceOf(client(), operationId));
  return checks;
}

async function allowanceOf(client: OrdersClient, operationId: OperationId): Promise<Check> {
  const { remaining, limit, resetInMs } = await client.allowance(operationId);
  const reset = resetInMs > 0 ? `, all again in ${Math.ceil(resetInMs / 1000)} s` : '';
  return { what: 'allowance', works: true, found: `${operationId}: ${remaining} of ${limit} left${reset}` };
}

/** The checks as a table for people. */
export function checksText(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ what }) => what.length));
  return checks
    .map(({ what, works, found }) => `${works ? 'ok   ' : 'FAULT'}  ${what.padEnd(width)}  ${found}`)
    .join('\n');
}
