import type { JSONRPCMessage, Transport, TransportSendOptions } from '@modelcontextprotocol/server';
import type { Clock } from '@wemasy-orders/state';

/** What a call is answered with: a text of JSON, or a stream of events where more than the result is said. */
export type CallAnswer = { readonly json: string } | { readonly events: ReadableStream<Uint8Array> };

/** Time without an event after which a client or proxy could take the connection for dead, in ms. */
const aliveMs = 15_000;

/**
 * Carries one call and its answer. The answer is one text, unless the call says something before its result or takes long:
 * then it becomes a stream of events.
 */
export class CallTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: NonNullable<Transport['onmessage']>;
  readonly #clock: Clock;
  readonly #encoder = new TextEncoder();
  #stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  #answer: (answer: CallAnswer | undefined) => void = () => undefined;
  #stopTimer: () => void = () => undefined;
  #isOver = false;
  /** Resolves with the answer, or with the stream as soon as it is one; with undefined where the client has gone. */
  readonly answer = new Promise<CallAnswer | undefined>((resolve) => {
    this.#answer = resolve;
  });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  async start(): Promise<void> {
    this.#keepAlive();
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (this.#isOver) return;
    const isResult = !('method' in message);
    // What belongs to no call has no listener here.
    if (!isResult && options?.relatedRequestId === undefined) return;
    const json = JSON.stringify(message);
    if (isResult) this.#end();
    if (isResult && this.#stream === undefined) {
      this.#answer({ json });
      return;
    }
    this.#write(`event: message\ndata: ${json}\n\n`);
    if (isResult) this.#stream?.close();
  }

  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#end();
    this.#answer(undefined);
    this.onclose?.();
  }

  #end(): void {
    this.#isOver = true;
    this.#stopTimer();
  }

  #write(event: string): void {
    if (this.#stream === undefined) {
      const events = new ReadableStream<Uint8Array>({
        start: (controller) => {
          this.#stream = controller;
        },
        cancel: () => this.close(),
      });
      this.#answer({ events });
    }
    this.#stream?.enqueue(this.#encoder.encode(event));
  }

  #keepAlive(): void {
    this.#stopTimer = this.#clock.setTimer(() => {
      this.#write(': waiting\n\n');
      this.#keepAlive();
    }, aliveMs);
  }
}
