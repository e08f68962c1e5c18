import { setMaxListeners } from 'node:events';
import {
  CancelledError,
  type CallOptions,
  type OrdersClient,
  OrdersError,
  type OrdersErrorCode,
  type OrdersErrorFacts,
} from '@wemasy-orders/client';
import type { Operation } from '@wemasy-orders/client/operations';
import type { OrderSync } from '@wemasy-orders/order-sync';
import type { PersonalData } from '@wemasy-orders/presentation';
import type { Clock } from '@wemasy-orders/state';
import type * as z from 'zod';
import { type ParsedArguments, parseArguments } from './arguments.js';
import { type JsonSchema, portableArguments } from './portable-schema.js';
import type { Progress } from './progress.js';

/** How long a call may take, in ms. */
export interface CallLimits {
  readonly answerWithinMs: number;
  /** Longest wait for the API's allowance. */
  readonly maxWaitMs: number;
}

/** What tools are made for. */
export interface ToolSettings extends CallLimits {
  readonly personalData: PersonalData;
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
  /** Aborted when the server is about to end. */
  readonly stopping: AbortSignal;
  /** Reports the call's progress to the client. */
  readonly progress: Progress;
}

/** A success: the same facts twice, since some clients show the model only one of them. */
export interface ToolResult {
  readonly structured: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** What a tool takes and answers, and how it is called. */
export interface ToolHandler {
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema;
  /**
   * @param input the arguments as they came
   * @throws {OrdersError} when the call does not succeed in time
   */
  run(input: unknown, call: ToolCall): Promise<ToolResult>;
}

/** A tool is data plus a handler, so that the server, the documentation and the tests can walk one list. */
export interface Tool extends NonNullable<Operation['tool']>, ToolHandler {}

/** An operation that the document offers to assistants. */
export interface ToolOperation extends Operation {
  readonly tool: NonNullable<Operation['tool']>;
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
  readonly settings: ToolSettings;
  readonly arguments: Schema;
  readonly outputSchema: () => JsonSchema;
  /** @throws {OrdersError} when the call does not succeed */
  readonly run: (values: z.output<Schema>, call: CheckedCall) => Promise<ToolResult>;
}

/** The handler of an operation's tool: arguments are checked before anything else, and a call is answered in time. */
export function defineTool<Schema extends z.ZodObject>(definition: ToolDefinition<Schema>): ToolHandler {
  const { operation, settings, arguments: schema, run } = definition;
  // Few processes need them: the build has recorded the list of tools.
  const inputSchema = once(() => portableArguments(schema));
  const outputSchema = once(definition.outputSchema);
  return {
    get inputSchema() {
      return inputSchema();
    },
    get outputSchema() {
      return outputSchema();
    },
    async run(input, call) {
      const { values, note } =
        exactArguments(schema, input) ?? parseArguments({ schema, inputSchema: inputSchema() }, input);
      const work = (signal: AbortSignal) => {
        const options: CallOptions = {
          signal,
          maxWaitMs: settings.maxWaitMs,
          onWait: (wait) => {
            call.progress.waits(wait);
          },
        };
        return run(values, { ...call, signal, options, note });
      };
      return answerInTime(work, { ...settings, writes: !operation.tool.annotations.readOnlyHint, call });
    },
  };
}

/** Arguments that are as the schema says, as most are; undefined where some must be converted or refused. */
export function exactArguments<Schema extends z.ZodObject>(
  schema: Schema,
  input: unknown = {},
): ParsedArguments<Schema> | undefined {
  const { success, data } = schema.safeParse(input);
  return success && !Object.values(data).some(isBlank) ? { values: data, note: undefined } : undefined;
}

/** Such a value means that the argument was not given. */
function isBlank(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === '';
  return value === null || (Array.isArray(value) && value.length === 0);
}

/** Runs a function with the first call; each call gets its result. */
export function once<Result>(make: () => Result): () => Result {
  let made: { readonly result: Result } | undefined;
  return () => (made ??= { result: make() }).result;
}

/** The server answers before the work has ended. */
class InterruptedCallError extends OrdersError {
  override readonly name = 'InterruptedCallError';
  readonly code: OrdersErrorCode;

  constructor(code: OrdersErrorCode, message: string, facts: Partial<OrdersErrorFacts> = {}) {
    super(message, { source: 'local', retryable: true, effect: 'none', ...facts });
    this.code = code;
  }
}

interface AnswerInTimeOptions {
  readonly clock: Clock;
  readonly answerWithinMs: number;
  /** Whether the work changes something at the API; it is then never given up once it has been sent. */
  readonly writes: boolean;
  readonly call: Pick<ToolCall, 'signal' | 'stopping'>;
}

/** Between the signal to stop and the answer; what can stop has by then. In ms. */
const stopMs = 500;
/** When it is worth asking again for a write that is still in flight, in s. */
const askAgainSeconds = 5;

/**
 * Waits for the work of a call, and answers in time whatever the work does. When the time is up or the server ends, the
 * work is asked to stop. A write that has been sent continues, and its outcome is recorded; the same call made again joins
 * it.
 *
 * @throws {InterruptedCallError} when the time is up or the server ends
 */
async function answerInTime<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  { clock, answerWithinMs, writes, call: { signal: client, stopping } }: AnswerInTimeOptions,
): Promise<Result> {
  const working = new AbortController();
  const stopWork = () => {
    working.abort();
  };
  // Not `AbortSignal.any`: it leaves a reference on `stopping` for every call.
  const signals = [client, stopping];
  if (signals.some(({ aborted }) => aborted)) stopWork();
  for (const signal of signals) signal.addEventListener('abort', stopWork);
  // Each running call listens once.
  setMaxListeners(0, stopping);
  let isTimeUp = false;
  const interruption = () => {
    if (stopping.aborted) {
      const effect = writes ? 'nothing was sent' : 'nothing was changed';
      return new InterruptedCallError('cancelled', `The server is shutting down; ${effect}.`);
    }
    return writes
      ? new InterruptedCallError('cancelled', 'The order could not be sent in time; nothing was sent.')
      : new InterruptedCallError(
          'upstream_timeout',
          `The API did not answer within ${answerWithinMs / 1000} s, the longest that a call may take.`,
        );
  };
  let stopTimer: () => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    const giveUp = () => {
      reject(writes ? stillInFlight() : interruption());
    };
    const stopInTime = () => {
      isTimeUp = true;
      stopTimer = clock.setTimer(giveUp, stopMs);
      stopWork();
    };
    stopTimer = clock.setTimer(stopInTime, answerWithinMs - 2 * stopMs);
  });
  try {
    return await Promise.race([work(working.signal), late]);
  } catch (error) {
    const isStopped = isTimeUp || stopping.aborted;
    if (error instanceof CancelledError && isStopped && !client.aborted) throw interruption();
    throw error;
  } finally {
    stopTimer();
    for (const signal of signals) signal.removeEventListener('abort', stopWork);
  }
}

function stillInFlight(): InterruptedCallError {
  return new InterruptedCallError(
    'in_progress',
    'The sync is not finished yet. The server continues it and records the outcome.',
    { effect: 'unknown', retryAfterSeconds: askAgainSeconds },
  );
}
