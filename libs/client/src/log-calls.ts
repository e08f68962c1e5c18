import type { AttemptReport, DriftReport, Logger } from './types.js';

/** Writes one line for each attempt, and one for each answer that differs from the document in a new way. */
export function logCalls(logger: Logger): {
  onAttempt: (report: AttemptReport) => void;
  onDrift: (report: DriftReport) => void;
} {
  return {
    onAttempt({ error, ...attempt }) {
      if (error === undefined) logger.debug('request answered', attempt);
      else logger.warn('request failed', { ...attempt, code: error.code, effect: error.effect });
    },
    onDrift(report) {
      logger.warn('an answer differs from its documentation', report);
    },
  };
}
