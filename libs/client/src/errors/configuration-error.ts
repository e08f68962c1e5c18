import { OrdersError } from './orders-error.js';

/** The client was set up with something that cannot work; nothing was sent. */
export class ConfigurationError extends OrdersError {
  override readonly name = 'ConfigurationError';
  readonly code = 'configuration_error';

  constructor(message: string) {
    super(message, { source: 'local', retryable: false, effect: 'none' });
  }
}
