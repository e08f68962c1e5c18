import type { CallOptions, OrdersClient } from '@wemasy-orders/client';
import type { Operation } from '@wemasy-orders/client/operations';
import type { OrderSync } from '@wemasy-orders/order-sync';
import type { PersonalData } from '@wemasy-orders/presentation';
import type { Clock } from '@wemasy-orders/state';
import type * as z from 'zod';
import { noteOfIgnored, parseArguments } from './arguments.js';
import { type JsonSchema, portableArguments } from './portable-schema.js';
import type { Progress } from './progress.js';

/** What tools are made for. */
export interface ToolSettings {
  readonly personalData: PersonalData;
  /** Longest wait for the API's allowance, in ms. */
  readonly maxWaitMs: number;
  readonly clock: Clock;
}

/** The shop that a call works with. */
export interface ToolServices {
  readonly client: OrdersClient;
  readonly orderSync: Pick<OrderSync, 'sync'>;
}

/** What a running call may use besides its arguments. */
export interface ToolCall {
  /**
   * The caller's shop: one server may serve many, so a tool knows none itself.
   *
   * @throws {ConfigurationError} when the server is not configured to call the API
   */
  services(): Promise<ToolServices>;
  /** Aborted when the client cancels or goes away. */
  readonly signal: AbortSignal;
  /** Reports the call's progress to the client. */
  readonly progress: Progress;
}

/** A success: the same facts twice, since some clients show the model only one of them. */
export interface ToolResult {
  readonly structured: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** A tool is data plus a handler, so that the server, the documentation and the tests can walk one list. */
export interface Tool extends NonNullable<Operation['tool']> {
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema;
  /**
   * @param input the arguments as they came
   * @throws {OrdersError} when the call does not succeed
   */
  run(input: unknown, call: ToolCall): Promise<ToolResult>;
}

/** An operation that the document offers to assistants. */
export interface ToolOperation extends Operation {
  readonly tool: NonNullable<Operation['tool']>;
}

export function isToolOperation(operation: Operation): operation is ToolOperation {
  return operation.tool !== undefined;
}

/** A call whose arguments have been checked. */
export interface CheckedCall extends ToolCall {
  /** What the client needs to carry it out: its cancellation, its longest wait, and what reports the wait. */
  readonly options: CallOptions;
  /** What to say of arguments that were left out. */
  readonly note: string | undefined;
}

export interface ToolDefinition<Schema extends z.ZodObject> {
  readonly operation: ToolOperation;
  readonly arguments: Schema;
  readonly outputSchema: () => JsonSchema;
  /** Longest wait for the API's allowance, in ms. */
  readonly maxWaitMs: number;
  /** @throws {OrdersError} when the call does not succeed */
  readonly run: (values: z.output<Schema>, call: CheckedCall) => Promise<ToolResult>;
}

/** The tool of an operation: its texts from the document, its arguments checked before anything else. */
export function defineTool<Schema extends z.ZodObject>(definition: ToolDefinition<Schema>): Tool {
  const { operation, arguments: schema, maxWaitMs, run } = definition;
  // The build has recorded the list of tools, so that most processes need the input schema of one tool alone.
  const inputSchema = once(() => portableArguments(schema));
  const outputSchema = once(definition.outputSchema);
  return {
    ...operation.tool,
    get inputSchema() {
      return inputSchema();
    },
    get outputSchema() {
      return outputSchema();
    },
    async run(input, call) {
      const { values, ignored } = parseArguments({ schema, inputSchema: inputSchema() }, input);
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

function once<Result>(make: () => Result): () => Result {
  let made: Result | undefined;
  return () => (made ??= make());
}
