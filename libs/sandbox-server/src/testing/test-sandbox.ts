import type * as z from 'zod';
import { type Operation, operations } from '@wemasy-orders/client/operations';
import { ListOrdersRequest } from '@wemasy-orders/client/schemas';
import type { InjectedFault } from '../injected-fault.js';
import { type SandboxOptions, startSandbox } from '../server.js';
import { type Token, tokens } from '../tokens.js';

export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; undefined if it is not JSON. */
  readonly json: unknown;
}

export interface TestRequest {
  readonly token?: Token | null;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  /** A string is sent unchanged, anything else as JSON. */
  readonly body?: unknown;
  readonly page?: number | string;
}

export interface TestSandbox {
  readonly url: string;
  /** Milliseconds since the epoch; only the test changes it. */
  readonly clock: { now: number };
  list(request?: TestRequest): Promise<TestAnswer>;
  sync(request?: TestRequest): Promise<TestAnswer>;
  get(path: string): Promise<TestAnswer>;
  /** Sends any request; the path starts at the root. */
  send(path: string, init: RequestInit): Promise<TestAnswer>;
  /** Sets a fault; throws when the sandbox refuses it. */
  setFault(fault: z.input<typeof InjectedFault>): Promise<void>;
  /** Opens a new throttle window for every caller. */
  nextWindow(): void;
  close(): Promise<void>;
}

/** Orders a page: as many as asked for, or as the document allows. */
export function ordersPerPage(wanted: number): number {
  let size = wanted;
  while (size > 1 && !ListOrdersRequest.shape.per_page.safeParse(size).success) size -= 1;
  return size;
}

const bucketOf = ({ operationId, rateLimit }: Operation) => rateLimit.bucket ?? operationId;
/** Whether the document lets both operations use up one allowance. */
export const sharesAllowance = bucketOf(operations.listOrders) === bucketOf(operations.syncOrder);

const longestWindowMs =
  1_000 * Math.max(...Object.values(operations).map(({ rateLimit }) => rateLimit.windowSeconds));

export const startOfTime = Date.UTC(2026, 10, 22, 9, 0, 0, 250);

/** A sandbox on a free port, with a clock that only the test changes. */
export async function startTestSandbox(options: SandboxOptions = {}): Promise<TestSandbox> {
  const clock = { now: startOfTime };
  const sandbox = await startSandbox({ orders: 60, ...options, clock: () => clock.now });
  const origin = new URL(sandbox.url).origin;

  async function call(url: string, init: RequestInit): Promise<TestAnswer> {
    const response = await fetch(url, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parseJson(text) };
  }

  function post(path: string, request: TestRequest): Promise<TestAnswer> {
    const { token = tokens.fullAccess, method = 'POST', headers = {}, body, page } = request;
    return call(`${sandbox.url}${path}${page === undefined ? '' : `?page=${page}`}`, {
      method,
      headers: {
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
        Accept: 'application/json',
        'Content-Type': 'application/json',
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  return {
    url: sandbox.url,
    clock,
    list: (request = {}) => post(operations.listOrders.path, request),
    sync: (request = {}) => post(operations.syncOrder.path, request),
    get: (path) => call(origin + path, {}),
    send: (path, init) => call(origin + path, init),
    async setFault(fault) {
      const { status, text } = await call(`${origin}/sandbox/faults`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(fault),
      });
      if (status !== 201) throw new Error(`The fault was not set: ${status} ${text}`);
    },
    nextWindow() {
      clock.now += longestWindowMs;
    },
    close: () => sandbox.close(),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
