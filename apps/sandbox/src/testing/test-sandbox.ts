import { operations } from '@wemasy-orders/client/operations';
import { type SandboxOptions, startSandbox } from '../server.js';
import { type Token, tokens } from '../tokens.js';

export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  readonly json: unknown;
}

export interface TestRequest {
  readonly token?: Token | null;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  /** Sent as it is when a text, as JSON otherwise. */
  readonly body?: unknown;
  readonly page?: number | string;
}

export interface TestSandbox {
  readonly url: string;
  /** Milliseconds since the epoch; time stands still unless a test moves it. */
  readonly clock: { now: number };
  list(request?: TestRequest): Promise<TestAnswer>;
  sync(request?: TestRequest): Promise<TestAnswer>;
  get(path: string): Promise<TestAnswer>;
  /** Opens a new throttle window for every caller. */
  nextWindow(): void;
  close(): Promise<void>;
}

export const startOfTime = Date.UTC(2026, 10, 22, 9, 0, 0, 250);

/** A sandbox on a free port with a clock that only the test moves. */
export async function startTestSandbox(options: SandboxOptions = {}): Promise<TestSandbox> {
  const clock = { now: startOfTime };
  const sandbox = await startSandbox({ orders: 60, ...options, clock: () => clock.now });
  const origin = new URL(sandbox.url).origin;

  async function call(url: string, init: RequestInit): Promise<TestAnswer> {
    const response = await fetch(url, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    };
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
    nextWindow() {
      clock.now += 60_000;
    },
    close: () => sandbox.close(),
  };
}
