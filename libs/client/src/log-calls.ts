import type { AttemptReport, DriftReport, Logger } from './types.js';

/** Writes one line for each attempt, and one for each answer that differs from the document in a new way. */
export function logCalls(logger: Logger): {
  onAttempt: (report: AttemptReport) => void;
  onDrift: (report: DriftReport) => void;
} {
  return {
    onAttempt({ error, ...attempt }) {
      return error === undefined
        ? logger.debug('request answered', attempt)
        : logger.warn('request failed', { ...attempt, code: error.code, effect: error.effect });
    },
    onDrift(report) {
      return logger.warn('an answer differs from its documentation', report);
    },
  };
}
