import { InvalidArgumentsError } from '@wemasy-orders/client';
import type * as z from 'zod';

/**
 * Checks a tool's arguments. `null` for an argument means that it was not given.
 *
 * @throws {InvalidArgumentsError} naming every argument that is not as the schema says
 */
export function parseArguments<Schema extends z.ZodObject>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(withoutNulls(input));
  if (parsed.success) return parsed.data;
  const known = Object.keys(schema.shape).join(', ');
  throw new InvalidArgumentsError(
    parsed.error.issues.map((issue) =>
      issue.code === 'unrecognized_keys'
        ? {
            argument: issue.keys.join(', '),
            fault: `${issue.keys.length === 1 ? 'is not an argument' : 'are not arguments'}; known are ${known}`,
          }
        : { argument: issue.path.map(String).join('.') || 'arguments', fault: faultOf(issue) },
    ),
  );
}

/** A longer list is not repeated; the assistant has it in the tool's schema. */
const longestListTold = 12;

function faultOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_value' && issue.values.length > longestListTold
    ? `Invalid option: none of the ${issue.values.length} in the schema`
    : issue.message;
}

function withoutNulls(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input ?? {};
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));
}
