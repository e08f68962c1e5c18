import { OrdersError } from './orders-error.js';

/** The client was set up with something that cannot work; nothing was sent. */
export class ConfigurationError extends OrdersError {
  override readonly name = 'ConfigurationError';
  readonly code = 'configuration_error';
  /** All that is wrong, one sentence each. */
  readonly faults: readonly string[];

  constructor(...faults: readonly string[]) {
    super(faults.join(' '), { source: 'local', retryable: false, effect: 'none' });
    this.faults = faults;
  }
}
