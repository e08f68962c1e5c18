import { type Operation, operations } from '@wemasy-orders/client/operations';

const offered = Object.values<Operation>(operations).flatMap(({ tool }) => tool ?? []);

/** The names of the tools that the document offers, in its order. */
export const documentedTools = offered.map(({ name }) => name);

/** Of these, the tools that only read. */
export const readingTools = offered
  .filter(({ annotations }) => annotations.readOnlyHint)
  .map(({ name }) => name);
