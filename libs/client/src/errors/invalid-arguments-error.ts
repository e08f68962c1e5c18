import { OrdersError } from './orders-error.js';

export interface ArgumentFault {
  /** Name of the argument. */
  readonly argument: string;
  readonly fault: string;
}

/** The arguments are not what the document allows; nothing was sent. */
export class InvalidArgumentsError extends OrdersError {
  override readonly name = 'InvalidArgumentsError';
  readonly code = 'invalid_arguments';
  readonly faults: readonly ArgumentFault[];

  constructor(faults: readonly ArgumentFault[]) {
    super(faults.map(({ argument, fault }) => `${argument}: ${fault}`).join('; '), {
      source: 'local',
      retryable: false,
      effect: 'none',
    });
    this.faults = faults;
  }
}
