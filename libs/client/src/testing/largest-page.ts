import { shapes } from '../generated/calls.js';

/** The largest page that a walk asks for: 100 orders, or as many as the document allows. */
export const largestPage = Math.min(
  100,
  shapes.ListOrdersArguments.properties?.['per_page']?.maximum ?? Infinity,
);
