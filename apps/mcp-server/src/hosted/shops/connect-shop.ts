import { connect, createLog, type ServiceOptions, type Services } from '@wemasy-orders/runtime';
import type { HostedConfig } from '@wemasy-orders/runtime/hosted';
import type { Account } from './shop-services.js';

export interface ConnectShopOptions extends Omit<ServiceOptions, 'config' | 'journalUrl' | 'log'> {
  readonly config: HostedConfig;
  /** Takes a line of the log. */
  readonly writeLog: (line: string) => void;
}

/** What calls for one shop work with: its client, with an allowance and a journal of its account. */
export function connectShop(
  { account, token }: Account,
  { config, writeLog, ...options }: ConnectShopOptions,
): Services {
  const log = createLog({
    level: config.WEMASY_LOG_LEVEL,
    write: writeLog,
    now: () => options.clock.now(),
    secrets: [token],
  });
  const { orderSync, ...services } = connect({
    ...options,
    config: { ...config, token, WEMASY_ACCOUNT: account },
    journalUrl: config.WEMASY_API_URL,
    log,
  });

  /** A name that a link gives is meant: unlike one from a variable, it needs no word of the user. */
  async function claim(): Promise<void> {
    try {
      await services.journal.claimAccount(account);
    } catch (error) {
      // The sync finds the same reason, and says it in its own words.
      log.debug('the account could not be claimed', { error });
    }
  }

  return {
    ...services,
    orderSync: {
      ...orderSync,
      async sync(orderId, call) {
        // Each time: an emptied store has forgotten it. What was found within the last second is not looked up again.
        await claim();
        return await orderSync.sync(orderId, call);
      },
    },
  };
}
