import { type Operation, operations } from '@wemasy-orders/client/operations';

/** The names of the tools that the document offers, in its order. */
export const documentedTools = Object.values<Operation>(operations).flatMap(({ tool }) => tool?.name ?? []);
