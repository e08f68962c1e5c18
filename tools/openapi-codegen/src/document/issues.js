// @ts-check

/** The document says something that the generator does not understand, or contradicts itself. */
export class DocumentError extends Error {
  /** @param {string} message one line per issue */
  constructor(message) {
    super(message);
    this.name = 'DocumentError';
  }
}

/** @typedef {ReturnType<Issues['at']>} Refuse adds an issue: what is wrong, and what to write instead */

/** Collects the issues of a document, so that all of them are reported at once. */
export class Issues {
  /** @type {Set<string>} */
  #lines = new Set();

  /**
   * @param {string} place where the document says it; empty for all of it
   * @param {string} problem
   * @param {string} remedy what to write instead
   */
  add(place, problem, remedy) {
    this.#lines.add(`${place || 'the document'}: ${problem}; ${remedy}`.replaceAll(/\s+/g, ' '));
  }

  /** Adds issues of one place. @param {string} place @returns {(problem: string, remedy: string) => void} */
  at(place) {
    return (problem, remedy) => this.add(place, problem, remedy);
  }

  /** Every issue so far. */
  error() {
    return new DocumentError([...this.#lines].join('\n'));
  }

  /** @throws {DocumentError} with every issue, if there are any */
  throwIfAny() {
    if (this.#lines.size > 0) throw this.error();
  }
}
