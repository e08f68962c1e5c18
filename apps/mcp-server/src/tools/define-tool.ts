import type { CallOptions } from '@wemasy-orders/client';
import type { Operation } from '@wemasy-orders/client/operations';
import type * as z from 'zod';
import { noteOfIgnored, parseArguments } from './arguments.js';
import { type JsonSchema, portableArguments } from './portable-schema.js';
import type { Tool, ToolCall, ToolResult } from './tool.js';

/** An operation that the document offers to assistants. */
export interface ToolOperation extends Operation {
  readonly tool: NonNullable<Operation['tool']>;
}

export function isToolOperation(operation: Operation): operation is ToolOperation {
  return operation.tool !== undefined;
}

/** A call whose arguments have been checked. */
export interface CheckedCall extends ToolCall {
  /** What the client needs to carry it out: how it ends, how long it may wait, and who hears of the wait. */
  readonly options: CallOptions;
  /** What to say of arguments that were left out. */
  readonly note: string | undefined;
}

export interface ToolDefinition<Schema extends z.ZodObject> {
  readonly operation: ToolOperation;
  readonly arguments: Schema;
  readonly outputSchema: JsonSchema;
  /** Longest wait for the API's allowance, in ms. */
  readonly maxWaitMs: number;
  /** @throws {OrdersError} when the call does not succeed */
  readonly run: (values: z.output<Schema>, call: CheckedCall) => Promise<ToolResult>;
}

/** The tool of an operation: its texts from the document, its arguments checked before anything else. */
export function defineTool<Schema extends z.ZodObject>(definition: ToolDefinition<Schema>): Tool {
  const { operation, arguments: schema, outputSchema, maxWaitMs, run } = definition;
  const inputSchema = portableArguments(schema);
  return {
    ...operation.tool,
    inputSchema,
    outputSchema,
    async run(input, call) {
      const { values, ignored } = parseArguments({ schema, inputSchema }, input);
      const { signal, progress } = call;
      const options: CallOptions = {
        signal,
        maxWaitMs,
        onWait: (wait) => {
          progress.waits(wait);
        },
      };
      return run(values, { ...call, options, note: noteOfIgnored(ignored) });
    },
  };
}
