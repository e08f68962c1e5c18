import { OrdersError, type OrdersErrorFacts } from '@wemasy-orders/client';

export interface OrderSyncErrorFacts extends OrdersErrorFacts {
  /** Undefined where it is about the whole journal. */
  readonly orderId: number | undefined;
}

/** What this library itself throws; it passes the client's errors on as they are. */
export abstract class OrderSyncError extends OrdersError {
  readonly orderId: number | undefined;

  constructor(message: string, { orderId, ...facts }: OrderSyncErrorFacts) {
    super(message, facts);
    this.orderId = orderId;
  }
}
