/** Runs updates one at a time. All requests made during an update share the next one. */
export class UpdateLoop {
  readonly #update: () => Promise<void>;
  readonly #onIdle: () => void;
  #running: Promise<void> | undefined;
  #isRequested = false;

  constructor(update: () => Promise<void>, onIdle: () => void) {
    this.#update = update;
    this.#onIdle = onIdle;
  }

  get running(): Promise<void> | undefined {
    return this.#running;
  }

  /** Resolves when an update that began after this call has ended. */
  request(): Promise<void> {
    this.#isRequested = true;
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    try {
      // One update covers everything that happens in one turn of the event loop.
      await Promise.resolve();
      while (this.#isRequested) {
        this.#isRequested = false;
        await this.#update();
      }
    } finally {
      this.#running = undefined;
      this.#onIdle();
    }
  }
}
