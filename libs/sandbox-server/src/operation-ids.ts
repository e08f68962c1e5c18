import { operations } from '@wemasy-orders/client/operations';

export type OperationId = keyof typeof operations;

/** The operations of the document. */
export const operationIds = Object.values(operations).map(({ operationId }) => operationId);
